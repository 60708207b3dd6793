import type { Page } from 'playwright-core';
import { z } from 'zod';
import type { Stack } from '../../../sandbox/stack/start.ts';

type Places = Pick<Stack, 'appUrl' | 'jumioUrl' | 'verifyUrl'>;

/** Runs an action that leads to another page, and waits until that page is loaded. */
export async function leads(page: Page, action: () => Promise<unknown>): Promise<void> {
  const loaded = page.waitForEvent('load');
  await Promise.all([loaded, action()]);
}

export async function fillIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(password);
  await leads(page, () => page.locator('main form button').click());
}

/** Presses the action of a page of the service. */
export function pressAction(page: Page): Promise<void> {
  return leads(page, () => page.locator('#action').click());
}

const MAX_PRESSES = 4;

const focused = z.object({ matches: z.boolean(), outline: z.string(), isCovered: z.boolean() });

/** Presses the action of each page, such as agree, start or try again, until Jumio's page is open. */
export async function onToJumio(page: Page, { jumioUrl }: Places): Promise<void> {
  for (let presses = 0; !page.url().startsWith(jumioUrl); presses += 1) {
    if (presses === MAX_PRESSES) throw new Error(`no way to Jumio from ${new URL(page.url()).pathname}`);
    // A waiting page continues by itself, possibly to Jumio.
    await page.locator('main:not([data-poll])').waitFor({ timeout: 30_000 });
    if (!page.url().startsWith(jumioUrl)) await pressAction(page);
  }
}

/** Chooses an outcome on Jumio's page, by the text of its button. */
export async function choose(page: Page, name: string): Promise<void> {
  await leads(page, () => page.getByRole('button', { name, exact: true }).click());
}

/** Presses Tab, at most 12 times, until an element has the focus. Throws where it never has it, does not show it, or is covered (WCAG 2.4.11). */
export async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 12; presses += 1) {
    await page.keyboard.press('Tab');
    // Between the lines of a link is what contains it: that covers nothing.
    const answer = await page.evaluate(
      `(() => { const it = document.activeElement; const { left, top, width, height } = it.getBoundingClientRect();
        const above = document.elementFromPoint(left + width / 2, top + height / 2);
        return { matches: it.matches(${JSON.stringify(selector)}), outline: getComputedStyle(it).outlineStyle,
          isCovered: above === null || !(it.contains(above) || above.contains(it)) }; })()`,
    );
    const { matches, outline, isCovered } = focused.parse(answer);
    if (outline === 'none') throw new Error('the focused element does not show its focus');
    if (isCovered) throw new Error('the focused element is covered');
    if (matches) return;
  }
  throw new Error(`the keyboard never reaches ${selector}`);
}

/** What moves the icon of a page, for a person who wants less motion or does not mind. */
export async function animation(page: Page, reducedMotion: 'reduce' | 'no-preference'): Promise<unknown> {
  await page.emulateMedia({ reducedMotion });
  return page.evaluate("getComputedStyle(document.querySelector('.icon')).animationName");
}
