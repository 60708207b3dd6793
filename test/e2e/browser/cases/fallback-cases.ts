import { expect, test } from 'vitest';
import { checkInEveryLanguage } from '../languages.ts';
import { checkPage } from '../page-check.ts';
import * as scenes from '../scenes.ts';
import type { BrowserStage } from '../stage.ts';
import { pressAction } from '../steps.ts';
import { DESKTOP, PHONE } from '../window.ts';
import { oneTimeLink } from './one-time-link.ts';

/** Each failure has a fallback page, with a link or button to continue. */
export function fallbackCases(stage: () => BrowserStage): void {
  test.each([
    ['Kratos is down', { KRATOS_PUBLIC_URL: 'http://kratos.demo.localhost:9' }, 503],
    ['pages are not configured', { KRATOS_PUBLIC_URL: '' }, 404],
  ])('%s', async (_what, env, status) => {
    const url = await stage().beside({ HANDOVER_SECRET: '', ...env });
    const person = await scenes.signedUp(stage());
    await checkInEveryLanguage(stage(), `${url}/jumio/verify`, { person, status });
  });

  test.each([
    ['a person without a session is asked to sign in', '/jumio/verify', 401],
    ['an address of a one-time link without its code opens nothing', '/jumio/enter', 410],
  ])('%s', async (_what, path, status) => {
    expect(await checkInEveryLanguage(stage(), `${stage().verifyUrl}${path}`, { status })).toBe('a');
  });

  test('a page that was open for too long has a continuation link', async () => {
    const { open, verifyUrl } = stage();
    const { page } = await open(PHONE, await scenes.signedUp(stage()));
    await page.goto(`${verifyUrl}/jumio/verify`);
    await page.context().clearCookies({ name: 'jumio_csrf' });
    await pressAction(page);
    await checkPage(page, PHONE);
    await pressAction(page);
    expect(page.url()).toBe(`${verifyUrl}/jumio/verify`);
  });

  test('a one-time link opens the pages of its person once; used, or with a character changed, it opens none', async () => {
    const { open, verifyUrl } = stage();
    const { identityId } = await scenes.signedUp(stage());
    const address = await oneTimeLink(stage(), identityId);
    await checkInEveryLanguage(stage(), address);
    const { page } = await open(PHONE);
    // With one character more it is a link that does not exist.
    await page.goto(`${address}x`);
    await pressAction(page);
    await page.getByText('This link no longer works').waitFor();
    await page.goto(address);
    await pressAction(page);
    expect(page.url()).toBe(`${verifyUrl}/jumio/verify`);
    const second = await open(DESKTOP);
    await second.page.goto(address);
    await pressAction(second.page);
    await checkPage(second.page, DESKTOP);
  });

  test('a one-time link in a session of another identity is refused', async () => {
    const { open } = stage();
    const [person, other] = [await scenes.signedUp(stage()), await scenes.signedUp(stage())];
    const { page } = await open(PHONE, other);
    await page.goto(await oneTimeLink(stage(), person.identityId));
    await pressAction(page);
    await page.getByText('Someone else is signed in').waitFor();
    await checkPage(page, PHONE);
  });
}
