import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { launchChromium } from '../../sandbox/chromium/launch.ts';
import { type AppChoice, linkEid, signInWithEid, unlinkEid } from '../../sandbox/eid/client.ts';
import { ITSME } from '../../sandbox/eid/kinds.ts';
import { type Browser, createBrowser } from '../../sandbox/kratos/client/browser.ts';
import { type Person as Credentials, signUp, whoami } from '../../sandbox/kratos/client/flows.ts';
import { csrfTokenOf, readFlow } from '../../sandbox/kratos/client/forms.ts';
import { send } from '../../sandbox/kratos/client/loopback.ts';
import { newPerson, personOf } from '../../sandbox/scenarios/person.ts';
import { hasChromium, LONG_TIMEOUT, OR_WHY_SKIPPED as OR_NO_CHROMIUM } from './browser/chromium.ts';
import { checkPage } from './browser/page-check.ts';
import { openBrowserWindow, PHONE } from './browser/window.ts';
import { type EidWorld, startEidWorld } from './support/eid-world.ts';
import { isReal, OR_WHY_SKIPPED } from './support/kratos-under-test.ts';
import { operate } from './support/operator.ts';
import { MANIPULATED } from './support/outcomes.ts';
import { sentenceOn } from './support/pages.ts';
import { eventually } from './support/world.ts';

const stored = z.object({
  metadata_admin: z
    .object({ eid: z.record(z.string(), z.unknown()).optional() })
    .loose()
    .nullable(),
  metadata_public: z.unknown(),
  verifiable_addresses: z.array(z.object({ verified: z.boolean() })),
});

const linked = z.object({ credentials: z.object({ oidc: z.object({ updated_at: z.string() }) }) });

let names = 0;

const newName = (): string => `anna${'abcdefghijklmnopqrstuvwxyz'.charAt(names++)}`;

const at = (level: string, sub = newName()): AppChoice => ({ sub, choice: `level:${level}` });

