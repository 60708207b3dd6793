import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decide } from '../../support/builders/people.ts';
import { requestDecision } from '../../support/clients/calls.ts';
import { kratosDown } from '../../support/fakes/kratos.ts';
import { signUp } from '../../support/service/eventually.ts';
import { ledgerFailing } from '../../support/service/failing-ledger.ts';
import { type TestService, testService } from '../../support/service/service.ts';

/** The request of a proxy before it lets a request pass. */
function authorize({ app }: TestService, headers: Readonly<Record<string, string>>) {
  return app.inject({ method: 'GET', url: '/jumio/authorize', headers });
}

async function verdictOf(service: TestService, type: 'PASSED' | 'REJECTED'): Promise<string> {
  const id = randomUUID();
  await signUp(service, id);
  await decide(service, id, type);
  return id;
}

const STRICT = 'rules: [{ name: verified, when: { status: approved }, then: allow }, { then: block }]';

describe('POST /jumio/decision', () => {
  it.each(['kratos_identity_id', 'subject'])(
    'a decision request by %s is 200 or 403, with status, age and rule',
    async (key) => {
      const service = await testService();
      const [approved, rejected] = [await verdictOf(service, 'PASSED'), await verdictOf(service, 'REJECTED')];
      service.clock.advance(90_000);
      const yes = await requestDecision(service, { [key]: approved.toUpperCase(), extra: {} });
      const age = Number(yes.json().status_age);
      expect(age).toBeGreaterThanOrEqual(90);
      expect([yes.statusCode, yes.json()]).toEqual([
        200,
        { allow: true, status: 'approved', status_age: age, rule: 'everything else' },
      ]);
      const no = await requestDecision(service, { [key]: rejected });
      expect([no.statusCode, no.json()]).toMatchObject([403, { allow: false, status: 'rejected', rule: 'rejected' }]);
      expect(yes.headers).toMatchObject({ 'cache-control': 'no-store', 'x-verification-status': 'approved' });
      expect(no.headers).toMatchObject({ 'cache-control': 'no-store', 'x-verification-status': 'rejected' });
    },
  );

  it('a decision on an unknown identity is left to the policy', async () => {
    const id = randomUUID();
    const answer = await requestDecision(await testService(), { subject: id });
    expect([answer.statusCode, answer.json()]).toMatchObject([200, { status: 'none', status_age: null }]);
    expect((await requestDecision(await testService({ env: { POLICY: STRICT } }), { subject: id })).statusCode).toBe(
      403,
    );
  });

  it('a decision counts the published copy in the request, so that a lost ledger allows nothing more', async () => {
    const shown = { subject: randomUUID(), metadata_public: { jumio: { status: 'rejected' } } };
    const met = await requestDecision(await testService(), shown);
    expect([met.statusCode, met.json()]).toMatchObject([403, { allow: false, status: 'rejected' }]);
    const failing = await testService({ env: { ON_FAILURE: 'allow' }, ctx: ledgerFailing('gate') });
    expect((await requestDecision(failing, shown)).statusCode).toBe(403);
  });

  it('a decision makes no call and writes nothing', async () => {
    const service = await testService({ env: { POLICY: STRICT } });
    const id = randomUUID();
    await requestDecision(service, { subject: id });
    expect(await service.ctx.ledger.record(id)).toBeUndefined();
    expect(await service.ctx.ledger.events(id)).toEqual([]);
    expect([service.kratos.calls.read, service.kratos.calls.whoami, service.kratos.calls.publish]).toEqual([
      [],
      [],
      [],
    ]);
  });

  it.each([
    ['block', 403],
    ['allow', 200],
  ] as const)('a decision with ON_FAILURE=%s applies it while the ledger cannot be read', async (word, code) => {
    const service = await testService({ env: { ON_FAILURE: word }, ctx: ledgerFailing('gate') });
    const answer = await requestDecision(service, { subject: randomUUID() });
    expect([answer.statusCode, answer.json()]).toEqual([
      code,
      { allow: code === 200, status: 'unknown', status_age: null, rule: null },
    ]);
  });

  it('a decision in shadow mode is 200, and says that the policy would block', async () => {
    const service = await testService({ env: { POLICY: STRICT, GATE_MODE: 'shadow' } });
    const answer = await requestDecision(service, { subject: randomUUID() });
    expect([answer.statusCode, answer.json()]).toMatchObject([200, { allow: true, would_block: true }]);
  });

  it.each([
    ['no secret', {}],
    ['another secret', { authorization: 'Bearer canary-of-another' }],
    ['the webhook’s secret', { 'x-webhook-secret': 'canary-of-the-webhook-secret' }],
    ['the secret of the hook as bearer', { authorization: 'Bearer canary-of-the-webhook-secret' }],
  ])('a decision request with %s is 401, before its body is read', async (_name, headers) => {
    const answer = await requestDecision(await testService(), '{', headers);
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([
      401,
      'application/problem+json; charset=utf-8',
    ]);
  });

  it.each([[{}], [{ subject: 'somebody' }], [{ kratos_identity_id: '00000000-0000-0000-0000-000000000000' }], [[]]])(
    'a decision request with the body %j is 400',
    async (body) => {
      expect((await requestDecision(await testService(), body)).statusCode).toBe(400);
    },
  );

  it('a decision request is 404 if the endpoint is not configured', async () => {
    const service = await testService({ env: { DECISION_SECRET: undefined } });
    const answer = await requestDecision(service, { subject: randomUUID() });
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([
      404,
      'application/problem+json; charset=utf-8',
    ]);
  });
});

