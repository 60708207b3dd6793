import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { UpstreamError } from '../../../webhook/errors.ts';
import type { Context } from '../../../webhook/verification/context.ts';
import { erase } from '../../../webhook/verification/operator/actions.ts';
import { continueVerification } from '../../../webhook/verification/person/continue.ts';
import { handleSignUp } from '../../../webhook/verification/person/sign-up.ts';
import { agreementInput, decide, signedUp, visitor } from '../../support/builders/people.ts';
import { AUTHENTIC, initiate, post, validate } from '../../support/clients/calls.ts';
import { runCli } from '../../support/clients/cli.ts';
import { type EidIssuer, startEidIssuer } from '../../support/fakes/eid-issuer.ts';
import { raw } from '../../support/fakes/http-server.ts';
import { kratosDown, kratosFails } from '../../support/fakes/kratos.ts';
import { kindsOf } from '../../support/fakes/upstream-answers.ts';
import { eventually, passTime, recordOf, untilStatus } from '../../support/service/eventually.ts';
import { type TestService, type TestServiceOptions, testService } from '../../support/service/service.ts';
import { DAY, HOUR, MINUTE } from '../../support/service/shifted-clock.ts';

const POLICY = `
rules: [{ when: { status: rejected }, then: block }, { then: allow }]
evidence: { mobile: any }
`;

async function world({ policy = POLICY, ...more }: TestServiceOptions & { policy?: string } = {}) {
  const issuer = await startEidIssuer();
  const mobile = `mobile: { issuer: "${issuer.issuer}", client_id: bridge, levels: [] }`;
  return { issuer, service: await testService({ env: { EID_PROVIDERS: mobile, POLICY: policy }, ...more }) };
}

/** Links another eID, with a token issued now. */
async function linkEid(service: TestService, issuer: EidIssuer, id: string, subject = 'anna') {
  const iat = Math.floor(service.clock.now() / 1000);
  const claims = { iss: issuer.issuer, aud: 'bridge', sub: subject, iat, exp: iat + 300 };
  const linked = { provider: 'mobile', subject, idToken: await issuer.sign(claims) };
  service.kratos.credentials.set(id, [...(service.kratos.credentials.get(id) ?? []), linked]);
}

const signUp = (service: TestService, id: string) =>
  initiate(service, { kratos_identity_id: id, schema_id: 'person', flow: { method: 'oidc' } });

const link = (service: TestService, id: string) => post(service, '/eid/link', { kratos_identity_id: id }, AUTHENTIC);

/** Counts the records that the worker claims. */
function counting(claims: { count: number }) {
  return (ctx: Context): Context => ({
    ...ctx,
    ledger: {
      ...ctx.ledger,
      claim: async (options) => {
        const claimed = await ctx.ledger.claim(options);
        claims.count += claimed.length;
        return claimed;
      },
    },
  });
}

const shortDelay = () => new Promise((resolve) => setTimeout(resolve, 300));

