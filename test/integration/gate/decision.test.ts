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

async function verdictOf(service: TestService, type: 'PASSED' | 'WARNING' | 'REJECTED'): Promise<string> {
  const id = randomUUID();
  await signUp(service, id);
  await decide(service, id, type);
  return id;
}

/** Lets people in review use an API, and everybody sign in. */
const OPEN = `rules:
  - { name: in review, when: { flow: [login, api], status: review }, then: allow }
  - { name: staff, when: { flow: api, schema: staff }, then: allow }
  - { name: rejected, when: { status: rejected }, then: block_with_way_on }
  - { name: everything else, then: allow }`;

/** An identity that the ledger knows, and that nobody has verified. */
async function unverified(service: TestService): Promise<string> {
  const id = randomUUID();
  await signUp(service, id);
  return id;
}

describe('POST /jumio/decision', () => {
  it.each(['kratos_identity_id', 'subject'])(
    'a decision request by %s is 200 or 403, with status, age and rule',
    async (key) => {
      const service = await testService();
      const [approved, rejected] = [await verdictOf(service, 'PASSED'), await verdictOf(service, 'REJECTED')];
      service.clock.advance(90_000);
      const yes = await requestDecision(service, { [key]: approved.toUpperCase() });
      const age = Number(yes.json().status_age);
      expect(age).toBeGreaterThanOrEqual(90);
      expect([yes.statusCode, yes.json()]).toEqual([
        200,
        { allow: true, verified: true, sign_in: 'allow', status: 'approved', status_age: age, rule: 'only approved' },
      ]);
      const no = await requestDecision(service, { [key]: rejected });
      expect([no.statusCode, no.json()]).toMatchObject([
        403,
        { allow: false, verified: false, sign_in: 'block', status: 'rejected', rule: 'only approved' },
      ]);
      expect(yes.headers).toMatchObject({ 'cache-control': 'no-store', 'x-verification-status': 'approved' });
      expect(no.headers).toMatchObject({ 'cache-control': 'no-store', 'x-verification-status': 'rejected' });
    },
  );

  it('a decision on a person who may sign in and is not verified is 403, and says both', async () => {
    const service = await testService();
    const answer = await requestDecision(service, { subject: await unverified(service) });
    expect([answer.statusCode, answer.json()]).toMatchObject([
      403,
      { allow: false, verified: false, sign_in: 'allow', rule: 'only approved' },
    ]);
  });

  it('a decision is by the rules that name the flow api, and a person whom they allow is not thereby verified', async () => {
    const service = await testService({ env: { POLICY: OPEN } });
    const inReview = await verdictOf(service, 'WARNING');
    const yes = await requestDecision(service, { subject: inReview });
    expect([yes.statusCode, yes.json()]).toMatchObject([
      200,
      { allow: true, verified: false, sign_in: 'allow', status: 'review', rule: 'in review' },
    ]);
    const no = await requestDecision(service, { subject: await unverified(service) });
    expect([no.statusCode, no.json()]).toMatchObject([403, { sign_in: 'allow', rule: 'only approved' }]);
  });

  it('a decision on an approval that is too old is 403 with the status expired', async () => {
    const service = await testService({
      env: { POLICY: 'verdict_lifetime: 1d\nrules: [{ when: { status: rejected }, then: block }, { then: allow }]' },
    });
    const id = await verdictOf(service, 'PASSED');
    expect((await requestDecision(service, { subject: id })).json()).toMatchObject({ verified: true });
    service.clock.advance(2 * 86_400_000);
    const answer = await requestDecision(service, { subject: id });
    expect([answer.statusCode, answer.json()]).toMatchObject([403, { verified: false, status: 'expired' }]);
  });

  it('a decision is not verified while ledger and published copy differ', async () => {
    const service = await testService();
    const id = await verdictOf(service, 'PASSED');
    const shown = { subject: id, metadata_public: { jumio: { status: 'rejected' } } };
    expect((await requestDecision(service, shown)).json()).toMatchObject({ allow: false, verified: false });
  });

  it.each(['enforce', 'shadow'])(
    'a decision on an identity that nobody knows is 404 with GATE_MODE=%s',
    async (mode) => {
      const service = await testService({ env: { GATE_MODE: mode } });
      const answer = await requestDecision(service, { subject: randomUUID() });
      expect([answer.statusCode, answer.json()]).toMatchObject([404, { code: 'unknown-identity' }]);
      expect(answer.headers['cache-control']).toBe('no-store');
    },
  );

  it('a decision on an identity that Kratos no longer has is 404, until a caller shows its metadata', async () => {
    const service = await testService();
    const id = await verdictOf(service, 'PASSED');
    await service.ctx.ledger.change(
      id,
      service.clock.now(),
      (found) => found && { record: { ...found, identity: { ...found.identity, deletedInKratos: true } } },
    );
    expect((await requestDecision(service, { subject: id })).statusCode).toBe(404);
    expect((await requestDecision(service, { subject: id, metadata_public: {} })).statusCode).toBe(200);
  });

  it('a decision on a person from before the service is 403 where the caller shows their metadata, be it null', async () => {
    const answer = await requestDecision(await testService(), { subject: randomUUID(), metadata_public: null });
    expect([answer.statusCode, answer.json()]).toMatchObject([
      403,
      { verified: false, sign_in: 'allow', status: 'none', status_age: null },
    ]);
  });

  it('a decision counts the published copy in the request, so that a lost ledger allows nothing more', async () => {
    const shown = { subject: randomUUID(), metadata_public: { jumio: { status: 'rejected' } } };
    const met = await requestDecision(await testService(), shown);
    expect([met.statusCode, met.json()]).toMatchObject([403, { allow: false, status: 'rejected' }]);
    const failing = await testService({ env: { ON_FAILURE: 'allow' }, ctx: ledgerFailing('gate') });
    expect((await requestDecision(failing, shown)).statusCode).toBe(403);
  });

  it('a decision makes no call and writes nothing', async () => {
    const service = await testService();
    const id = randomUUID();
    await requestDecision(service, { subject: id, metadata_public: null });
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
      { allow: code === 200, verified: false, sign_in: word, status: 'unknown', status_age: null, rule: null },
    ]);
  });

  it('a decision in shadow mode is 200, and says that the policy would block', async () => {
    const service = await testService({ env: { GATE_MODE: 'shadow' } });
    const answer = await requestDecision(service, { subject: await unverified(service) });
    expect([answer.statusCode, answer.json()]).toMatchObject([
      200,
      { allow: true, verified: false, sign_in: 'allow', would_block: true },
    ]);
    const verified = await requestDecision(service, { subject: await verdictOf(service, 'PASSED') });
    expect(verified.json()).not.toHaveProperty('would_block');
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

  it.each([
    [{}, '#/kratos_identity_id'],
    [{ subject: 'somebody' }, '#/subject'],
    [{ kratos_identity_id: '00000000-0000-0000-0000-000000000000' }, '#/kratos_identity_id'],
    [{ subject: randomUUID(), metadata: {} }, '#'],
    [[], '#'],
  ])('a decision request with the body %j is 400 and points to its mistake', async (body, pointer) => {
    const answer = await requestDecision(await testService(), body);
    expect([answer.statusCode, answer.json().errors]).toMatchObject([400, [{ pointer }]]);
  });

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
    const metadataPublic = { jumio: { status: 'approved' } };
    service.kratos.instead.whoami = async () => ({ kind: 'session', identity: { id, metadataPublic } });
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

  it('an authorize request of a person who may sign in and is not verified is 403, and says both', async () => {
    const service = await testService();
    const answer = await authorize(service, { cookie: service.kratos.signIn(randomUUID()) });
    expect([answer.statusCode, answer.json()]).toMatchObject([
      403,
      { allow: false, verified: false, sign_in: 'allow', status: 'none' },
    ]);
  });

  it('an authorize request is by the rules that name the flow api, for the schema that the session shows', async () => {
    const service = await testService({ env: { POLICY: OPEN } });
    const id = randomUUID();
    service.kratos.instead.whoami = async () => ({
      kind: 'session',
      identity: { id, metadataPublic: null, schemaId: 'staff' },
    });
    const answer = await authorize(service, { cookie: service.kratos.signIn(id) });
    expect([answer.statusCode, answer.json()]).toMatchObject([200, { allow: true, verified: false, rule: 'staff' }]);
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
      expect([answer.statusCode, answer.json()]).toMatchObject([
        403,
        { allow: false, verified: false, sign_in: 'block', status: 'unknown' },
      ]);
    },
  );
});
