import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { z } from 'zod';
import type { Eyes } from './window.ts';

/** What a theme can change. */
const COLOURS = ['color-contrast', 'link-in-text-block'];

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const found = z.array(
  z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string(), failureSummary: z.string().optional() })) }),
);

/**
 * axe waits by timers, which do not run where scripts are switched off. The page's own scripts are not read again, and a
 * page that would be loaded again in the middle of a look is not.
 */
async function allowScripts(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Page.stopLoading');
  // A session of its own believes that they are on: only a change is carried out.
  for (const value of [true, false]) await session.send('Emulation.setScriptExecutionDisabled', { value });
}

/** What axe, which is in the page already, finds wrong with it as it is shown now, one line per element. */
async function violationsOf(page: Page, runOnly: readonly string[], scripts: boolean): Promise<string[]> {
  // Where scripts are off a page that waits must be loaded again: what it shows happens at this moment (WCAG 2.2.1).
  const rules = { 'meta-refresh': { enabled: scripts } };
  const answer = await page.evaluate(
    `axe.run(document, ${JSON.stringify({ runOnly, rules })}).then(({ violations }) => violations)`,
  );
  return found
    .parse(answer)
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
}

/** Whether something stands out of the page to the right. */
async function overflows(page: Page): Promise<boolean> {
  return z
    .boolean()
    .parse(await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth'));
}

/** Everything that must hold for every page, whatever it says. Scripts are on afterwards: the last thing to do with it. */
export async function lookAt(page: Page, { language, scripts }: Eyes): Promise<void> {
  expect(await page.locator('html').getAttribute('lang')).toBe(language);
  expect(await page.locator('h1').count()).toBe(1);
  expect(await page.title()).not.toBe('');
  expect(await page.locator('main').count()).toBe(1);
  await allowScripts(page);
  // Evaluated from outside, so the page's own policy neither forbids it nor is loosened for it.
  await page.evaluate(axe.source);
  await page.emulateMedia({ colorScheme: 'light' });
  expect(await violationsOf(page, TAGS, scripts), 'light').toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await violationsOf(page, COLOURS, scripts), 'dark').toEqual([]);
  await fits(page);
}

/** At 320 px, and on a small desktop at 200 %, nobody scrolls sideways (WCAG 1.4.4, 1.4.10). */
async function fits(page: Page): Promise<void> {
  const size = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 640 });
  expect(await overflows(page), 'at 320 px').toBe(false);
  await page.setViewportSize({ width: 1024, height: 768 });
  await page.evaluate("document.documentElement.style.zoom = '2'");
  expect(await overflows(page), 'at 200 %').toBe(false);
  await page.evaluate("document.documentElement.style.zoom = ''");
  if (size) await page.setViewportSize(size);
}