describe('due evidence jobs', () => {
  it('without a configured eID, due evidence is not read: the sign-up goes on to Jumio, and the worker is idle', async () => {
    const before = await world({ idle: true });
    const id = randomUUID();
    await handleSignUp(
      before.service.ctx,
      before.service.worker,
      { identityId: id, returnTo: null, method: 'oidc' },
      0,
    );
    const claims = { count: 0 };
    const { kratos, clock, databaseUrl } = before.service;
    const service = await testService({ kratos, clock, databaseUrl, ctx: counting(claims) });
    passTime(service, 20 * MINUTE);
    await eventually(() => expect(service.jumio.calls.create).toHaveLength(1));
    await eventually(async () =>
      expect((await recordOf(service, id)).identity).toMatchObject({ eidCheck: 'none', kratosDue: null }),
    );
    const { count } = claims;
    await shortDelay();
    expect(claims.count).toBeLessThan(count + 3);
  });

  it('without a configured eID, due evidence does not change a rejection in the published copy alone', async () => {
    const before = await world({ idle: true });
    const id = randomUUID();
    await link(before.service, id);
    const { kratos, clock, databaseUrl } = before.service;
    kratos.copies.set(id, { status: 'rejected', updated_at: '2025-01-01T00:00:00.000Z' });
    const service = await testService({ kratos, clock, databaseUrl });
    passTime(service, 20 * MINUTE);
    await eventually(async () => expect((await recordOf(service, id)).identity.standing).toBe('rejected'));
    expect(service.jumio.calls.create).toEqual([]);
  });

  it('due evidence of an identity that Kratos does not have ends, as every other job for it', async () => {
    const { service } = await world();
    const id = randomUUID();
    service.kratos.instead.oidcCredentials = () =>
      kratosFails({ operation: 'read', status: 404, code: 'identity-not-found' });
    await link(service, id);
    for (const turn of [1, 2, 3]) {
      await eventually(async () => expect((await recordOf(service, id)).identity.missingCount).toBe(turn));
      passTime(service, DAY);
    }
    await eventually(async () =>
      expect((await recordOf(service, id)).identity).toMatchObject({ deletedInKratos: true, kratosDue: null }),
    );
  });

  it('due evidence of a throttling provider is read later, and not at once again and again', async () => {
    const { service, issuer } = await world();
    const id = randomUUID();
    await linkEid(service, issuer, id);
    service.clock.stop();
    issuer.instead['/jwks'] = raw(429, '', { 'retry-after': '60' });
    const asked = service.clock.now();
    await signUp(service, id);
    await eventually(async () => expect((await recordOf(service, id)).identity.eidFailures).toBe(1));
    const reads = service.kratos.calls.oidcCredentials.length;
    await shortDelay();
    expect(service.kratos.calls.oidcCredentials).toHaveLength(reads);
    expect((await recordOf(service, id)).identity.eidDue).toBeGreaterThanOrEqual(asked + MINUTE);
    delete issuer.instead['/jwks'];
    passTime(service, 20 * MINUTE);
    await untilStatus(service, id, 'approved');
  });

  it('evidence due for hours is reported to the operator: by list, by status, and by the service’s readiness', async () => {
    const { service, issuer } = await world();
    const id = randomUUID();
    await linkEid(service, issuer, id);
    service.clock.stop();
    issuer.instead['/jwks'] = raw(503);
    await signUp(service, id);
    for (const tries of [1, 2, 3]) {
      await eventually(async () => expect((await recordOf(service, id)).identity.eidFailures).toBe(tries));
      passTime(service, 40 * MINUTE);
    }
    await eventually(async () => expect((await recordOf(service, id)).identity.eidFailures).toBe(4));
    const { out: listed } = await runCli(service, ['list', '--stuck', '--json']);
    expect(JSON.parse(listed)).toMatchObject({ kind: 'eid_unread', identity: id, detail: 'pending' });
    const { out: status } = await runCli(service, ['status', id]);
    expect(status).toMatch(/Because: .*not yet read; 4 tries failed: see eid_unread in the timeline/);
    const ready = async () => (await service.app.inject('/health/ready')).json().degraded;
    expect(await ready()).toEqual(['eID provider mobile unreachable']);
    delete issuer.instead['/jwks'];
    passTime(service, 20 * MINUTE);
    await untilStatus(service, id, 'approved');
    expect(await ready()).toEqual([]);
    expect((await runCli(service, ['list', '--stuck', '--json'])).out).toBe('');
  });

  it('due evidence of an erased identity is not read, nor is an eID linked afterwards', async () => {
    const { service, issuer } = await world();
    const id = randomUUID();
    await linkEid(service, issuer, id);
    service.kratos.instead.oidcCredentials = () => kratosDown('read');
    await signUp(service, id);
    const now = service.clock.now();
    await service.ctx.ledger.change(id, now, (found) => found && erase(found, 'ann', now));
    service.kratos.instead.oidcCredentials = undefined;
    await link(service, id);
    passTime(service, 20 * MINUTE);
    await eventually(async () => expect((await recordOf(service, id)).identity.published).toBeGreaterThan(1));
    const { identity, verifications } = await recordOf(service, id);
    expect([identity.standing, identity.eidCheck, verifications]).toEqual([null, 'none', []]);
    expect(await kindsOf(service, id)).not.toContain('eid_approved');
  });

  it('due evidence is judged as of its own hook, also after a later hook', async () => {
    const { service, issuer } = await world();
    const id = randomUUID();
    service.kratos.instead.oidcCredentials = () => kratosDown('read');
    await linkEid(service, issuer, id);
    await signUp(service, id);
    service.clock.advance(2 * HOUR);
    await link(service, id);
    service.kratos.instead.oidcCredentials = undefined;
    passTime(service, 20 * MINUTE);
    await untilStatus(service, id, 'approved');
    expect(await kindsOf(service, id)).not.toContain('eid_refused');
  });

  it('due evidence is not better for a later hook: a token from before the first hook is refused', async () => {
    const { service, issuer } = await world();
    const id = randomUUID();
    service.kratos.instead.oidcCredentials = () => kratosDown('read');
    await linkEid(service, issuer, id);
    for (const _ of [1, 2]) {
      service.clock.advance(HOUR);
      await link(service, id);
    }
    service.kratos.instead.oidcCredentials = undefined;
    passTime(service, 20 * MINUTE);
    await eventually(async () => expect(await kindsOf(service, id)).toContain('eid_refused'));
    expect((await recordOf(service, id)).identity).toMatchObject({ eidCheck: 'none', standing: null });
  });

  it('due evidence does not restart an identity whose published copy says rejected', async () => {
    const { service, issuer } = await world();
    const { id, browser } = visitor(service);
    const copy = { status: 'rejected', source: 'jumio', updated_at: '2025-01-01T00:00:00.000Z' };
    service.kratos.copies.set(id, copy);
    await linkEid(service, issuer, id);
    service.kratos.instead.oidcCredentials = () => kratosDown('read');
    await link(service, id);
    const person = { identityId: id, inherited: 'rejected' } as const;
    await continueVerification(service.ctx, service.worker, person, agreementInput(service), 0);
    await browser.get('/jumio/verify');
    expect(service.jumio.calls.create).toEqual([]);
    expect((await recordOf(service, id)).verifications).toEqual([]);
    expect(service.kratos.copies.get(id)).toEqual(copy);
    expect((await validate(service, { kratos_identity_id: id, metadata_public: { jumio: copy } })).statusCode).toBe(
      403,
    );
  });
});

