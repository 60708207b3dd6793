import type { Page } from 'playwright-core';
import { z } from 'zod';
import type { Neighbourhood } from '../../../sandbox/neighbourhood.ts';

type Places = Pick<Neighbourhood, 'appUrl' | 'jumioUrl' | 'verifyUrl'>;

/** What a person does in a window, from one page to the next: nothing is known of a page but what it shows. */

export async function fillIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.locator('main form button').click();
}

const MOST_PRESSES = 4;
const focused = z.object({ matches: z.boolean(), outline: z.string() });

/** Does what each page asks for, until Jumio's page is there: agrees, starts, tries again. */
export async function onToJumio(page: Page, { jumioUrl }: Places): Promise<void> {
  for (let presses = 0; !page.url().startsWith(jumioUrl); presses += 1) {
    if (presses === MOST_PRESSES) throw new Error(`no way to Jumio from ${new URL(page.url()).pathname}`);
    await page.locator('#action').click();
    await page.waitForLoadState();
  }
}

/** Chooses on Jumio's page what it shall find. */
export async function choose(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
  await page.waitForLoadState();
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
