import { randomUUID } from 'node:crypto';
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { problem } from '../../support/clients/problems.ts';
import { lockLedger } from '../../support/service/locked-ledger.ts';
import { PUBLIC_URL } from '../../support/service/service.ts';
import { MINUTE } from '../../support/service/shifted-clock.ts';
import { BANK, type Bank, bank, PAYMENT } from '../../support/transactions/bank.ts';

/** Verifies an approval as an application does: with nothing but what `/.well-known/` says. */
async function verify(service: Bank, approval: string) {
  const { issuer, jwks_uri: uri } = (await service.app.inject('/.well-known/openid-configuration')).json();
  expect(uri).toBe(`${PUBLIC_URL}/.well-known/jwks.json`);
  const keys: JSONWebKeySet = (await service.app.inject(new URL(uri).pathname)).json();
  const options = { issuer, audience: BANK.id, typ: 'approval+jwt', algorithms: ['ES256'] };
  return jwtVerify(approval, createLocalJWKSet(keys), options);
}

describe('consuming an approval', () => {
  it('an approval is a token for this payment, this payer and this session, verified by the well-known keys alone', async () => {
    const service = await bank();
    const sub = randomUUID();
    const id = await service.record({ sub, reference: 'order-4711' });
    expect(await service.answer(id, 'right')).toEqual({ kind: 'approved', failures: 1 });
    const approved = (await service.ask('GET', `/transactions/${id}`)).json();
    expect(approved).toMatchObject({ status: 'approved', approved_at: expect.any(String) });
    expect(Date.parse(approved.consume_by) - Date.parse(approved.approved_at)).toBe(5 * MINUTE);

    const answer = await service.consume(id, 'order-4711');
    expect(answer.statusCode).toBe(200);
    const { status, approval } = answer.json();
    expect(status).toBe('consumed');
    const { payload, protectedHeader } = await verify(service, approval);
    expect(protectedHeader).toEqual({ alg: 'ES256', kid: expect.any(String), typ: 'approval+jwt' });
    const { iat = 0, exp = 0, jti, auth_time: authTime, ...claims } = payload;
    expect(claims).toEqual({
      iss: PUBLIC_URL,
      aud: BANK.id,
      sub,
      sid: 'a-session',
      txn: id,
      reference: 'order-4711',
      acr: 'http://schemas.openid.net/pape/policies/2007/06/multi-factor',
      amr: ['pwd', 'sms', 'otp', 'mfa'],
      authentication_factors: [{ knowledge: 'password' }, { possession: 'sms_otp' }],
      authorization_details: [PAYMENT],
    });
    expect(exp - iat).toBe(300);
    expect(jti).toMatch(/^[0-9a-f-]{36}$/);
    expect(typeof authTime).toBe('number');
  });

  it('a ledger that cannot be written is 503 with Retry-After: nothing is signed, and the approval stays', async () => {
    const service = await bank({ idle: true });
    const id = await service.record();
    await service.answer(id, 'right');
    const release = lockLedger(service.databaseUrl);
    const answer = await service.consume(id, 'key');
    release();
    expect([answer.statusCode, answer.json().code, answer.headers['retry-after']]).toEqual([503, 'ledger-down', '5']);
    expect(answer.body).not.toContain('approval');
    expect((await service.ask('GET', `/transactions/${id}`)).json()).toMatchObject({ status: 'approved' });
    expect((await service.consume(id, 'key')).statusCode).toBe(200);
  });

  it('the same idempotency key gets the same claims again, also by another process and after consume_by', async () => {
    const service = await bank();
    const id = await service.record();
    await service.answer(id, 'right');
    const { payload } = await verify(service, (await service.consume(id, 'key')).json().approval);
    service.clock.advance(6 * MINUTE);
    const again = (await service.consume(id, 'key')).json();
    expect(again.status).toBe('consumed');
    expect(JSON.parse(Buffer.from(again.approval.split('.')[1], 'base64url').toString())).toEqual(payload);
  });

  it('an approval is for one payment: another one, or another key, gets nothing', async () => {
    const service = await bank();
    const [id, other] = [await service.record(), await service.record()];
    await service.answer(id, 'right');
    expect((await service.consume(other, 'key')).json()).toEqual(problem('not-approved'));
    await service.consume(id, 'key');
    expect((await service.consume(id, 'key-2')).json()).toEqual(problem('consumed'));
    expect((await service.consume(id, 'key', { ...PAYMENT, creditorName: 'Eve' })).json()).toEqual(problem('differs'));
  });

  it.each([
    ['another amount', { instructedAmount: { currency: 'EUR', amount: '500' } }],
    ['another currency', { instructedAmount: { currency: 'USD', amount: '50.00' } }],
    ['another name', { creditorName: 'Eve' }],
    ['another account', { creditorAccount: { other: 'DE02100100109307118603' } }],
    ['no remittance', { remittanceInformationUnstructured: undefined }],
  ])('%s than approved is 409 and an event, and does the approval no harm', async (_name, patch) => {
    const service = await bank();
    const sub = randomUUID();
    const id = await service.record({ sub });
    await service.answer(id, 'right');
    for (let time = 1; time <= 2; time += 1) {
      const answer = await service.consume(id, 'key', { ...PAYMENT, ...patch });
      expect([answer.statusCode, answer.json()]).toEqual([409, problem('differs')]);
    }
    const events = await service.ctx.ledger.events(sub);
    expect(events.filter(({ kind }) => kind === 'txn_differs')).toMatchObject([
      { detail: { transaction: id, client: BANK.id } },
    ]);
    expect((await service.consume(id, 'key')).statusCode).toBe(200);
  });

  it('the same payment in another spelling is the same', async () => {
    const service = await bank();
    const id = await service.record();
    await service.answer(id, 'right');
    const spelled = {
      ...PAYMENT,
      instructedAmount: { amount: '50', currency: 'EUR' },
      creditorName: ` ${PAYMENT.creditorName} `,
      creditorAccount: { iban: 'DE02 1001 0010 9307 1186 03' },
    };
    expect((await service.consume(id, 'key', spelled)).statusCode).toBe(200);
  });

  it('without an idempotency key, a body or a right body nothing is consumed', async () => {
    const service = await bank();
    const id = await service.record();
    await service.answer(id, 'right');
    const url = `/transactions/${id}/consume`;
    const body = { authorization_details: [PAYMENT] };
    expect((await service.ask('POST', url, body)).json().code).toBe('bad-request');
    expect((await service.ask('POST', url, {}, { key: 'key' })).json().code).toBe('bad-body');
    expect((await service.ask('POST', url, { ...body, sub: 'x' }, { key: 'key' })).json().code).toBe('bad-body');
    expect((await service.ask('GET', `/transactions/${id}`)).json().status).toBe('approved');
  });

  it('after expiry, decline, failure or too long a wait there is no approval', async () => {
    const service = await bank();
    service.clock.stop();
    const [waited, declined, expired] = [await service.record(), await service.record(), await service.record()];
    await service.answer(waited, 'right');
    const stored = await service.ctx.ledger.transactions.find(declined);
    await service.ctx.ledger.transactions.decline(service.clock.now(), {
      id: declined,
      identityId: stored?.identityId ?? '',
    });
    service.clock.advance(5 * MINUTE);
    expect((await service.consume(waited, 'key')).json()).toEqual(problem('ended'));
    expect((await service.consume(declined, 'key')).json()).toEqual(problem('ended'));
    service.clock.advance(5 * MINUTE);
    expect((await service.consume(expired, 'key')).json()).toEqual(problem('ended'));
    const failed = await service.record();
    for (let failure = 1; failure <= 4; failure += 1)
      expect(await service.answer(failed, 'wrong')).toEqual({ kind: 'counted', failures: failure });
    expect(await service.answer(failed, 'wrong')).toEqual({ kind: 'blocked', failures: 5 });
    expect((await service.ask('GET', `/transactions/${failed}`)).json().status).toBe('failed');
    expect((await service.consume(failed, 'key')).json()).toEqual(problem('ended'));
  });

  it('an answer that nobody judged costs nothing', async () => {
    const service = await bank();
    const id = await service.record();
    for (let time = 1; time <= 7; time += 1)
      expect(await service.answer(id, 'unjudged')).toEqual({ kind: 'given-back', failures: 1 });
    expect((await service.answer(id, 'right')).kind).toBe('approved');
  });

  it('fifty requests with different keys: one gets the approval', async () => {
    const service = await bank();
    const id = await service.record();
    await service.answer(id, 'right');
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => service.consume(id, `key-${n}`)));
    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1);
    expect(answers.filter(({ statusCode }) => statusCode === 409)).toHaveLength(49);
  });
});

describe('the well-known keys', () => {
  it('are cached for an hour and hold nothing private', async () => {
    const service = await bank();
    const answer = await service.app.inject('/.well-known/jwks.json');
    expect(answer.headers['cache-control']).toBe('public, max-age=3600');
    const { keys } = answer.json();
    expect(keys).toHaveLength(1);
    expect(keys[0]).not.toHaveProperty('d');
    const id = await service.record();
    await service.answer(id, 'right');
    const { approval } = (await service.consume(id, 'key')).json();
    expect(decodeProtectedHeader(approval).kid).toBe(keys[0].kid);
  });
});
