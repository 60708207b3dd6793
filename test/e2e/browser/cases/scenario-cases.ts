import { expect, test } from 'vitest';
import { send } from '../../../../sandbox/kratos/client/loopback.ts';
import { newCredentials, newPerson } from '../../../../sandbox/scenarios/person.ts';
import { checkPage } from '../page-check.ts';
import * as scenes from '../scenes.ts';
import type { BrowserStage } from '../stage.ts';
import { choose, fillIn, leads, onToJumio, pressAction, tabTo } from '../steps.ts';
import { type BrowserWindow, DESKTOP, FRENCH, PHONE, SPANISH } from '../window.ts';

const NAMED_VISITORS = [
  ['on a phone, in English, with scripts', { ...PHONE, width: 390 }],
  ['on a desktop, in German, without scripts', DESKTOP],
  ['on a phone, in German, with scripts', { ...PHONE, language: 'de' }],
  ['on a phone, in French, with scripts', FRENCH],
  ['on a desktop, in Spanish, without scripts', SPANISH],
] as const;

/** What a person does from page to page, by pressing what each page shows. */
export function scenarioCases(stage: () => BrowserStage): void {
  test.each(NAMED_VISITORS)('from the sign-up to “verified”, %s', async (_how, visitor) => {
    const { stack, jumio, open, verifyUrl } = stage();
    const { page } = await open(visitor);
    await page.goto(`${stack.appUrl}/registration`);
    const { email, password } = newCredentials('walker');
    await fillIn(page, email, password);
    await page.goto(`${verifyUrl}/jumio/verify?return_to=${encodeURIComponent(`${stack.appUrl}/?from=jumio`)}`);
    await jumio.post('settings', { processingSeconds: 600 });
    await onToJumio(page, stack);
    await choose(page, 'Pass');
    expect(page.url()).toContain(`${verifyUrl}/jumio/status`);
    const waits = await page.locator('#sentence').innerText();
    await jumio.post('settings', { processingSeconds: 0 });
    // Nothing is pressed: the page continues by itself and redirects to the application.
    await page.waitForURL(`${stack.appUrl}/?from=jumio`, { timeout: 30_000 });
    expect(waits).not.toBe('');
    await page.getByText('Verified', { exact: true }).waitFor();
  });

  test.each([PHONE, DESKTOP])('consent, in $language: refused, read again, and given', async (visitor) => {
    const { stack, jumio, open, verifyUrl } = stage();
    const person = await scenes.signedUp(stage());
    const { page } = await open(visitor, person);
    await page.goto(`${verifyUrl}/jumio/verify?return_to=${encodeURIComponent(`${stack.appUrl}/`)}`);
    // The address for a phone is another one each time.
    const read = async () => (await page.locator('main').innerText()).replace(/code=[\w-]+/, 'code=');
    const asked = await read();
    await leads(page, () => page.locator('form[action="/jumio/decline"] button').click());
    const refused = await page.locator('main').innerText();
    expect(refused).not.toBe(asked);
    await page.locator(`a[href="${stack.appUrl}/"]`).waitFor();
    expect(
      (await jumio.calls()).filter(
        ({ kind, customerInternalReference: id }) => kind === 'web' && id === person.identityId,
      ),
    ).toEqual([]);
    await leads(page, () => page.locator('a[href="/jumio/verify"]').click());
    expect(await read()).toBe(asked);
    await onToJumio(page, stack);
  });

  test('an error at Jumio is explained on the page, and continuing is possible', async () => {
    const { stack, open, verifyUrl } = stage();
    const { page } = await open(PHONE, await scenes.signedUp(stage()));
    await page.goto(`${verifyUrl}/jumio/verify`);
    await onToJumio(page, stack);
    await page.getByText('Any other reason').click();
    await page.getByLabel('End with error').selectOption('9820');
    await choose(page, 'End');
    await page.getByText('No camera was found').waitFor();
    expect(await page.locator('main').innerText()).not.toContain('9820');
    await onToJumio(page, stack);
  });

  test('the journey works by the keyboard alone', async () => {
    const { stack, open, verifyUrl } = stage();
    const { page } = await open(PHONE, await scenes.signedUp(stage()));
    await page.goto(`${verifyUrl}/jumio/verify`);
    for (let presses = 0; presses < 3 && !page.url().startsWith(stack.jumioUrl); presses += 1) {
      await tabTo(page, '#action');
      await leads(page, () => page.keyboard.press('Enter'));
    }
    await tabTo(page, 'button');
    await leads(page, () => page.keyboard.press('Enter'));
    expect(page.url()).toContain(`${verifyUrl}/jumio/status`);
  });

  test('a photo that could not be read: the page says so, and another attempt succeeds', async () => {
    const { stack, open, verifyUrl } = stage();
    const person = await scenes.unreadable(stage());
    const { page } = await open(PHONE, person);
    await page.goto(`${verifyUrl}/jumio/status`);
    await page.getByText('could not be read').waitFor();
    await onToJumio(page, stack);
    await choose(page, 'Pass');
    await person.waitFor({ status: 'approved' });
  });

  test('without a session: sign in, and return to the requested page', async () => {
    const { stack, open, verifyUrl } = stage();
    const { credentials } = await newPerson(stack);
    const { page } = await open(DESKTOP);
    const wanted = `${verifyUrl}/jumio/verify?return_to=${encodeURIComponent(`${stack.appUrl}/basket`)}`;
    await page.goto(wanted);
    await checkPage(page, DESKTOP);
    await pressAction(page);
    await fillIn(page, credentials.email, credentials.password);
    await page.waitForURL(wanted);
  });

  test('a browser with a new session of another identity shows that identity only', async () => {
    const { stack, open, verifyUrl } = stage();
    const first = await scenes.signedUp(stage());
    const { page } = await open(PHONE, first);
    // The browser is remembered once its person leaves for Jumio.
    await page.goto(`${verifyUrl}/jumio/verify`);
    await onToJumio(page, stack);
    await choose(page, 'Warn');
    await page.getByText('being reviewed').waitFor();
    const sentence = await page.locator('#sentence').innerText();
    await page.goto(`${stack.appUrl}/logout`);
    const { credentials } = await scenes.signedUp(stage());
    await page.goto(`${stack.appUrl}/login`);
    await fillIn(page, credentials.email, credentials.password);
    await page.goto(`${verifyUrl}/jumio/status`);
    await page.getByText('Someone else is signed in').waitFor();
    expect(await page.locator('main').innerText()).not.toContain(sentence);
    await pressAction(page);
    expect(page.url()).toBe(`${verifyUrl}/jumio/verify`);
    await page.goto(`${verifyUrl}/jumio/status`);
    expect(await page.locator('#sentence').innerText()).not.toBe(sentence);
    await page.getByText('Everything is ready').waitFor();
  });

  test('a session revoked while the person is at Jumio: the return still works', async () => {
    const { stack, open, verifyUrl } = stage();
    const person = await scenes.signedUp(stage());
    const { page } = await open(PHONE, person);
    await page.goto(`${verifyUrl}/jumio/verify`);
    await onToJumio(page, stack);
    const url = `${stack.kratos.adminUrl}/admin/identities/${person.identityId}/sessions`;
    expect((await send({ method: 'DELETE', url })).status).toBe(204);
    await choose(page, 'Warn');
    await page.getByText('being reviewed').waitFor();
  });

  test('Jumio does not respond at sign-up: the page waits by itself, and continues when it does', async () => {
    const { jumio, open, verifyUrl, stack } = stage();
    // A hanging call times out after ten seconds: three of them last until both windows have pressed.
    await jumio.fault({ kind: 'create', fault: 'hang', count: 3 });
    const person = await newPerson(stack);
    const [phone, desktop] = [await open(PHONE, person), await open(DESKTOP, person)];
    const press = async ({ page }: BrowserWindow) => {
      await page.goto(`${verifyUrl}/jumio/verify`);
      await pressAction(page);
      expect(await page.locator('main[data-poll]').count()).toBe(1);
    };
    await Promise.all([phone, desktop].map(press));
    await send({ method: 'DELETE', url: `${stack.jumioUrl}/sandbox/faults` });
    // With scripts the page continues by itself; without them it can only show the button. One after the other: a person
    // who has started at Jumio in another window is not redirected there.
    await phone.page.waitForURL((url) => url.href.startsWith(stack.jumioUrl), { timeout: 45_000 });
    await onToJumio(desktop.page, stack);
    await phone.page.goBack();
    await phone.page.waitForLoadState();
    expect(phone.page.url()).toBe(`${verifyUrl}/jumio/verify`);
    expect(await phone.page.locator('#action').innerText()).toBe('Continue to identity check');
  });
}
