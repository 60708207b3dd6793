import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { z } from 'zod';
import { completeSignUp, signInWithEid } from '../../sandbox/eid/client.ts';
import { ITSME } from '../../sandbox/eid/kinds.ts';
import { fillRecipe } from '../../sandbox/eid/recipe.ts';
import { type EidProvider, startEidProvider } from '../../sandbox/eid/server.ts';
import { createBrowser } from '../../sandbox/kratos/client/browser.ts';
import { whoami } from '../../sandbox/kratos/client/flows.ts';
import { send } from '../../sandbox/kratos/client/loopback.ts';
import { freePorts } from '../../sandbox/kratos/real/ports.ts';
import { personOf } from '../../sandbox/scenarios/person.ts';
import { type Stack, startStack } from '../../sandbox/stack/start.ts';
import { isReal, OR_WHY_SKIPPED } from './support/kratos-under-test.ts';

const CLIENT = { clientId: 'bridge', clientSecret: 'bridge-secret-0000000000000000001' };

/** Approved people come in by another provider at `high` only, and by itsme at any level. */
const POLICY = `
rules:
  - { name: another provider, when: { status: approved, source: eid:other, level: high }, then: allow }
  - { name: itsme, when: { status: approved, source: eid:itsme }, then: allow }
  - { then: block }
evidence: { other: any, itsme: any }
`;

const stored = z.object({ metadata_admin: z.object({ eid: z.record(z.string(), z.unknown()) }) });

describe.skipIf(!isReal)(`any other provider of eIDs${OR_WHY_SKIPPED}`, () => {
  let stack: Stack;
  let providers: readonly EidProvider[] = [];

  beforeAll(async () => {
    const ports = await freePorts();
    const callback = `http://kratos.demo.localhost:${ports.public}/self-service/methods/oidc/callback`;
    const client = { ...CLIENT, redirectUris: [`${callback}/other`, `${callback}/itsme`] };
    const [other, itsme] = [await startEidProvider('generic', client), await startEidProvider('itsme', client)];
    providers = [other, itsme];
    const ofItsme = fillRecipe('itsme', { providerId: 'itsme', issuer: itsme.issuer, ...CLIENT, serviceCode: 'DEMO' });
    const recipes = [
      fillRecipe('generic', { providerId: 'other', issuer: other.issuer, ...CLIENT, level: 'high' }),
      // As a contract with itsme that has both has it.
      { ...ofItsme, scope: ['openid', 'service:DEMO', 'profile', 'email', 'phone', 'address'] },
    ];
    const settings = {
      other: { issuer: other.issuer, client_id: CLIENT.clientId, levels: ['substantial', 'high'] },
      itsme: { issuer: itsme.issuer, client_id: CLIENT.clientId, levels: [ITSME.basic, ITSME.advanced] },
    };
    stack = await startStack({
      kratos: { kind: 'real', ports, providers: recipes },
      env: { EID_PROVIDERS: stringify(settings), POLICY },
    });
  });
  afterAll(async () => {
    await stack.stop();
    await Promise.all(providers.map((provider) => provider.stop()));
  });

  async function known(browser: ReturnType<typeof createBrowser>, email: string) {
    const { session } = await whoami(stack.kratos, { browser });
    const identityId = session?.identity.id ?? '';
    return personOf(stack, { identityId, credentials: { email, password: '' }, browser, location: undefined });
  }

  test('the generic recipe approves without Jumio', async () => {
    const browser = createBrowser();
    const app = { sub: 'bert', choice: 'level:high' };
    await signInWithEid(stack.kratos, 'registration', 'other', app, browser);
    const person = await known(browser, 'bert@eid.example.org');
    await person.waitFor({ status: 'approved', source: 'eid:other', level: 'high' });
  });

  test('without an e-mail claim Kratos asks the person for the address, and the sign-up goes on', async () => {
    const browser = createBrowser();
    const app = { sub: 'noemaila', choice: 'level:high' };
    const asked = await signInWithEid(stack.kratos, 'registration', 'other', app, browser);
    expect(asked.url).toContain(`${stack.appUrl}/registration`);
    expect(asked.messages.map(({ id }) => id)).toContain(4000002);
    expect(asked.messages.map(({ text }) => text).join()).not.toMatch(/expected string|null/);
    const form = await browser.get(asked.url);
    expect(form.text).toContain('E-mail address');
    await completeSignUp(stack.kratos, 'other', asked, { email: 'noemaila@own.example.org' }, app, browser);
    const person = await known(browser, 'noemaila@own.example.org');
    await person.waitFor({ status: 'approved', source: 'eid:other' });
  });

  test('itsme’s names, birth date, phone and address reach the operator, by a real Kratos', async () => {
    const browser = createBrowser();
    const app = { sub: 'carla', choice: `level:${ITSME.basic}` };
    await signInWithEid(stack.kratos, 'registration', 'itsme', app, browser);
    const { identityId } = await known(browser, 'carla@eid.example.org');
    const { text } = await send({ method: 'GET', url: `${stack.kratos.adminUrl}/admin/identities/${identityId}` });
    expect(stored.parse(JSON.parse(text)).metadata_admin.eid).toEqual({
      name: 'Carla Peeters',
      given_name: 'Carla',
      family_name: 'Peeters',
      birthdate: '1990-04-01',
      phone_number: '+32 470000000',
      address: { street_address: 'Rue Exemple 1', postal_code: '1000', locality: 'Bruxelles', country: 'BE' },
    });
  });

  test.each([
    ['other', 'substantial', false],
    ['other', 'high', true],
    ['itsme', ITSME.basic, true],
  ])('at every sign-in the stored source and level decide: %s at %s: %s', async (provider, level, isAllowed) => {
    const app = { sub: `dora${provider}${level.length}`.replaceAll(/\d/g, 'x'), choice: `level:${level}` };
    const browser = createBrowser();
    await signInWithEid(stack.kratos, 'registration', provider, app, browser);
    await (await known(browser, '')).waitFor({ status: 'approved', level });
    const later = createBrowser();
    // Whatever level the provider returns now, Kratos tells nobody.
    await signInWithEid(stack.kratos, 'login', provider, app, later);
    expect((await whoami(stack.kratos, { browser: later })).status).toBe(isAllowed ? 200 : 401);
  });
});