describe('an unavailable eID provider', () => {
  it('an unavailable eID provider delays no other job: a rejection is published and ends the sessions at once', async () => {
    const { service, issuer } = await world({ policy: `${POLICY}on_rejected: { revoke_sessions: true }` });
    const { id } = await signedUp(service);
    issuer.instead['/jwks'] = raw(503, '', { 'retry-after': '900' });
    await linkEid(service, issuer, id);
    await link(service, id);
    await eventually(async () => expect(await kindsOf(service, id)).toContain('eid_unread'));
    await decide(service, id, 'REJECTED');
    expect(service.kratos.copies.get(id)).toMatchObject({ status: 'rejected' });
    await eventually(() => expect(service.kratos.calls.revokeSessions).toEqual([id]));
    expect((await recordOf(service, id)).identity).toMatchObject({ eidCheck: 'linked', kratosAttempts: 0 });
  });

  it('a hanging eID provider takes no concurrency from identities without an eID', async () => {
    let giveUp = (): void => undefined;
    const hanging = new Promise<never>((_resolve, reject) => {
      giveUp = () => reject(new UpstreamError({ upstream: 'eid', operation: 'keys', failure: 'timeout' }));
    });
    const hangs = (eid: Context['eid']) => eid && { ...eid, client: { ...eid.client, verify: () => hanging } };
    const { service, issuer } = await world({ ctx: (ctx) => ({ ...ctx, eid: hangs(ctx.eid) }) });
    onTestFinished(giveUp);
    const crowd = Array.from({ length: 40 }, () => randomUUID());
    await Promise.all(crowd.map((id) => linkEid(service, issuer, id, id)));
    for (const identityId of crowd)
      await handleSignUp(service.ctx, service.worker, { identityId, returnTo: null, method: 'oidc' }, 0);
    await eventually(() => expect(service.kratos.calls.oidcCredentials.length).toBeGreaterThan(10));
    const id = randomUUID();
    await initiate(service, { kratos_identity_id: id });
    expect(service.kratos.copies.get(id)).toMatchObject({ status: 'pending' });
  });
});

describe('approvals by an eID', () => {
  async function approved() {
    const { service, issuer } = await world();
    const id = randomUUID();
    await linkEid(service, issuer, id);
    await signUp(service, id);
    await untilStatus(service, id, 'approved');
    return { service, issuer, id };
  }

  it.each([
    ['is not among those believed any more', 'other: { issuer: "https://id.example", client_id: bridge, levels: [] }'],
    ['has another issuer now', 'mobile: { issuer: "https://id.example", client_id: bridge, levels: [] }'],
  ])(
    'an approval by an eID whose provider %s survives other links and unlinks, and ends when the eID is unlinked',
    async (_, EID_PROVIDERS) => {
      const { service: before, id } = await approved();
      const { kratos, clock, databaseUrl } = before;
      const POLICY = 'rules: [{ then: allow }]';
      const service = await testService({ kratos, clock, databaseUrl, env: { EID_PROVIDERS, POLICY } });
      await link(service, id);
      await eventually(async () => expect((await recordOf(service, id)).identity.eidCheck).toBe('none'));
      expect((await recordOf(service, id)).identity.standing).toBe('approved');
      kratos.credentials.set(id, []);
      await link(service, id);
      await untilStatus(service, id, 'pending');
      expect(await kindsOf(service, id)).toContain('eid_withdrawn');
    },
  );
});

describe('erase with names from an eID mapper', () => {
  /** Erases an identity; returns, for each removal, whether the members of the eID were removed too. */
  async function removedFrom(service: TestService): Promise<boolean[]> {
    const [id, withEid] = [randomUUID(), [] as boolean[]];
    service.kratos.copies.set(id, { status: 'approved' });
    service.kratos.instead.unpublish = async (_found, what) => void withEid.push(what.withEid);
    expect(await runCli(service, ['erase', id, '--by', 'ann', '--yes'])).toMatchObject({ code: 0 });
    service.worker.wake();
    await eventually(() => expect(withEid).not.toEqual([]));
    return withEid;
  }

  it('erase removes the names that the mapper of an eID wrote', async () => {
    const { service } = await world();
    expect(await removedFrom(service)).toEqual([true]);
  });

  it('erase without a configured eID does not touch such names', async () => {
    expect(await removedFrom(await testService())).toEqual([false]);
  });
});
