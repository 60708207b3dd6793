import type { Page } from 'playwright-core';
import { z } from 'zod';
import type { Stack } from '../../../sandbox/stack/start.ts';

type Places = Pick<Stack, 'appUrl' | 'jumioUrl' | 'verifyUrl'>;

/** What a person does in a window, from one page to the next: nothing is known of a page but what it shows. */

/** Does something that leads to another page, and waits until that is there. */
export async function leads(page: Page, action: () => Promise<unknown>): Promise<void> {
  const loaded = page.waitForEvent('load');
  await Promise.all([loaded, action()]);
}

export async function fillIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(password);
  await leads(page, () => page.locator('main form button').click());
}

/** Presses the one thing that a page offers to do next. */
export function pressAction(page: Page): Promise<void> {
  return leads(page, () => page.locator('#action').click());
}

const MOST_PRESSES = 4;

const focused = z.object({ matches: z.boolean(), outline: z.string() });

/** Does what each page asks for, until Jumio's page is there: agrees, starts, tries again. */
export async function onToJumio(page: Page, { jumioUrl }: Places): Promise<void> {
  for (let presses = 0; !page.url().startsWith(jumioUrl); presses += 1) {
    if (presses === MOST_PRESSES) throw new Error(`no way to Jumio from ${new URL(page.url()).pathname}`);
    // A page that waits is left alone until it has gone on by itself, which may have led to Jumio.
    await page.locator('main:not([data-poll])').waitFor({ timeout: 30_000 });
    if (!page.url().startsWith(jumioUrl)) await pressAction(page);
  }
}

/** Chooses on Jumio's page what it shall find. */
export async function choose(page: Page, name: string): Promise<void> {
  await leads(page, () => page.getByRole('button', { name, exact: true }).click());
}

/** Presses Tab until something is in focus; throws where that does not come. The element must show that it is. */
export async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 12; presses += 1) {
    await page.keyboard.press('Tab');
    const answer = await page.evaluate(
      `(() => { const it = document.activeElement; return { matches: it.matches(${JSON.stringify(selector)}),
        outline: getComputedStyle(it).outlineStyle }; })()`,
    );
    const { matches, outline } = focused.parse(answer);
    if (outline === 'none') throw new Error('what is in focus does not show it');
    if (matches) return;
  }
  throw new Error(`the keyboard never comes to ${selector}`);
}
