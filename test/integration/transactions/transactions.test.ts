import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { problem } from '../../support/clients/problems.ts';
import { findCanaries } from '../../support/logs/canaries.ts';
import { lockLedger } from '../../support/service/locked-ledger.ts';
import { PUBLIC_URL, testService } from '../../support/service/service.ts';
import { MINUTE } from '../../support/service/shifted-clock.ts';
import { BANK, bank, PAYMENT, recordOf, SHOP } from '../../support/transactions/bank.ts';

const ANY_ID = randomUUID();

describe('recording a payment', () => {
  it('a payment is recorded, and answered in the spelling of the record', async () => {
    const service = await bank();
    const spelled = {
      ...PAYMENT,
      instructedAmount: { currency: 'EUR', amount: '50' },
      creditorAccount: { iban: 'DE02 1001 0010 9307 1186 03' },
    };
    const answer = await service.ask('POST', '/transactions', recordOf({ authorization_details: [spelled] }));
    expect(answer.statusCode).toBe(201);
    expect(answer.headers['cache-control']).toBe('no-store');
    const { id, ...rest } = answer.json();
    expect(rest).toEqual({
      status: 'open',
      url: `${PUBLIC_URL}/approve/${id}`,
      expires_at: expect.any(String),
      authorization_details: [PAYMENT],
    });
    const { created_at, expires_at, ...found } = (await service.ask('GET', `/transactions/${id}`)).json();
    expect(found).toEqual({ id, status: 'open' });
    expect(Date.parse(expires_at) - Date.parse(created_at)).toBe(10 * MINUTE);
  });

  it('the same idempotency key gets the same transaction, and another body is 409', async () => {
    const service = await bank();
    const body = recordOf({ reference: 'order-1' });
    const first = await service.ask('POST', '/transactions', body, { key: 'order-1.1' });
    const again = await service.ask('POST', '/transactions', body, { key: 'order-1.1' });
    expect([first.statusCode, again.statusCode]).toEqual([201, 200]);
    expect(again.json()).toEqual(first.json());
    for (const other of [
      { reference: 'order-2' },
      { expires_in: 61 },
      { sub: randomUUID() },
      { authorization_details: [{ ...PAYMENT, creditorName: 'canary-of-another-payee' }] },
    ]) {
      const answer = await service.ask('POST', '/transactions', { ...body, ...other }, { key: 'order-1.1' });
      expect([answer.statusCode, answer.json()]).toEqual([409, problem('idempotency-key')]);
    }
  });

  const [details] = [PAYMENT];

  it.each([
    ['an unknown member', { memo: 'x' }, '#'],
    ['no payer', { sub: undefined }, '#/sub'],
    ['an address that is not the client’s', { redirect_uri: 'https://shop.example.com/return' }, '#/redirect_uri'],
    ['an address that is nearly the client’s', { redirect_uri: `${BANK.redirectUri}/` }, '#/redirect_uri'],
    ['a reference with a blank', { reference: 'order 1' }, '#/reference'],
    ['a lifetime of a text', { expires_in: '600' }, '#/expires_in'],
    ['a lifetime of 59 s', { expires_in: 59 }, '#/expires_in'],
    ['a lifetime of an hour and a second', { expires_in: 3601 }, '#/expires_in'],
    ['no payment', { authorization_details: [] }, '#/authorization_details'],
    ['two payments', { authorization_details: [details, details] }, '#/authorization_details'],
    [
      'an unknown member of the payment',
      { authorization_details: [{ ...details, memo: 'x' }] },
      '#/authorization_details/0',
    ],
    [
      'a number as amount',
      { authorization_details: [{ ...details, instructedAmount: { currency: 'EUR', amount: 50 } }] },
      '#/authorization_details/0/instructedAmount/amount',
    ],
    [
      'an amount with too many decimals',
      { authorization_details: [{ ...details, instructedAmount: { currency: 'JPY', amount: '50.5' } }] },
      '#/authorization_details/0/instructedAmount/amount',
    ],
    [
      'a name with a bidirectional character',
      { authorization_details: [{ ...details, creditorName: 'John \u202eeoD' }] },
      '#/authorization_details/0/creditorName',
    ],
    [
      'an IBAN with wrong check digits',
      { authorization_details: [{ ...details, creditorAccount: { iban: 'DE03100100109307118603' } }] },
      '#/authorization_details/0/creditorAccount',
    ],
    [
      'two accounts',
      { authorization_details: [{ ...details, creditorAccount: { ...details.creditorAccount, other: '1' } }] },
      '#/authorization_details/0/creditorAccount',
    ],
  ])('a body with %s is 400 and records nothing', async (_name, patch, pointer) => {
    const service = await bank();
    const sub = randomUUID();
    const answer = await service.ask('POST', '/transactions', recordOf({ sub, ...patch }));
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'bad-body', errors: [{ pointer }] });
    expect(findCanaries(answer.body)).toEqual([]);
    expect(await service.ctx.ledger.transactions.listOf(sub, 1)).toEqual([]);
  });

  it('an idempotency key that is none is 400', async () => {
    const service = await bank();
    for (const key of ['', 'a b', 'x'.repeat(256)])
      expect((await service.ask('POST', '/transactions', recordOf(), { key })).json().code).toBe('bad-request');
  });

  it('the twenty-first open transaction of a payer is 409', async () => {
    const service = await bank();
    const sub = randomUUID();
    for (let open = 1; open <= 20; open += 1) await service.record({ sub });
    expect((await service.ask('POST', '/transactions', recordOf({ sub }))).json()).toEqual(problem('too-many-open'));
  });

  it('an id of any length is 404', async () => {
    const service = await bank();
    for (const length of [1, 36, 101, 5_000])
      expect((await service.ask('GET', `/transactions/${'a'.repeat(length)}`)).statusCode, `${length}`).toBe(404);
  });

  it('a ledger that cannot be written is 503 with Retry-After', async () => {
    const service = await bank({ idle: true });
    const release = lockLedger(service.databaseUrl);
    const answer = await service.ask('POST', '/transactions', recordOf());
    release();
    expect([answer.statusCode, answer.json().code, answer.headers['retry-after']]).toEqual([503, 'ledger-down', '5']);
  });
});

