import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decide, visitor } from '../../support/builders/people.ts';
import { AUTHENTIC, initiate, post } from '../../support/clients/calls.ts';
import { runCli } from '../../support/clients/cli.ts';
import { type EidIssuer, startEidIssuer } from '../../support/fakes/eid-issuer.ts';
import { raw } from '../../support/fakes/http-server.ts';
import { kratosDown } from '../../support/fakes/kratos.ts';
import { CANARIES, findCanaries } from '../../support/logs/canaries.ts';
import { eventually, passTime, recordOf, untilStatus } from '../../support/service/eventually.ts';
import { lockLedger } from '../../support/service/locked-ledger.ts';
import { type TestService, testService } from '../../support/service/service.ts';
import { HOUR, MINUTE } from '../../support/service/shifted-clock.ts';

const POLICY = `
rules: [{ when: { status: rejected }, then: block }, { then: allow }]
evidence: { mobile: [loa-3] }
required_level: { person: { mobile: loa-2 } }
`;

function eidOf({ issuer }: EidIssuer) {
  return { EID_PROVIDERS: `mobile: { issuer: "${issuer}", client_id: bridge, levels: [loa-1, loa-2, loa-3] }`, POLICY };
}

async function withEid(): Promise<{ service: TestService; issuer: EidIssuer }> {
  const issuer = await startEidIssuer();
  return { issuer, service: await testService({ env: eidOf(issuer) }) };
}

async function credential(service: TestService, issuer: EidIssuer, subject: string, over: object = {}) {
  const iat = Math.floor(service.clock.now() / 1000);
  const claims = {
    iss: issuer.issuer,
    aud: 'bridge',
    sub: subject,
    acr: 'loa-3',
    name: CANARIES.idToken,
    iat,
    exp: iat + 300,
    ...over,
  };
  return { provider: 'mobile', subject, idToken: await issuer.sign(claims) };
}

function signUp(service: TestService, id: string, method = 'oidc') {
  return initiate(service, { kratos_identity_id: id, schema_id: 'person', flow: { method } });
}

function link(service: TestService, id: string, headers = AUTHENTIC) {
  return post(service, '/eid/link', { kratos_identity_id: id }, headers);
}

async function approved({ service, issuer }: Awaited<ReturnType<typeof withEid>>, subject = 'anna') {
  const id = randomUUID();
  service.kratos.credentials.set(id, [await credential(service, issuer, subject)]);
  await signUp(service, id);
  await untilStatus(service, id, 'approved');
  return id;
}

const kindsOf = async ({ ctx }: TestService, id: string) => (await ctx.ledger.events(id)).map(({ kind }) => kind);