describe.skipIf(!isReal)(`an eID instead of Jumio${OR_WHY_SKIPPED}`, () => {
  let world: EidWorld;
  beforeAll(async () => {
    world = await startEidWorld();
  });
  afterAll(() => world.stop());

  /** Signs a person up, and waits until Kratos shows the result. */
  async function signUpBy(provider: 'itsme' | 'idemia', app: AppChoice) {
    const browser = createBrowser();
    const { stack } = world;
    const ended = await signInWithEid(stack.kratos, 'registration', provider, app, browser);
    const { session } = await whoami(stack.kratos, { browser });
    const identityId = session?.identity.id ?? '';
    const credentials = { email: `${app.sub}@eid.example.org`, password: '' };
    return { ...personOf(stack, { identityId, credentials, browser, location: ended.url }), ended };
  }

  const adminOf = async (identityId: string) => {
    const url = `${world.stack.kratos.adminUrl}/admin/identities/${identityId}`;
    return stored.parse((await send({ method: 'GET', url })).json());
  };

  /** The time at which Kratos stored the linked credential of an identity. */
  const storedAt = async (identityId: string): Promise<number> => {
    const url = `${world.stack.kratos.adminUrl}/admin/identities/${identityId}?include_credential=oidc`;
    return Date.parse(linked.parse((await send({ method: 'GET', url })).json()).credentials.oidc.updated_at);
  };

  const isStored = async (sub: string): Promise<boolean> => {
    const url = `${world.stack.kratos.adminUrl}/admin/identities?page_size=250`;
    return (await send({ method: 'GET', url })).text.includes(`${sub}@eid.example.org`);
  };

  /** The page of the demo's application after a failed provider: one sentence, and one link to continue. */
  async function offersToStartAgain(browser: Browser, url: string, sentence: string): Promise<void> {
    const { text } = await browser.get(url);
    expect(text).toContain(sentence);
    expect(text).not.toMatch(/access_denied|invalid_grant|<form/);
    expect(text).toContain('<a class="button" href="/registration">Start again</a>');
  }

  test('an itsme sign-up approves without Jumio', async () => {
    const person = await signUpBy('itsme', at(ITSME.basic));
    const seen = await person.waitFor({
      status: 'approved',
      source: 'eid:itsme',
      level: ITSME.basic,
      verdict: 'PASSED',
    });
    expect(Object.keys(seen ?? {}).toSorted()).toEqual(['level', 'source', 'status', 'updated_at', 'verdict']);
    expect(await world.jumio.executionsOf(person.identityId)).toEqual([]);
  });

  test('a mobile ID sign-up at an accepted level approves without Jumio', async () => {
    const person = await signUpBy('idemia', at('loa-4'));
    await person.waitFor({ status: 'approved', source: 'eid:idemia', level: 'loa-4' });
    const page = await person.browser.get(`${world.stack.verifyUrl}/jumio/status`);
    expect(sentenceOn(page)).toBe('Thank you. There is nothing else you need to do.');
    expect(await world.jumio.executionsOf(person.identityId)).toEqual([]);
  });

  test('a level that is not enough leads to Jumio', async () => {
    const person = await signUpBy('idemia', at('loa-3'));
    await person.waitFor({ status: 'pending', source: 'jumio' });
    expect((await person.browser.get(`${world.stack.verifyUrl}/jumio/verify`)).text).toContain(
      'Your electronic identity is not enough here. Please verify your identity with Jumio as well.',
    );
    const hosted = await person.goToJumio();
    expect(hosted.url).toContain(world.stack.jumioUrl);
    await person.choose(hosted, { outcome: 'pass' });
    await person.waitFor({ status: 'approved', source: 'jumio' });
    const { text } = await person.browser.get(`${world.stack.appUrl}/`);
    expect(text).toContain('level loa-3 is not enough, so Jumio is asked.');
  });

  test.each([
    ['below', { choice: 'level:loa-2' }],
    ['unknown', { choice: 'level:loa-9' }],
    ['missing', { choice: 'none' }],
  ])('a sign-up below the required level is refused, and nothing is stored (%s)', async (_name, { choice }) => {
    const app = { sub: newName(), choice };
    const { ended, identityId, browser } = await signUpBy('idemia', app);
    expect(ended.messages).toMatchObject([{ id: 4990005, type: 'error' }]);
    await offersToStartAgain(browser, ended.url, 'at a higher level');
    expect([identityId, await isStored(app.sub)]).toEqual(['', false]);
  });

  test('a refusal in the app shows a message, and nothing is stored', async () => {
    const app = { sub: newName(), choice: 'deny' };
    const { ended, browser } = await signUpBy('idemia', app);
    expect(ended.messages.map(({ text }) => text).join()).toContain('access_denied');
    await offersToStartAgain(browser, ended.url, 'You did not confirm in the app.');
    expect(await isStored(app.sub)).toBe(false);
  });

  test('an expired code creates no account', async () => {
    const app = { sub: newName(), choice: 'late' };
    const { identityId, ended, browser } = await signUpBy('itsme', app);
    expect([identityId, await isStored(app.sub)]).toEqual(['', false]);
    await offersToStartAgain(browser, ended.url, 'Your confirmation came too late');
  });

  test('a second sign-in finds the same identity', async () => {
    const app = at(ITSME.advanced);
    const person = await signUpBy('itsme', app);
    await person.waitFor({ status: 'approved' });
    const browser = createBrowser();
    await signInWithEid(world.stack.kratos, 'login', 'itsme', app, browser);
    expect((await whoami(world.stack.kratos, { browser })).session?.identity.id).toBe(person.identityId);
  });

  test('names go to metadata_admin, the address stays unverified', async () => {
    const app = at('loa-4');
    const { identityId } = await signUpBy('idemia', app);
    const { metadata_admin, verifiable_addresses } = await adminOf(identityId);
    expect(metadata_admin?.eid).toMatchObject({ family_name: 'Peeters', document: 'D-0000001' });
    expect(verifiable_addresses).toEqual([{ verified: false }]);
  });

  test('an erased person has nothing from the eID left in the metadata', async () => {
    const person = await signUpBy('idemia', at('loa-4'));
    const { identityId } = person;
    await person.waitFor({ status: 'approved' });
    expect(await adminOf(identityId)).toMatchObject({
      metadata_public: { assurance: { acr: 'loa-4' } },
      metadata_admin: { eid: {} },
    });
    expect(await operate(world, ['erase', identityId, '--by', 'ann', '--yes'])).toMatchObject({ code: 0 });
    await eventually(async () => {
      const { metadata_public, metadata_admin } = await adminOf(identityId);
      expect([metadata_public, metadata_admin]).toEqual([{}, {}]);
    });
  });

  test('the recipe asks itsme for its scopes and level', async () => {
    const { ended } = await signUpBy('itsme', at(ITSME.advanced));
    const query = new URL(ended.redirects[0] ?? '').searchParams;
    expect(query.get('scope')?.split(' ').toSorted()).toEqual(['email', 'openid', 'profile', 'service:DEMO']);
    expect(query.get('claims')).toContain('acr_advanced');
  });

  test('the recipe asks IDEMIA for its level', async () => {
    const { ended } = await signUpBy('idemia', at('loa-4'));
    const query = new URL(ended.redirects[0] ?? '').searchParams;
    expect(query.get('scope')?.split(' ').toSorted()).toEqual(['id_basic', 'mt_scope', 'openid']);
    expect(query.get('claims')).toContain('loa-3');
  });

  test('an eID linked later approves, and unlinking it withdraws the approval', async () => {
    const { stack, jumio } = world;
    const person = await newPerson(stack);
    await person.waitFor({ status: 'pending' });
    const before = Date.now();
    await linkEid(stack.kratos, 'itsme', at(ITSME.basic), person.browser);
    const linkedAt = await storedAt(person.identityId);
    expect(linkedAt).toBeGreaterThanOrEqual(before - 1_000);
    await person.waitFor({ status: 'approved', source: 'eid:itsme', attempt: 'pending' });
    // Our PATCH does not change the time of the link, by which the age of its token is judged (decision 44).
    expect(await storedAt(person.identityId)).toBe(linkedAt);
    await unlinkEid(stack.kratos, 'itsme', person.browser);
    await person.waitFor({ status: 'pending' });
    expect(await jumio.executionsOf(person.identityId)).toHaveLength(1);
  });

  /** Signs in with an eID whose e-mail address belongs to a password account; Kratos links both after the password. */
  async function linksAtSignIn(app: AppChoice, credentials: Credentials, browser: Browser): Promise<void> {
    const { kratos } = world.stack;
    const asked = await signInWithEid(kratos, 'login', 'itsme', app, browser);
    expect(asked.messages).toMatchObject([{ id: 1010016 }]);
    const id = new URL(asked.url).searchParams.get('flow') ?? '';
    const headers = { accept: 'application/json' };
    const flow = readFlow(await browser.get(`${kratos.publicUrl}/self-service/login/flows?id=${id}`, { headers }));
    const { email: identifier, password } = credentials;
    await browser.post(flow.ui.action, {
      form: { method: 'password', identifier, password, csrf_token: csrfTokenOf(flow) },
    });
  }

  test('an eID that Kratos links during a sign-in, without a hook, is read when its person continues', async () => {
    const { stack, jumio } = world;
    const app = at(ITSME.advanced);
    const credentials = { email: `${app.sub}@eid.example.org`, password: 'correct-horse-9-battery' };
    const [first, browser] = [createBrowser(), createBrowser()];
    const { identityId = '' } = await signUp(stack.kratos, credentials, { as: 'browser', browser: first });
    await linksAtSignIn(app, credentials, browser);
    const person = personOf(stack, { identityId, credentials, browser, location: undefined });
    await person.waitFor({ status: 'pending', source: 'jumio' });
    const answer = await person.goToJumio();
    expect(answer.url).not.toContain(stack.jumioUrl);
    await person.waitFor({ status: 'approved', source: 'eid:itsme' });
    expect(await jumio.executionsOf(identityId)).toHaveLength(1);
  });

  test('an eID never replaces a rejection by Jumio', async () => {
    const { stack } = world;
    const person = await newPerson(stack);
    await person.choose(await person.goToJumio(), MANIPULATED);
    await person.waitFor({ status: 'rejected' });
    await linkEid(stack.kratos, 'itsme', at(ITSME.advanced), person.browser);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await person.readStatus()).toMatchObject({ status: 'rejected', source: 'jumio' });
  });

  test('one eID approves one identity for ever: a second one goes to Jumio', async () => {
    const app = at(ITSME.advanced);
    const first = await signUpBy('itsme', app);
    await first.waitFor({ status: 'approved' });
    const url = `${world.stack.kratos.adminUrl}/admin/identities/${first.identityId}`;
    expect((await send({ method: 'DELETE', url })).status).toBe(204);
    const second = await signUpBy('itsme', app);
    expect(second.identityId).not.toBe(first.identityId);
    await second.waitFor({ status: 'pending', source: 'jumio' });
    // `pending` is published before the call to Jumio.
    await eventually(async () => expect(await world.jumio.executionsOf(second.identityId)).toHaveLength(1));
  });

  test('while the provider’s keys are unavailable, a sign-up is refused with a message', async () => {
    const app = at(ITSME.advanced);
    world.itsme.hideKeys(true);
    try {
      const { identityId, ended } = await signUpBy('itsme', app);
      expect([identityId, ended.messages.length > 0, await isStored(app.sub)]).toEqual(['', true, false]);
    } finally {
      world.itsme.hideKeys(false);
    }
  });

  test('a key that the provider has changed counts at once', async () => {
    await (await signUpBy('itsme', at(ITSME.advanced))).waitFor({ status: 'approved' });
    await world.itsme.rotateKeys();
    await (await signUpBy('itsme', at(ITSME.advanced))).waitFor({ status: 'approved' });
  });

  /** Signs a person up in Chromium by the button of the eID. */
  async function inChromium(then: (page: Page) => Promise<void>): Promise<void> {
    const { appUrl, verifyUrl, kratos } = world.stack;
    const browser = await launchChromium();
    try {
      const window = await openBrowserWindow(browser, PHONE, [kratos.publicUrl, appUrl, verifyUrl, world.itsme.issuer]);
      const { page } = window;
      await page.goto(`${appUrl}/registration`);
      await page.getByRole('button', { name: 'Sign up with itsme' }).click();
      await checkPage(page, PHONE);
      await page.getByLabel('Who you are').fill(newName());
      await page.getByRole('button', { name: ITSME.advanced }).click();
      await page.waitForURL((url) => [verifyUrl, appUrl].includes(url.origin));
      await page.goto(`${verifyUrl}/jumio/status`);
      await then(page);
      expect(window.problems).toEqual([]);
    } finally {
      await browser.close();
    }
  }

  test.skipIf(!hasChromium)(
    `in Chromium the button of the eID leads to a verified account${OR_NO_CHROMIUM}`,
    LONG_TIMEOUT,
    () => inChromium((page) => page.getByText('Thank you. There is nothing else you need to do.').waitFor()),
  );

  test.skipIf(!hasChromium)(
    `while Kratos cannot be read the page says that a check is under way, and continues by itself${OR_NO_CHROMIUM}`,
    LONG_TIMEOUT,
    async () => {
      world.admin.fault('read', '503', { times: 100 });
      await inChromium(async (page) => {
        const beside = await page.context().newPage();
        for (const each of [page, beside]) {
          await each.goto(`${world.stack.verifyUrl}/jumio/status`);
          await each.getByText('This should only take a moment.').waitFor();
        }
        await checkPage(beside, PHONE);
        world.admin.clearFaults();
        await page.getByText('Thank you. There is nothing else you need to do.').waitFor({ timeout: 60_000 });
      });
    },
  );

  test('the log holds no ID token, no client secret, and no name', () => {
    expect(world.log.length).toBeGreaterThan(20);
    expect(world.log.filter((line) => /eyJ|bridge-secret|eid\.example\.org|"anna[a-z]?\b/.test(line))).toEqual([]);
  });

  test('a forged assurance in a sign-up is no evidence', async () => {
    const assurance = JSON.stringify({ source: 'itsme', acr: ITSME.advanced });
    const person = await newPerson(world.stack, { transientPayload: { assurance } });
    await person.waitFor({ status: 'pending', source: 'jumio' });
  });
});
