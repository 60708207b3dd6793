import { expect, test } from 'vitest';
import { checkPage } from '../page-check.ts';
import * as scenes from '../scenes.ts';
import type { BrowserStage } from '../stage.ts';
import { choose, fillIn, leads, onToJumio } from '../steps.ts';
import { PHONE, type Visitor } from '../window.ts';

const WIDE: Visitor = { language: 'en', scripts: true, width: 1280 };

/** The pages of the demo besides the service's own. */
export function demoCases(stage: () => BrowserStage): void {
  test('the application: start, sign-up, the refusal at sign-in, and the help desk', async () => {
    const { stack, open } = stage();
    const { credentials } = await scenes.rejectedForGood(stage());
    const { page } = await open(PHONE);
    for (const path of ['/', '/registration', '/recovery']) {
      await page.goto(`${stack.appUrl}${path}`);
      await checkPage(page, PHONE);
    }
    await page.goto(`${stack.appUrl}/login`);
    await fillIn(page, credentials.email, credentials.password);
    await page.getByRole('alert').getByText('You cannot sign in').waitFor();
    await page.getByText('POST /jumio/validate').waitFor();
    expect(await page.getByLabel('E-mail address').inputValue()).toBe(credentials.email);
    await checkPage(page, PHONE);
  });

  test('the application shows the status in plain text, and the requests behind it', async () => {
    const { stack, open } = stage();
    const { page } = await open(PHONE, await scenes.approved(stage()));
    await page.goto(stack.appUrl);
    await page.getByText('Verified', { exact: true }).waitFor();
    for (const text of [
      'The service asked Jumio for a verification.',
      'Jumio reported a change',
      'The service wrote “approved”',
    ])
      await page.getByText(text).waitFor();
    await checkPage(page, PHONE);
  });

  test('behind the scenes are the consent, the refusal, and who waits for whom', async () => {
    const { stack, open } = stage();
    const agreed = await scenes.verified(stage());
    const { page } = await open(PHONE, agreed);
    await page.goto(stack.appUrl);
    await page.getByText('You agreed to version 2 of the consent text (en).').waitFor();
    await checkPage(page, PHONE);
    const { page: other } = await open(PHONE, await scenes.declined(stage()));
    // The refusal is published a moment after it.
    const behind = async (): Promise<string> => {
      await other.goto(stack.appUrl);
      return other.locator('aside').innerText();
    };
    await expect.poll(behind, { timeout: 20_000 }).toContain('You did not agree. Nothing leads to Jumio until you do.');
    await other.getByText('The next step is yours.').waitFor();
  });

  test('Jumio’s page of the sandbox', async () => {
    const { stack, open, verifyUrl } = stage();
    const { page } = await open(PHONE, await scenes.signedUp(stage()));
    await page.goto(`${verifyUrl}/jumio/verify`);
    await onToJumio(page, stack);
    await page.getByText('this is not Jumio').waitFor();
    await checkPage(page, PHONE);
  });

  test('who abandons at Jumio is led on, and so is who follows a link of an earlier demo', async () => {
    const { stack, open, verifyUrl } = stage();
    const { page } = await open(PHONE, await scenes.signedUp(stage()));
    await page.goto(`${verifyUrl}/jumio/verify`);
    await onToJumio(page, stack);
    await choose(page, 'Abandon');
    await checkPage(page, PHONE);
    await leads(page, () => page.getByText('Go on here').click());
    await choose(page, 'Abandon');
    await leads(page, () => page.getByText('Back to your verification').click());
    await page.getByRole('button', { name: 'Finish identity check' }).waitFor();
    await page.goto(`${stack.jumioUrl}/web/client?authorizationToken=of-an-earlier-demo`);
    await leads(page, () => page.getByText('Back to your verification').click());
    expect(page.url()).toBe(`${verifyUrl}/jumio/verify`);
  });

  test('an outcome that takes 30 seconds shows the page that waits', async () => {
    const { stack, jumio, open, verifyUrl } = stage();
    const person = await scenes.signedUp(stage());
    const { page } = await open(PHONE, person);
    await page.goto(`${verifyUrl}/jumio/verify`);
    await onToJumio(page, stack);
    await choose(page, 'Pass, in 30 s');
    await page.getByText('We are checking your documents').waitFor();
    expect((await jumio.executionsOf(person.identityId)).map(({ status }) => status)).toEqual(['ACQUIRED']);
    await jumio.advance(30);
    await page.waitForURL(`${stack.appUrl}/`, { timeout: 60_000 });
  });

  test('Jumio’s side fits a phone, and says whose row is whose', async () => {
    const { stack, open } = stage();
    const { credentials } = await scenes.approved(stage());
    const { page } = await open(PHONE);
    await page.goto(`${stack.jumioUrl}/`);
    const row = page.locator('tr', { hasText: credentials.email });
    expect(await row.count()).toBe(1);
    expect(await row.innerText()).toContain('PROCESSED');
    await checkPage(page, PHONE);
  });

  test('on a desktop Jumio’s side breaks no word, and fits the window', async () => {
    const { stack, open } = stage();
    await scenes.rejectedForGood(stage());
    const { page } = await open(WIDE);
    await page.goto(`${stack.jumioUrl}/`);
    const fits = '(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)(document.querySelector("main"))';
    expect(await page.evaluate(fits)).toBe(true);
    const script = `(() => {
      const range = document.createRange();
      range.selectNodeContents(document.querySelector('td[data-label="Status"]'));
      return new Set([...range.getClientRects()].map(({ top }) => top)).size;
    })()`;
    const lines = await page.evaluate(script);
    expect(lines).toBe(1);
  });

  test('a form of the application keeps the e-mail address after an error', async () => {
    const { stack, open } = stage();
    const { page } = await open(PHONE);
    await page.goto(`${stack.appUrl}/login`);
    await fillIn(page, 'ann@example.org', 'wrong-horse-9-battery');
    await page.getByRole('alert').waitFor();
    expect(await page.getByLabel('E-mail address').inputValue()).toBe('ann@example.org');
    expect(await page.getByLabel('Password').inputValue()).toBe('');
  });
}