describe('sign-ups with an eID', () => {
  it('a sign-up with an eID is approved before its hook response, with one read of Kratos, one PATCH and no call to Jumio', async () => {
    const world = await withEid();
    const id = await approved(world);
    const { kratos, jumio } = world.service;
    expect(kratos.copies.get(id)).toMatchObject({ status: 'approved', source: 'eid:mobile', level: 'loa-3' });
    expect([kratos.calls.oidcCredentials, jumio.calls.create]).toEqual([[id], []]);
  });

  it('an eID sign-up stores the subject as an irreversible hash, and nothing of the ID token', async () => {
    const world = await withEid();
    const id = await approved(world, 'anna-of-the-eid');
    const text = JSON.stringify([await recordOf(world.service, id), await world.service.ctx.ledger.events(id)]);
    expect(text).not.toContain('anna-of-the-eid');
    expect(world.service.logs.text()).not.toContain('anna-of-the-eid');
    expect(findCanaries(text + world.service.logs.text())).toEqual([]);
  });

  it('an eID sign-up while Kratos is down waits: no call to Jumio, and the page says that a check is under way', async () => {
    const { service, issuer } = await withEid();
    const { id, browser } = visitor(service);
    service.kratos.credentials.set(id, [await credential(service, issuer, 'anna')]);
    service.kratos.instead.oidcCredentials = () => kratosDown('read');
    service.clock.stop();
    expect((await signUp(service, id)).statusCode).toBe(204);
    const page = await browser.get('/jumio/verify');
    expect([page.status, page.sentence]).toEqual([200, 'This should only take a moment.']);
    expect(service.jumio.calls.create).toEqual([]);
    // Like every waiting page, the page polls less often the longer it waits.
    const looksAgain = async () => /data-poll="(\d+)"/.exec((await browser.get('/jumio/status')).body)?.[1];
    expect(await looksAgain()).toBe('5');
    service.clock.advance(5 * MINUTE);
    expect(await looksAgain()).toBe('30');
    service.clock.advance(HOUR);
    expect(await looksAgain()).toBe('60');
    service.kratos.instead.oidcCredentials = undefined;
    passTime(service, HOUR);
    await untilStatus(service, id, 'approved');
    expect(service.jumio.calls.create).toEqual([]);
  });

  it('an eID sign-up while the provider’s keys are unavailable waits, and is judged as of its sign-up', async () => {
    const { service, issuer } = await withEid();
    const id = randomUUID();
    service.kratos.credentials.set(id, [await credential(service, issuer, 'anna')]);
    issuer.instead['/jwks'] = raw(503);
    await signUp(service, id);
    expect((await recordOf(service, id)).identity).toMatchObject({ status: 'pending', eidCheck: 'sign-up' });
    passTime(service, HOUR);
    await eventually(() => expect(service.kratos.calls.oidcCredentials.length).toBeGreaterThan(1));
    await eventually(async () => expect((await recordOf(service, id)).identity.eidFailures).toBeGreaterThan(1));
    expect((await kindsOf(service, id)).filter((kind) => kind === 'eid_unread')).toHaveLength(1);
    delete issuer.instead['/jwks'];
    passTime(service, 5 * HOUR);
    await untilStatus(service, id, 'approved');
  });

  it.each([
    ['of another provider', { provider: 'google' }, []],
    ['without a token', { idToken: '' }, ['eid_refused']],
    ['of somebody else than the token', { subject: 'berta' }, ['eid_refused']],
  ])('an eID sign-up %s goes to Jumio', async (_name, over, expected) => {
    const { service, issuer } = await withEid();
    const id = randomUUID();
    service.kratos.credentials.set(id, [{ ...(await credential(service, issuer, 'anna')), ...over }]);
    await signUp(service, id);
    await eventually(() => expect(service.jumio.calls.create).toHaveLength(1));
    expect(await kindsOf(service, id)).toEqual(expect.arrayContaining([...expected, 'requested']));
    const events = JSON.stringify(await service.ctx.ledger.events(id));
    expect(findCanaries(events + service.logs.text())).toEqual([]);
  });

  it('an eID that approved another identity before goes to Jumio', async () => {
    const world = await withEid();
    await approved(world);
    const { service, issuer } = world;
    const second = randomUUID();
    service.kratos.credentials.set(second, [await credential(service, issuer, 'anna')]);
    await signUp(service, second);
    await eventually(() => expect(service.jumio.latest(second)).toBeDefined());
    expect(await kindsOf(service, second)).toContain('eid_taken');
  });

  it('an eID at two identities at once approves one of them', async () => {
    const { service, issuer } = await withEid();
    const ids = [randomUUID(), randomUUID()];
    for (const id of ids) service.kratos.credentials.set(id, [await credential(service, issuer, 'anna')]);
    await Promise.all(ids.map((id) => signUp(service, id)));
    const standings = async () => {
      passTime(service, HOUR);
      const found = await Promise.all(ids.map((id) => recordOf(service, id)));
      expect(found.map(({ identity }) => identity.eidCheck)).toEqual(['none', 'none']);
      return found.map(({ identity }) => identity.standing);
    };
    expect(new Set(await eventually(standings))).toEqual(new Set(['approved', null]));
  });

  it('an eID sign-up hook sent three times, also concurrently, is read and approved once', async () => {
    const { service, issuer } = await withEid();
    const id = randomUUID();
    service.kratos.credentials.set(id, [await credential(service, issuer, 'anna')]);
    await Promise.all([1, 2, 3].map(() => signUp(service, id)));
    await untilStatus(service, id, 'approved');
    await signUp(service, id);
    expect((await kindsOf(service, id)).filter((kind) => kind === 'eid_approved')).toHaveLength(1);
  });

  it('an eID sign-up whose hook was lost is made up for by its first sign-in', async () => {
    const { service, issuer } = await withEid();
    const id = randomUUID();
    service.kratos.credentials.set(id, [await credential(service, issuer, 'anna')]);
    service.clock.advance(1_000);
    const created_at = new Date(service.clock.now()).toISOString();
    const body = { kratos_identity_id: id, created_at, metadata_public: null, flow: { kind: 'login', method: 'oidc' } };
    expect((await post(service, '/jumio/validate', body, AUTHENTIC)).statusCode).toBe(204);
    await untilStatus(service, id, 'approved');
    expect(service.jumio.calls.create).toEqual([]);
  });
});

