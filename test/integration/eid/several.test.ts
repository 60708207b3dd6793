import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AUTHENTIC, initiate, post } from '../../support/clients/calls.ts';
import { type EidIssuer, startEidIssuer } from '../../support/fakes/eid-issuer.ts';
import { raw } from '../../support/fakes/http-server.ts';
import { kratosDown } from '../../support/fakes/kratos.ts';
import { kindsOf } from '../../support/fakes/upstream-answers.ts';
import { eventually, passTime, recordOf, untilStatus } from '../../support/service/eventually.ts';
import { type TestService, testService } from '../../support/service/service.ts';
import { DAY, HOUR } from '../../support/service/shifted-clock.ts';

/** Two providers, of which the policy accepts the first, or the given ones. */
async function world(enough = '{ one: any }') {
  const [one, two] = [await startEidIssuer(), await startEidIssuer()];
  const described = (name: string, { issuer }: EidIssuer) =>
    `${name}: { issuer: "${issuer}", client_id: bridge, levels: [] }\n`;
  const EID_PROVIDERS = described('one', one) + described('two', two);
  const POLICY = `rules: [{ then: allow }]\nverdict_lifetime: 30d\nevidence: ${enough}`;
  return { one, two, service: await testService({ env: { EID_PROVIDERS, POLICY } }) };
}

/** The credential that Kratos stores for an eID linked now. */
async function credential({ clock }: TestService, provider: string, by: EidIssuer) {
  const iat = Math.floor(clock.now() / 1000);
  return {
    provider,
    subject: 'anna',
    idToken: await by.sign({ iss: by.issuer, aud: 'bridge', sub: 'anna', iat, exp: iat + 300 }),
  };
}

const signUp = (service: TestService, id: string) =>
  initiate(service, { kratos_identity_id: id, schema_id: 'person', flow: { method: 'oidc' } });

const link = (service: TestService, id: string) => post(service, '/eid/link', { kratos_identity_id: id }, AUTHENTIC);

const untilRead = (service: TestService, id: string) =>
  eventually(async () => expect((await recordOf(service, id)).identity.eidCheck).toBe('none'));

describe('several eIDs', () => {
  it('a sufficient eID approves, and an unlinked one approves no more, while the provider of another is down', async () => {
    const { service, one, two } = await world('{ one: any, two: any }');
    two.instead['/jwks'] = raw(503);
    const id = randomUUID();
    const rest = await credential(service, 'two', two);
    service.kratos.credentials.set(id, [await credential(service, 'one', one), rest]);
    await signUp(service, id);
    await untilStatus(service, id, 'approved');
    service.kratos.credentials.set(id, [rest]);
    await link(service, id);
    await untilStatus(service, id, 'pending');
    expect(await kindsOf(service, id)).toEqual(expect.arrayContaining(['eid_unread', 'eid_withdrawn']));
    delete two.instead['/jwks'];
    passTime(service, HOUR);
    await untilStatus(service, id, 'approved');
    await untilRead(service, id);
  });

  it('an eID whose provider is never sufficient is not fetched, and is reported as insufficient', async () => {
    const { service, two } = await world();
    const id = randomUUID();
    service.kratos.credentials.set(id, [await credential(service, 'two', two)]);
    const before = two.requestedPaths.length;
    await signUp(service, id);
    await eventually(() => expect(service.jumio.latest(id)).toBeDefined());
    expect(two.requestedPaths).toHaveLength(before);
    expect(await kindsOf(service, id)).toContain('eid_not_enough');
  });
});

describe('relinked eIDs', () => {
  it('a relinked eID renews its approval, even if its unlinking could not be read', async () => {
    const { service, one } = await world();
    const id = randomUUID();
    service.kratos.credentials.set(id, [await credential(service, 'one', one)]);
    await signUp(service, id);
    await untilStatus(service, id, 'approved');
    service.clock.advance(40 * DAY);
    service.kratos.instead.oidcCredentials = () => kratosDown('read');
    await link(service, id);
    service.kratos.credentials.set(id, [await credential(service, 'one', one)]);
    await link(service, id);
    service.kratos.instead.oidcCredentials = undefined;
    passTime(service, HOUR);
    await untilRead(service, id);
    expect(service.clock.now() - ((await recordOf(service, id)).identity.decidedAt ?? 0)).toBeLessThan(DAY);
  });
});

describe('published copies by an eID after a lost ledger', () => {
  const copy = { status: 'approved', source: 'eid:one', verdict: 'PASSED', updated_at: '2025-01-01T00:00:00.000Z' };

  it.each([
    ['approves no more', [], 'pending'],
    ['approves while that is linked', ['one'], 'approved'],
    ['approves no more, whatever else is linked', ['google'], 'pending'],
  ])('a published copy by an eID, after a lost ledger, %s', async (_what, linked, status) => {
    const { service, one } = await world();
    const id = randomUUID();
    const token = await credential(service, 'one', one);
    service.kratos.copies.set(id, copy);
    service.kratos.credentials.set(
      id,
      linked.map((provider) => ({ ...token, provider, idToken: '' })),
    );
    await link(service, id);
    await untilRead(service, id);
    await eventually(() => expect(service.kratos.copies.get(id)).toMatchObject({ status }));
    expect((await recordOf(service, id)).identity.standing).toBe(status === 'approved' ? status : null);
  });
});
