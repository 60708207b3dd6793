import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyCookies } from '../../../sandbox/chromium/cookies.ts';
import { addVirtualDevice, type VirtualDevice } from '../../../sandbox/chromium/device.ts';
import { launchChromium } from '../../../sandbox/chromium/launch.ts';
import { signUp } from '../../../sandbox/kratos/client/flows.ts';
import { send } from '../../../sandbox/kratos/client/loopback.ts';
import { PASSKEY_DOMAIN, withPayers } from '../../../sandbox/kratos/config/payers.ts';
import { freePort } from '../../../sandbox/kratos/real/ports.ts';
import { type RunningKratos, startKratos } from '../../../sandbox/kratos/start.ts';
import { createKratosClient } from '../../../webhook/kratos/client.ts';
import { verifyAssertion } from '../../../webhook/passkey/verify.ts';
import { createPasskeyFactor, readAssertion } from '../../../webhook/transactions/index.ts';
import { transactionSettings } from '../../../webhook/transactions/settings.ts';
import { hasChromium, OR_WHY_SKIPPED as OR_NO_CHROMIUM } from '../../e2e/browser/chromium.ts';
import { isReal, KRATOS, OR_WHY_SKIPPED } from '../../e2e/support/kratos-under-test.ts';
import { blankAttempt, blankTransaction } from '../../support/transactions/rows.ts';
import { newPerson } from '../kratos/world.ts';
import { type Pages, PRESS, startPages, UNUSED } from './pages.ts';

/** In place of the service's hooks, which these tests are not about. */
const SIGNED_IN_AT_SIGN_UP =
  'selfservice: { flows: { registration: { after: { password: { hooks: [{ hook: session }] } } } } }';