describe('POST /eid/link', () => {
  it('a linked eID approves, and an unlinked eID withdraws the approval', async () => {
    const { service, issuer } = await withEid();
    const id = randomUUID();
    await signUp(service, id, 'password');
    await untilStatus(service, id, 'pending');
    service.kratos.credentials.set(id, [await credential(service, issuer, 'anna')]);
    expect((await link(service, id)).statusCode).toBe(204);
    await untilStatus(service, id, 'approved');
    service.kratos.credentials.set(id, []);
    await link(service, id);
    await untilStatus(service, id, 'pending');
  });

  it('a linked eID does not replace a rejection, neither by Jumio nor in the published copy alone', async () => {
    const { service, issuer } = await withEid();
    const [known, unknown] = [randomUUID(), randomUUID()];
    await signUp(service, known, 'password');
    await untilStatus(service, known, 'pending');
    await decide(service, known, 'REJECTED');
    service.kratos.copies.set(unknown, { status: 'rejected', updated_at: '2025-01-01T00:00:00.000Z' });
    for (const id of [known, unknown]) {
      service.kratos.credentials.set(id, [await credential(service, issuer, `anna-${id}`)]);
      await link(service, id);
      await eventually(async () => expect(await kindsOf(service, id)).toContain('eid_approved'));
      expect((await recordOf(service, id)).identity.standing).toBe('rejected');
    }
  });

  it.each([
    ['no secret', {}, 401],
    ['a wrong secret', { 'x-webhook-secret': 'wrong-wrong-wrong-wrong' }, 401],
  ])('a link request with %s is refused, and reads nothing', async (_name, headers, status) => {
    const { service } = await withEid();
    expect((await link(service, randomUUID(), headers)).statusCode).toBe(status);
    expect(service.kratos.calls.oidcCredentials).toEqual([]);
  });

  it.each([
    [{}],
    [[]],
    [{ kratos_identity_id: 'x' }],
    [{ kratos_identity_id: '00000000-0000-0000-0000-000000000000' }],
  ])('a link request with %j is refused and names the invalid field', async (body) => {
    const { service } = await withEid();
    const answer = await post(service, '/eid/link', body, AUTHENTIC);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().detail).toContain('kratos_identity_id');
  });

  it('a link request gets a response without a configured eID, and while the ledger cannot be written', async () => {
    const plain = await testService();
    expect((await link(plain, randomUUID())).statusCode).toBe(204);
    const { service } = await withEid();
    lockLedger(service.databaseUrl);
    expect((await link(service, randomUUID())).statusCode).toBe(204);
  });
});

describe('link and unlink hooks while the ledger fails', () => {
  it('a link hook during a ledger failure is stored as soon as the ledger is writable, as of its hook', async () => {
    const { service, issuer } = await withEid();
    const id = randomUUID();
    service.kratos.credentials.set(id, [await credential(service, issuer, 'anna')]);
    const release = lockLedger(service.databaseUrl);
    expect((await link(service, id)).statusCode).toBe(204);
    expect(service.logs.text()).toContain('could not record a linked eID yet: it is retried');
    service.clock.advance(HOUR);
    release();
    await untilStatus(service, id, 'approved');
  });

  it('a lost link or unlink hook is found by recheck: an unlinked eID withdraws, a linked one stays', async () => {
    const world = await withEid();
    const { service } = world;
    const [kept, gone] = [await approved(world, 'anna'), await approved(world, 'berta')];
    service.kratos.credentials.set(gone, []);
    for (const id of [kept, gone])
      expect((await runCli(service, ['recheck', id], { env: eidOf(world.issuer) })).code).toBe(0);
    service.worker.wake();
    await untilStatus(service, gone, 'pending');
    expect(await kindsOf(service, gone)).toContain('eid_withdrawn');
    await eventually(async () => expect((await recordOf(service, kept)).identity.eidCheck).toBe('none'));
    expect((await recordOf(service, kept)).identity.standing).toBe('approved');
  });
});

