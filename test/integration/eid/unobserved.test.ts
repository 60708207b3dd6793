import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signedUp, visitor } from '../../support/builders/people.ts';
import { validate } from '../../support/clients/calls.ts';
import { type EidIssuer, startEidIssuer } from '../../support/fakes/eid-issuer.ts';
import { kratosDown } from '../../support/fakes/kratos.ts';
import { kindsOf } from '../../support/fakes/upstream-answers.ts';
import { eventually, passTime, recordOf, untilStatus } from '../../support/service/eventually.ts';
import { type TestService, testService } from '../../support/service/service.ts';
import { HOUR, MINUTE, SECOND } from '../../support/service/shifted-clock.ts';

const POLICY = 'rules: [{ then: allow }]\nevidence: { mobile: [loa-3] }';

async function world(env: object = {}) {
  const issuer = await startEidIssuer();
  const EID_PROVIDERS = `mobile: { issuer: "${issuer.issuer}", client_id: bridge, levels: [loa-1, loa-3] }`;
  return { issuer, service: await testService({ env: { EID_PROVIDERS, POLICY, ...env } }) };
}

/** Kratos links an eID during a sign-in: no hook reports it. */
async function linksAtSignIn(service: TestService, by: EidIssuer, id: string, acr = 'loa-3') {
  const storedAt = service.clock.now();
  const iat = Math.floor(storedAt / 1000);
  const idToken = await by.sign({ iss: by.issuer, aud: 'bridge', sub: id, acr, iat, exp: iat + 300 });
  service.kratos.credentials.set(id, [{ provider: 'mobile', subject: id, idToken, storedAt }]);
}

describe('eIDs without a hook', () => {
  it.each(['registration', 'consent'])(
    'an eID without a hook is read when its person continues, before Jumio: %s',
    async (start) => {
      const { service, issuer } = await world({ VERIFICATION_START: start });
      const { id, browser } = start === 'registration' ? await signedUp(service) : visitor(service);
      const executions = service.jumio.executions.length;
      await linksAtSignIn(service, issuer, id);
      service.clock.advance(5 * HOUR);
      const answer = await browser.press();
      expect(answer.location ?? '').not.toContain('jumio.ai');
      await untilStatus(service, id, 'approved');
      expect(service.jumio.executions).toHaveLength(executions);
    },
  );

  it('an insufficient eID without a hook leads to Jumio at the same press, and is reported once', async () => {
    const { service, issuer } = await world();
    const { id, browser } = await signedUp(service);
    await linksAtSignIn(service, issuer, id, 'loa-1');
    for (const _ of [1, 2]) expect((await browser.press()).location).toBe(service.jumio.latest(id).link);
    expect((await kindsOf(service, id)).filter((kind) => kind === 'eid_not_enough')).toHaveLength(1);
  });

  it('a person without an eID is not delayed: a press is one read of Kratos, or one failed read, and leads to Jumio', async () => {
    const { service } = await world({ VERIFICATION_START: 'consent' });
    const [one, other] = [visitor(service), visitor(service)];
    expect((await one.browser.press()).location).toBe(service.jumio.latest(one.id).link);
    expect(service.kratos.calls.oidcCredentials).toEqual([one.id]);
    service.kratos.instead.oidcCredentials = () => kratosDown('read');
    expect((await other.browser.press()).location).toBe(service.jumio.latest(other.id).link);
    service.kratos.instead.oidcCredentials = undefined;
    passTime(service, HOUR);
    await eventually(async () => expect((await recordOf(service, other.id)).identity.eidCheck).toBe('none'));
  });

  it('an eID without a hook is read at the sign-in that makes up for a lost sign-up, by any method', async () => {
    const { service, issuer } = await world();
    const [linked, bare] = [randomUUID(), randomUUID()];
    service.clock.advance(MINUTE);
    const created_at = new Date(service.clock.now()).toISOString();
    await linksAtSignIn(service, issuer, linked);
    for (const kratos_identity_id of [linked, bare]) {
      const flow = { kind: 'recovery', method: 'code' };
      await validate(service, { kratos_identity_id, created_at, metadata_public: null, flow });
    }
    await untilStatus(service, linked, 'approved');
    await eventually(async () => expect((await recordOf(service, bare)).identity.eidCheck).toBe('none'));
    expect(service.jumio.calls.create).toEqual([]);
    passTime(service, 6 * SECOND);
    await eventually(() => expect(service.jumio.latest(bare)).toBeDefined());
    expect(service.jumio.executions).toHaveLength(1);
  });
});
