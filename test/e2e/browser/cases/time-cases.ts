import { expect, test } from 'vitest';
import { checkInEveryLanguage } from '../languages.ts';
import * as scenes from '../scenes.ts';
import type { BrowserStage } from '../stage.ts';
import { choose, onToJumio, pressAction } from '../steps.ts';
import { DESKTOP, PHONE } from '../window.ts';
import { oneTimeLink } from './one-time-link.ts';

const TWO_DAYS_S = 2 * 86_400;

const ELEVEN_MINUTES_S = 11 * 60;

const YEAR_S = 365 * 86_400;

/** The default policy with approvals that expire after a year. */
export function yearly({ renews }: { readonly renews: boolean }): string {
  const rules = '[{ when: { status: rejected }, then: block }, { then: allow }]';
  return `{ verdict_lifetime: 365d, start_again: { after_lifetime: ${renews} }, rules: ${rules} }`;
}

/** An approval expires; the policy says whether the person may renew it. */
export function oldApprovalCase(stage: () => BrowserStage, { renews }: { readonly renews: boolean }): void {
  const name = renews ? 'leads to Jumio for a new one' : 'leads to support';
  test(`an approval that is too old ${name}`, async () => {
    const { stack, open, verifyUrl } = stage();
    const person = await scenes.verified(stage());
    await stack.advance(YEAR_S);
    const url = `${verifyUrl}/jumio/verify`;
    expect(await checkInEveryLanguage(stage(), url, { person })).toBe(renews ? 'button' : 'a');
    const { page } = await open(PHONE, person);
    await page.goto(url);
    await page.getByText('verified your identity some time ago').waitFor();
    if (!renews) return page.locator('a#action[href^="mailto:"]').waitFor();
    await onToJumio(page, stack);
    await choose(page, 'Pass');
    await page.waitForURL(`${stack.appUrl}/`, { timeout: 30_000 });
  });
}

/** Tests that shift the clocks, which all tests share. Both are shifted, so that no time of Jumio's lies in the service's future. */
export function timeCases(stage: () => BrowserStage): void {
  test('the link has ended: the page says so, and a press creates another on the same account', async () => {
    const { jumio, open, verifyUrl, stack } = stage();
    const person = await scenes.signedUp(stage());
    await stack.advance(TWO_DAYS_S);
    await person.waitFor({ status: 'expired' });
    await checkInEveryLanguage(stage(), `${verifyUrl}/jumio/verify`, { person });
    const { page } = await open(DESKTOP, person);
    await page.goto(`${verifyUrl}/jumio/verify`);
    await onToJumio(page, stack);
    const [first, second] = await jumio.executionsOf(person.identityId);
    expect(second?.accountId).toBe(first?.accountId);
    await choose(page, 'Pass');
    await person.waitFor({ status: 'approved' });
  });

  test('a one-time link that has ended shows a page', async () => {
    const { open, stack } = stage();
    const { identityId } = await scenes.signedUp(stage());
    const address = await oneTimeLink(stage(), identityId);
    await stack.advance(ELEVEN_MINUTES_S);
    const { page } = await open(PHONE);
    await page.goto(address);
    await pressAction(page);
    await page.getByText('This link no longer works').waitFor();
  });

  test('too many attempts: the page names the date of the next', async () => {
    const { open, stack, verifyUrl } = stage();
    const person = await scenes.signedUp(stage());
    for (const _ of [2, 3, 4, 5]) {
      await stack.advance(TWO_DAYS_S);
      await person.waitFor({ status: 'expired' });
      await person.goToJumio();
      await person.waitFor({ status: 'pending' });
    }
    const { page } = await open(PHONE, person);
    await page.goto(`${verifyUrl}/jumio/verify`);
    await stack.advance(TWO_DAYS_S);
    await person.waitFor({ status: 'expired' });
    // A page that was opened before starts nothing either.
    await pressAction(page);
    await page.getByText(/You can start a new identity check from \d{1,2} [A-Z][a-z]+ \d{4}/).waitFor();
    expect(await checkInEveryLanguage(stage(), `${verifyUrl}/jumio/verify`, { person })).toBe('p');
  });
}
