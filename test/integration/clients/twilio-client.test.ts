import { afterEach, describe, expect, it } from 'vitest';
import { createTwilioClient } from '../../../webhook/twilio/client.ts';
import type { TwilioClient, TwilioClientOptions } from '../../../webhook/twilio/types.ts';
import { json, type Responder, refusingUrl, startRecordingServer } from '../../support/fakes/http-server.ts';
import { expectNoneOf, failureOf } from '../../support/fakes/upstream-errors.ts';
import { BODY_CANARY, deadlineFor, type Fault, faults } from '../../support/fakes/upstream-faults.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(() => Promise.all(closing.splice(0).map((close) => close())));

const SECRET = 'canary-of-the-twilio-secret';

const CODE = '271828182';

const REQUEST = {
  to: '+4915200000001',
  amount: '50.00 EUR & more',
  payee: 'canary-of-a-payee DE..8603 #4F7K',
};

const SID = `VE${'0a'.repeat(16)}`;

const SERVICE_SID = `VA${'0b'.repeat(16)}`;

const OPTIONS = {
  apiKey: `SK${'0c'.repeat(16)}`,
  apiSecret: SECRET,
  serviceSid: SERVICE_SID,
  userAgent: 'Acme Bank/v1.0',
};

const canaries = [BODY_CANARY, SECRET, CODE, REQUEST.to, REQUEST.to.slice(1), REQUEST.amount, 'canary-of-a-payee'];

const VERIFICATION = { sid: SID, to: REQUEST.to, status: 'pending', amount: null, payee: null };

async function stub(respond: Responder, more: Partial<TwilioClientOptions> = {}) {
  const server = await startRecordingServer(respond);
  closing.push(server.close);
  const outcomes: string[] = [];
  const observe: TwilioClientOptions['observe'] = ({ upstream, operation }, outcome) =>
    outcomes.push(`${upstream} ${operation} ${outcome === 'ok' ? outcome : outcome.facts.failure}`);
  return { server, outcomes, client: createTwilioClient({ ...OPTIONS, baseUrl: server.url, observe, ...more }) };
}

const operations: Record<string, (client: TwilioClient) => Promise<unknown>> = {
  start: (client) => client.startVerification(REQUEST),
  check: (client) => client.checkVerification({ ...REQUEST, code: CODE }),
  cancel: (client) => client.cancel(SID),
  service: (client) => client.readService(),
};

describe('what Twilio is asked', () => {
  it('a start is a form with the number, the amount and the payee, and none of them is in the address', async () => {
    const { client, server, outcomes } = await stub(json(201, VERIFICATION));
    expect(await client.startVerification({ ...REQUEST, locale: 'de-AT' })).toEqual({ kind: 'started', sid: SID });
    const [request] = server.requests;
    expect(request).toMatchObject({
      method: 'POST',
      path: `/v2/Services/${SERVICE_SID}/Verifications`,
      headers: {
        authorization: `Basic ${Buffer.from(`${OPTIONS.apiKey}:${SECRET}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
        'user-agent': OPTIONS.userAgent,
      },
    });
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      To: REQUEST.to,
      Channel: 'sms',
      Amount: REQUEST.amount,
      Payee: REQUEST.payee,
      Locale: 'de',
    });
    expect(outcomes).toEqual(['twilio start ok']);
  });

  it.each([['ja'], ['x-klingon'], [undefined]])('the language %s is left to Twilio', async (locale) => {
    const { client, server } = await stub(json(201, VERIFICATION));
    await client.startVerification({ ...REQUEST, ...(locale === undefined ? {} : { locale }) });
    expect(server.requests[0]?.body).not.toContain('Locale');
  });

  it('a check is a form with the number, the code, and both texts again', async () => {
    const { client, server } = await stub(json(200, VERIFICATION));
    const said = await client.checkVerification({ ...REQUEST, code: CODE });
    expect(said).toEqual({ kind: 'checked', ...VERIFICATION });
    expect(server.requests[0]?.path).toBe(`/v2/Services/${SERVICE_SID}/VerificationCheck`);
    expect(Object.fromEntries(new URLSearchParams(server.requests[0]?.body))).toEqual({
      To: REQUEST.to,
      Code: CODE,
      Amount: REQUEST.amount,
      Payee: REQUEST.payee,
    });
  });

  it('a verification is canceled, and the service read, below an address with a path and a slash', async () => {
    const { server } = await stub(json(200, VERIFICATION));
    const client = createTwilioClient({ ...OPTIONS, baseUrl: `${server.url}/proxy/` });
    expect(await client.cancel(SID)).toEqual({ kind: 'canceled' });
    expect(await client.readService()).toEqual({ kind: 'service', psd2Enabled: false, codeLength: undefined });
    expect(server.requests.map(({ method, path, body }) => [method, path, body])).toEqual([
      ['POST', `/proxy/v2/Services/${SERVICE_SID}/Verifications/${SID}`, 'Status=canceled'],
      ['GET', `/proxy/v2/Services/${SERVICE_SID}`, ''],
    ]);
  });
});