describe('who may ask', () => {
  const requests = [
    ['POST', '/transactions'],
    ['GET', '/transactions?hint_jti=x'],
    ['GET', `/transactions/${ANY_ID}`],
    ['POST', `/transactions/${ANY_ID}/consume`],
    ['DELETE', `/transactions/${ANY_ID}`],
  ] as const;

  it.each(requests)('%s %s without right credentials is 401, before the body is read', async (method, url) => {
    const service = await bank();
    const encoded = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
    for (const authorization of [
      undefined,
      'Basic',
      'Basic !',
      `Bearer ${BANK.secret}`,
      encoded(BANK.secret),
      encoded(`${BANK.id}:`),
      encoded(`${BANK.id}:${SHOP.secret}`),
      encoded(`nobody:${BANK.secret}`),
      encoded(`__proto__:${BANK.secret}`),
      encoded(`${BANK.id}:${BANK.secret} `),
    ]) {
      const headers = authorization === undefined ? {} : { authorization };
      const answer = await service.app.inject({ method, url, headers });
      expect([answer.statusCode, answer.json().code]).toEqual([401, 'wrong-secret']);
      expect(answer.headers['www-authenticate']).toMatch(/^Basic realm=/);
    }
  });

  it('both secrets of a client count while one is replaced', async () => {
    const service = await bank();
    const answer = await service.ask('POST', '/transactions', recordOf(), {
      client: { id: BANK.id, secret: BANK.oldSecret },
    });
    expect(answer.statusCode).toBe(201);
  });

  it('a transaction of another client, an unknown id and no id at all are the same 404', async () => {
    const service = await bank();
    const id = await service.record();
    const body = { authorization_details: [PAYMENT] };
    for (const [client, asked] of [
      [SHOP, id],
      [BANK, ANY_ID],
      [BANK, 'none'],
    ] as const) {
      const answers = [
        await service.ask('GET', `/transactions/${asked}`, undefined, { client }),
        await service.ask('DELETE', `/transactions/${asked}`, undefined, { client }),
        await service.ask('POST', `/transactions/${asked}/consume`, body, { client, key: 'key' }),
      ];
      for (const answer of answers)
        expect([answer.statusCode, answer.json()]).toEqual([404, problem('unknown-transaction')]);
    }
    expect((await service.ask('GET', `/transactions/${id}`)).json().status).toBe('open');
  });

  it('a transaction that a hint recorded is found by its jti, by its client only', async () => {
    const service = await bank();
    const id = await service.record();
    expect((await service.ask('GET', '/transactions?hint_jti=hint-1')).statusCode).toBe(404);
    expect((await service.ask('GET', '/transactions')).json().code).toBe('bad-request');
    expect((await service.ask('GET', '/transactions?hint_jti=a&hint_jti=b')).json().code).toBe('bad-request');
    const found = await service.ctx.ledger.transactions.find(id);
    if (found === undefined) throw new Error('it was recorded');
    const hinted = {
      ...found,
      id: randomUUID(),
      details: found.details ?? '',
      redirectUri: BANK.redirectUri,
      hintJti: 'hint-1',
    };
    await service.ctx.ledger.transactions.record(service.clock.now(), hinted);
    expect((await service.ask('GET', '/transactions?hint_jti=hint-1')).json()).toMatchObject({ id: hinted.id });
    expect((await service.ask('GET', '/transactions?hint_jti=hint-1', undefined, { client: SHOP })).statusCode).toBe(
      404,
    );
  });

  it('without TRANSACTIONS there is no such address', async () => {
    const service = await testService();
    for (const url of ['/transactions', `/transactions/${ANY_ID}`, '/.well-known/jwks.json'])
      expect((await service.app.inject({ url })).json()).toEqual(problem('not-found'));
  });
});

describe('cancelling', () => {
  it('a transaction is cancelled, again too, and can no longer be approved', async () => {
    const service = await bank();
    const id = await service.record();
    for (let time = 1; time <= 2; time += 1)
      expect((await service.ask('DELETE', `/transactions/${id}`)).statusCode).toBe(204);
    expect(await service.answer(id, 'right')).toEqual({ kind: 'refused', why: 'ended' });
    expect((await service.ask('GET', `/transactions/${id}`)).json().status).toBe('cancelled');
  });

  it('a consumed transaction cannot be cancelled', async () => {
    const service = await bank();
    const id = await service.record();
    await service.answer(id, 'right');
    await service.consume(id, 'key');
    const answer = await service.ask('DELETE', `/transactions/${id}`);
    expect([answer.statusCode, answer.json()]).toEqual([409, problem('consumed')]);
  });

  it('an approved one is cancelled, and its approval with it', async () => {
    const service = await bank();
    const id = await service.record();
    await service.answer(id, 'right');
    expect((await service.ask('DELETE', `/transactions/${id}`)).statusCode).toBe(204);
    expect((await service.consume(id, 'key')).json()).toEqual(problem('ended'));
  });
});
