import { expect, test } from 'vitest';
import { lockLedger } from '../../../support/service/locked-ledger.ts';
import { checkInEveryLanguage } from '../languages.ts';
import { checkPage } from '../page-check.ts';
import * as scenes from '../scenes.ts';
import type { BrowserStage } from '../stage.ts';
import { onToJumio, pressAction } from '../steps.ts';
import { FRENCH, PHONE } from '../window.ts';

/** Faults of the service itself, and too many requests, have a page too. */
export function faultCases(stage: () => BrowserStage): void {
  test('too many requests: the page says to wait', async () => {
    const { open, beside } = stage();
    const url = await beside({ HANDOVER_SECRET: '', PAGE_RATE: '6' });
    const { page } = await open(FRENCH, await scenes.signedUp(stage()));
    const status = async () => (await page.goto(`${url}/jumio/verify`))?.status();
    await expect.poll(status, { interval: 1, timeout: 30_000 }).toBe(429);
    await page.getByText('Attendez une minute').waitFor();
    await checkPage(page, FRENCH);
  });

  test('the ledger cannot be written: nothing is lost, and continuing works afterwards', async () => {
    const { stack, open, verifyUrl } = stage();
    const person = await scenes.signedUp(stage());
    const { page } = await open(PHONE, person);
    await page.goto(`${verifyUrl}/jumio/verify`);
    const release = lockLedger(stack.env.DATABASE_URL ?? '');
    await pressAction(page);
    await page.getByText('We cannot show your identity check').waitFor();
    await checkPage(page, PHONE);
    release();
    await onToJumio(page, stack);
  });

  test('an unknown URL shows a page', async () => {
    const url = `${stage().verifyUrl}/jumio/verifi`;
    expect(await checkInEveryLanguage(stage(), url, { status: 404 })).toBe('a');
  });

  test('a person who cannot use Jumio finds another way', async () => {
    expect(await checkInEveryLanguage(stage(), `${stage().verifyUrl}/jumio/help`)).toBe('a');
  });
}