describe.skipIf(!isReal || !hasChromium)(
  `a passkey of ${KRATOS}, in Chromium${OR_WHY_SKIPPED}${OR_NO_CHROMIUM}`,
  () => {
    let kratos: RunningKratos;
    let pages: Pages;
    let chromium: Browser;
    let page: Page;
    let device: VirtualDevice;
    let identityId = '';
    const problems: string[] = [];

    const readFlow = async (id: string, cookie: string): Promise<unknown> => {
      const url = `${kratos.publicUrl}/self-service/settings/flows?id=${id}`;
      return (await send({ method: 'GET', url, headers: { accept: 'application/json', cookie } })).json();
    };

    beforeAll(async () => {
      pages = await startPages(await freePort(), readFlow);
      const { appUrl: uiUrl, verifyUrl } = pages;
      const hooks = { serviceUrl: verifyUrl, webhookSecret: 'unused', actions: SIGNED_IN_AT_SIGN_UP };
      kratos = await startKratos({ kind: 'real', uiUrl, verifyUrl, ...hooks, more: withPayers(uiUrl) });
      const signedUp = await signUp(kratos, newPerson(), { as: 'browser' });
      identityId = signedUp.identityId ?? '';
      chromium = await launchChromium();
      const context = await chromium.newContext();
      await copyCookies(context, signedUp.browser, [kratos.publicUrl]);
      page = await context.newPage();
      page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
      device = await addVirtualDevice(page);
    });
    afterAll(async () => {
      await chromium?.close();
      await kratos?.stop();
      await pages?.stop();
    });

    const client = () => createKratosClient({ adminUrl: kratos.adminUrl, userAgent: 'test' });

    function world(passkeys: 'any' | 'device_bound' = 'any') {
      const lines: unknown[] = [];
      const log = {
        info: (fields: unknown) => void lines.push(fields),
        warn: (fields: unknown) => void lines.push(fields),
      };
      const bank = {
        name: 'Bank',
        secret_hashes: [`sha256:${'0'.repeat(64)}`],
        redirect_uris: [`${pages.appUrl}/return`],
        factors: ['passkey'],
      };
      const settings = transactionSettings.parse({ clients: { bank }, passkey: { rp_id: PASSKEY_DOMAIN, passkeys } });
      const options = { kratos: client(), verify: verifyAssertion, settings, publicUrl: pages.verifyUrl, log };
      const details = '{"amount":"50.00"}';
      const transaction = { ...blankTransaction, id: randomUUID(), identityId, nonce: 'bm9uY2U', details };
      const session = { id: 's', identityId, authenticatedAt: Date.now(), methods: [], phones: [] };
      const factor = createPasskeyFactor(options);
      return {
        lines,
        offer: () => factor.offer(session, transaction, Date.now()),
        answer: (field: unknown) => {
          const assertion = readAssertion(field);
          if (assertion === undefined) throw new Error(`no assertion: ${String(field)}`);
          return factor.answer({ ...blankAttempt, identityId }, transaction, assertion, Date.now());
        },
      };
    }

    /** Opens the page of a payment at an origin, and presses its button. */
    async function press(of: ReturnType<typeof world>, origin: string): Promise<void> {
      const offer = await of.offer();
      if (offer.kind !== 'usable') throw new Error(`it is not offered: ${offer.why}`);
      pages.ask(offer.options);
      pages.posted.length = 0;
      await page.goto(`${origin}/approve/1`);
      await page.getByRole('button', { name: PRESS }).click();
    }

    async function signed(of: ReturnType<typeof world>, origin = pages.verifyUrl): Promise<unknown> {
      await press(of, origin);
      await page.waitForFunction("document.title === 'Posted'");
      return pages.posted[0];
    }

    test('nobody has one before they add one', async () => {
      expect(await world().offer()).toEqual({ kind: 'not-usable', why: 'missing' });
    });

    test('one that is added in Kratos’ own settings is read from its admin API', async () => {
      await page.goto(`${kratos.publicUrl}/self-service/settings/browser`);
      await page.getByRole('button', { name: 'Add a passkey' }).click();
      await expect.poll(async () => (await client().payerCredentials(identityId)).passkeys.length).toBe(1);
      const credentials = await client().payerCredentials(identityId);
      const [passkey] = credentials.passkeys;
      expect(credentials.unreadable).toEqual([]);
      expect(passkey).toMatchObject({ isSynchronisable: false, signCount: expect.any(Number) });
      expect(Math.abs((passkey?.addedAt ?? 0) - Date.now())).toBeLessThan(60_000);
      expect(credentials.userHandle).toMatch(/^[\w-]+$/);
      expect(credentials.createdAt).toBeLessThanOrEqual(Date.now());
      expect(credentials.password?.updatedAt).toBeLessThanOrEqual(Date.now());
    });

    test('it signs a payment on the service’s page, as often as there are payments', async () => {
      for (const passkeys of ['any', 'device_bound'] as const) {
        const of = world(passkeys);
        expect(await of.answer(await signed(of))).toMatchObject({
          kind: 'passed',
          factors: { authenticationFactors: [{ possession: 'passkey_device_bound' }, expect.anything()] },
        });
        expect(of.lines).toEqual([]);
      }
      expect(problems).toEqual([]);
    });

    test('what it signed for one payment approves no other', async () => {
      const [one, other] = [world(), world()];
      const field = await signed(one);
      expect(await other.answer(field)).toEqual({ kind: 'failed', isLast: true });
      expect(other.lines).toEqual([{ identity: identityId, seen: 'challenge' }]);
    });

    test('what it signed on another host of the domain approves nothing', async () => {
      const of = world();
      expect(await of.answer(await signed(of, pages.appUrl))).toEqual({ kind: 'failed', isLast: true });
      expect(of.lines).toEqual([{ identity: identityId, seen: 'origin' }]);
    });

    test('without user verification nothing is signed: the page says so, sends nothing, and its button works again', async () => {
      const of = world();
      await device.setUserVerified(false);
      await press(of, pages.verifyUrl);
      await page.getByRole('status').getByText(UNUSED).waitFor();
      expect(pages.posted).toEqual([]);
      await device.setUserVerified(true);
      await page.getByRole('button', { name: PRESS }).click();
      await page.waitForFunction("document.title === 'Posted'");
      expect(await of.answer(pages.posted[0])).toMatchObject({ kind: 'passed' });
    });

    test('without scripts its button is not there', async () => {
      const of = world();
      const offer = await of.offer();
      if (offer.kind === 'usable') pages.ask(offer.options);
      const context = await chromium.newContext({ javaScriptEnabled: false });
      const still = await context.newPage();
      await still.goto(`${pages.verifyUrl}/approve/1`);
      expect(await still.getByRole('button', { name: PRESS }).count()).toBe(0);
      await context.close();
    });
  },
);