describe('GET /jumio/authorize', () => {
  it('an authorize request is 200 or 403 for the identity of the session', async () => {
    const service = await testService();
    const [approved, rejected] = [await verdictOf(service, 'PASSED'), await verdictOf(service, 'REJECTED')];
    const yes = await authorize(service, { cookie: service.kratos.signIn(approved) });
    expect([yes.statusCode, yes.json()]).toMatchObject([200, { allow: true, status: 'approved' }]);
    expect(yes.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-identity-id': approved,
      'x-verification-status': 'approved',
      'x-verification-age': expect.stringMatching(/^\d+$/),
    });
    const no = await authorize(service, { cookie: service.kratos.signIn(rejected) });
    expect([no.statusCode, no.json()]).toMatchObject([403, { allow: false, status: 'rejected' }]);
  });

  it('an authorize request ignores any other identity that the client claims', async () => {
    const service = await testService();
    const approved = await verdictOf(service, 'PASSED');
    const rejected = await verdictOf(service, 'REJECTED');
    const lies = { 'x-identity-id': approved, 'x-user': approved, 'x-kratos-authenticated-identity-id': approved };
    expect((await authorize(service, lies)).statusCode).toBe(401);
    const answer = await authorize(service, { ...lies, cookie: service.kratos.signIn(rejected) });
    expect([answer.statusCode, answer.headers['x-identity-id']]).toEqual([403, rejected]);
  });

  it.each([
    ['x-session-token', 'canary-of-the-bearer-token', { sessionToken: 'canary-of-the-bearer-token' }],
    ['authorization', 'Bearer canary-of-the-token', { authorization: 'Bearer canary-of-the-token' }],
  ])('an authorize request takes a session token as %s', async (header, value, asked) => {
    const service = await testService();
    const id = randomUUID();
    service.kratos.instead.whoami = async () => ({ kind: 'session', identity: { id, metadataPublic: null } });
    expect((await authorize(service, { [header]: value })).statusCode).toBe(200);
    expect(service.kratos.calls.whoami).toEqual([asked]);
  });

  it('an authorize request with a cookie and a token of two people is decided for the one that Kratos names', async () => {
    const service = await testService();
    const [approved, rejected] = [await verdictOf(service, 'PASSED'), await verdictOf(service, 'REJECTED')];
    const cookie = service.kratos.signIn(rejected);
    const token = service.kratos.signInApp(approved);
    const lent = await authorize(service, { cookie, authorization: `Bearer ${token}` });
    expect([lent.statusCode, lent.headers['x-identity-id']]).toEqual([403, rejected]);
    const own = await authorize(service, {
      cookie: service.kratos.signIn(approved),
      authorization: 'Bearer of.an.api',
    });
    expect([own.statusCode, own.headers['x-identity-id']]).toEqual([200, approved]);
  });

  it('an authorize request counts the published copy in the session', async () => {
    const service = await testService();
    const id = randomUUID();
    service.kratos.copies.set(id, { status: 'rejected' });
    expect((await authorize(service, { cookie: service.kratos.signIn(id) })).statusCode).toBe(403);
  });

  it('an authorize request is 401 without a session, with an ended one, and if Kratos requires a second factor', async () => {
    const service = await testService();
    const cookie = service.kratos.signIn(randomUUID());
    service.kratos.signOut();
    expect((await authorize(service, {})).statusCode).toBe(401);
    expect(service.kratos.calls.whoami).toEqual([]);
    expect((await authorize(service, { cookie })).statusCode).toBe(401);
    service.kratos.instead.whoami = async () => ({ kind: 'second-factor' });
    const answer = await authorize(service, { cookie });
    expect([answer.statusCode, answer.headers['cache-control']]).toEqual([401, 'no-store']);
  });

  it.each(['block', 'allow'])(
    'an authorize request with ON_FAILURE=%s is 403 while Kratos cannot be asked: the identity is unknown',
    async (word) => {
      const service = await testService({ env: { ON_FAILURE: word } });
      service.kratos.instead.whoami = () => kratosDown('whoami');
      const answer = await authorize(service, { cookie: service.kratos.signIn(randomUUID()) });
      expect([answer.statusCode, answer.json()]).toMatchObject([403, { allow: false, status: 'unknown' }]);
    },
  );
});