describe('links without a hook', () => {
  it.each([
    ['is judged by recheck as of when Kratos stored it', 0, 'approved'],
    ['is none where its token is older than that', HOUR, 'pending'],
  ] as const)('a linked eID without a hook %s', async (_name, older, status) => {
    const { service, issuer } = await withEid();
    const id = randomUUID();
    await signUp(service, id, 'password');
    await untilStatus(service, id, 'pending');
    const linked = await credential(service, issuer, 'anna');
    service.kratos.credentials.set(id, [{ ...linked, storedAt: service.clock.now() + older }]);
    service.clock.advance(5 * HOUR);
    expect((await runCli(service, ['recheck', id], { env: eidOf(issuer) })).code).toBe(0);
    service.worker.wake();
    await eventually(async () => expect((await recordOf(service, id)).identity.eidCheck).toBe('none'));
    await eventually(async () => expect(await kindsOf(service, id)).toContain(older ? 'eid_refused' : 'eid_approved'));
    await untilStatus(service, id, status);
  });
});

describe('POST /eid/assurance', () => {
  const ask = (service: TestService, assurance: unknown, more: object = {}, headers: object = AUTHENTIC) =>
    post(service, '/eid/assurance', { schema_id: 'person', assurance, ...more }, { ...headers });

  it.each<[string, unknown, object, number]>([
    ['at the required level', { source: 'mobile', acr: 'loa-2' }, {}, 204],
    ['above it', { source: 'mobile', acr: 'loa-3' }, {}, 204],
    ['below it', { source: 'mobile', acr: 'loa-1' }, {}, 403],
    ['at an unknown level', { source: 'mobile', acr: 'loa-9' }, {}, 403],
    ['without a level', { source: 'mobile' }, {}, 403],
    ['at a level that is a list', { source: 'mobile', acr: ['loa-3'] }, {}, 403],
    ['at a level that is a number', { source: 'mobile', acr: 3 }, {}, 403],
    ['of a schema that requires none', { source: 'mobile', acr: 'loa-1' }, { schema_id: 'staff' }, 204],
    ['by another provider', { source: 'google', acr: 'loa-1' }, {}, 204],
    ['by a provider that is an object', { source: { a: 1 } }, {}, 204],
    ['by __proto__', { source: '__proto__', acr: 'x' }, {}, 204],
    ['without a hint', null, {}, 204],
    ['with a hint that is a text', 'idemia', {}, 204],
  ])('%s', async (_name, hint, more, status) => {
    const { service } = await withEid();
    const answer = await ask(service, hint, more);
    expect(answer.statusCode).toBe(status);
    if (status === 204) expect(answer.body).toBe('');
    else
      expect(answer.json()).toMatchObject({
        messages: [{ instance_ptr: '#/', messages: [{ id: 4990005, type: 'error' }] }],
      });
  });

  it('a sign-up below the required level goes on in shadow mode, and is an event without an identity', async () => {
    const issuer = await startEidIssuer();
    const service = await testService({ env: { ...eidOf(issuer), GATE_MODE: 'shadow' } });
    expect((await ask(service, { source: 'mobile', acr: 'loa-1' })).statusCode).toBe(204);
    expect(await service.ctx.ledger.events(null)).toMatchObject([
      { kind: 'would_block', detail: { name: 'required_level', kind: 'registration', level: 'loa-2' } },
    ]);
  });

  it('a refused assurance is in the language of the person’s browser', async () => {
    const { service } = await withEid();
    const answer = await ask(service, { source: 'mobile', acr: 'loa-1' }, { accept_language: 'de-CH, en;q=0.5' });
    expect(answer.body).toContain('auf einer höheren Stufe');
  });

  it.each<[string, object, number]>([
    ['no secret', {}, 401],
    ['a wrong one', { 'x-webhook-secret': 'wrong-wrong-wrong-wrong' }, 401],
  ])('with %s is refused in Kratos’ shape', async (_name, headers, status) => {
    const { service } = await withEid();
    const answer = await ask(service, { source: 'mobile', acr: 'loa-3' }, {}, headers);
    expect([answer.statusCode, Array.isArray(answer.json().messages)]).toEqual([status, true]);
  });

  it('an assurance request with an empty body is refused: a sign-up can be made too large for its template', async () => {
    const { service } = await withEid();
    const answer = await post(service, '/eid/assurance', '', AUTHENTIC);
    expect([answer.statusCode, Array.isArray(answer.json().messages)]).toEqual([403, true]);
  });
});
