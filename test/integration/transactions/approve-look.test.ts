import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../../../sandbox/chromium/launch.ts';
import { hasChromium, LONG_TIMEOUT, OR_WHY_SKIPPED } from '../../e2e/browser/chromium.ts';
import { checkPage } from '../../e2e/browser/page-check.ts';
import { eventually, passTime, withShortWaits } from '../../support/service/eventually.ts';
import { MINUTE } from '../../support/service/shifted-clock.ts';
import { type PayerWorld, payerWorld } from '../../support/transactions/payer.ts';
import { type PayerAtJumio, payerAtJumio } from '../../support/transactions/payer-at-jumio.ts';

/** Any loopback address: every request is answered by the service without a socket. */
const SITE = 'http://127.0.0.1:1';

describe.skipIf(!hasChromium)(`the page of a payment in a browser${OR_WHY_SKIPPED}`, LONG_TIMEOUT, () => {
  let chromium: Browser;

  beforeAll(async () => {
    chromium = await launchChromium();
  });

  afterAll(() => chromium?.close());

  /** Opens a page of the service, in the session of the payer. */
  async function open(world: PayerWorld, path: string): Promise<Page> {
    const page = await chromium.newPage({ locale: 'en', bypassCSP: true });
    await page.route('**/*', async (route) => {
      const { pathname, search } = new URL(route.request().url());
      const headers = { cookie: world.browser.session, 'accept-language': 'en' };
      const answer = await world.app.inject({ url: pathname + search, headers });
      const type = String(answer.headers['content-type']);
      await route.fulfill({ status: answer.statusCode, contentType: type, body: answer.rawPayload });
    });
    await page.goto(SITE + path);
    return page;
  }

  it.each<readonly [string, (world: PayerWorld, path: string) => Promise<unknown>]>([
    ['before a factor', async () => undefined],
    ['with the form for the code', (world, path) => world.press(path, 'sms')],
    [
      'after a wrong code',
      async (world, path) => {
        await world.press(path, 'sms');
        for (let n = 0; n < 4; n += 1) await world.press(path, 'code', { code: '000000' });
      },
    ],
    ['with a password that is too old', async (world) => world.clock.advance(6 * MINUTE)],
    ['that was declined', (world, path) => world.press(path, 'decline')],
  ])('a payment %s has no violation that axe finds, and fits a small screen', async (_name, act) => {
    const world = await payerWorld();
    const path = await world.pay();
    await act(world, path);
    const page = await open(world, path);
    await checkPage(page, { language: 'en', scripts: true, width: 1280 });
    await page.close();
  });

  it.each<readonly [string, (world: PayerAtJumio, path: string) => Promise<unknown>, string]>([
    ['waits for Jumio', (world, path) => world.press(path, 'face'), '.icon.waiting'],
    ['leads to Jumio', (world, path) => world.toJumio(path), '.icon.open'],
  ])('a payment that %s has no violation that axe finds, and fits a small screen', async (_name, act, icon) => {
    const world = await payerAtJumio();
    const path = await world.pay();
    if (icon === '.icon.waiting') await world.worker.stop();
    await withShortWaits(world, () => act(world, path));
    const page = await open(world, path);
    expect(await page.locator(icon).count()).toBe(1);
    await checkPage(page, { language: 'en', scripts: true, width: 1280 });
    await page.close();
  });

  it('a page that waits stays as it is while nothing changes, and loads itself again once something does', async () => {
    const world = await payerAtJumio();
    const path = await world.pay();
    const link = await world.toJumio(path);
    const page = await open(world, path);
    await page.clock.install();
    await page.goto(SITE + path);
    await page.getByRole('button', { name: 'Decline' }).focus();
    const looked = page.waitForRequest((request) => request.resourceType() === 'fetch');
    await page.clock.runFor(5_000);
    await looked;
    expect(await page.locator('button:focus').innerText()).toBe('Decline this payment');
    await world.control.fault({ kind: 'callback', fault: 'lose' });
    await world.finish(link, { outcome: 'reject' });
    passTime(world, 16_000);
    await eventually(async () => expect((await world.browser.get(path)).body).toContain('That did not work.'));
    await eventually(async () => {
      await page.clock.runFor(5_000);
      expect(await page.locator('main').innerText()).toContain('That did not work.');
    });
    await page.close();
  });

  it('each button of a payment is as wide and as high as the one that declines it', async () => {
    const world = await payerWorld();
    const page = await open(world, await world.pay());
    const boxes = await Promise.all((await page.locator('main button').all()).map((button) => button.boundingBox()));
    expect(boxes.length).toBe(2);
    expect(new Set(boxes.map((box) => `${box?.width} ${box?.height}`)).size).toBe(1);
    await page.close();
  });
});