describe('what Twilio answers', () => {
  it.each([
    ['another number', { to: '+4915200000002' }],
    ['another amount', { amount: '1.00 EUR' }],
    ['another payee', { payee: 'somebody' }],
  ])('a start that was answered for %s sent its code elsewhere: not usable', async (_what, patch) => {
    const { client, outcomes } = await stub(json(201, { ...VERIFICATION, ...patch }));
    const error = await failureOf(client.startVerification(REQUEST));
    expect(error.facts).toMatchObject({ upstream: 'twilio', operation: 'start', failure: 'unusable' });
    expectNoneOf(canaries, error);
    expect(outcomes).toEqual(['twilio start unusable']);
  });

  it.each([
    ['without an id', { sid: undefined }],
    ['with an id that is a path', { sid: 'VE/../../elsewhere' }],
    ['with a number as amount', { amount: 50 }],
    ['without a status', { status: null }],
  ])('an answer %s is not usable', async (_what, patch) => {
    const { client } = await stub(json(200, { ...VERIFICATION, ...patch }));
    for (const ask of [operations.start, operations.check])
      expect((await failureOf(ask?.(client) ?? Promise.resolve())).facts).toMatchObject({ failure: 'unusable' });
  });

  it('PSD2 mode is on only where Twilio says so', async () => {
    for (const [said, expected] of [
      [true, true],
      [false, false],
      [null, false],
    ] as const) {
      const { client } = await stub(json(200, { sid: SERVICE_SID, psd2_enabled: said, code_length: 6 }));
      expect(await client.readService()).toEqual({ kind: 'service', psd2Enabled: expected, codeLength: 6 });
    }
  });
});

const isLimit = ({ facts }: Fault): boolean => facts.status === 429;

describe.each(Object.entries(operations))('%s', (operation, call) => {
  it.each(faults.filter((fault) => !isLimit(fault)))('a call with $name fails with its facts', async (fault) => {
    const { client, server, outcomes } = await stub(fault.respond, deadlineFor(fault));
    const error = await failureOf(call(client));
    expect(error.facts).toMatchObject({ upstream: 'twilio', operation, ...fault.facts });
    expect(server.requests).toHaveLength(1);
    expect(outcomes).toEqual([`twilio ${operation} ${fault.facts.failure}`]);
    expectNoneOf(canaries, error);
  });

  it.each(faults.filter(isLimit))(
    'a call with $name is to be tried again, after the pause that was asked for',
    async (fault) => {
      const { client } = await stub(fault.respond);
      const { retryAfter } = fault.facts;
      expect(await call(client)).toEqual({
        kind: 'refused',
        why: 'busy',
        status: 429,
        ...(retryAfter === undefined ? {} : { retryAfter }),
      });
    },
  );

  it('a refusal is a value with its code, and nothing of its text', async () => {
    const body = { code: 60410, message: `blocked: ${BODY_CANARY} ${REQUEST.to}`, status: 403 };
    const { client, outcomes } = await stub(json(403, body));
    expect(await call(client)).toStrictEqual({ kind: 'refused', why: 'not-usable', status: 403, code: 60410 });
    expect(outcomes).toEqual([`twilio ${operation} ok`]);
  });

  it('a closed port is reported as unreachable, and a redirect is not followed', async () => {
    const closed = createTwilioClient({ ...OPTIONS, baseUrl: await refusingUrl() });
    expect((await failureOf(call(closed))).facts).toMatchObject({ failure: 'unreachable', detail: 'ECONNREFUSED' });
    const elsewhere = await startRecordingServer(json(200, VERIFICATION));
    closing.push(elsewhere.close);
    const { client } = await stub(json(307, {}, { location: elsewhere.url }));
    expect((await failureOf(call(client))).facts).toMatchObject({ failure: 'status', status: 307 });
    expect(elsewhere.requests).toEqual([]);
  });
});
