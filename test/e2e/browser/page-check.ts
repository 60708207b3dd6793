import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { z } from 'zod';
import { allowScripts, evaluateOnce } from './script-switch.ts';
import type { Visitor } from './window.ts';

const require = createRequire(import.meta.url);

/** The minified file: loading it is most of the time of a check. */
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** The rules of axe about colours, which depend on the theme. */
const COLOURS = ['color-contrast', 'link-in-text-block'];

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const found = z.array(
  z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string(), failureSummary: z.string().optional() })) }),
);

/** The violations that axe finds in the page as it is now, one line per element. axe must be loaded in the page. */
async function violationsOf(page: Page, runOnly: readonly string[], scripts: boolean): Promise<string[]> {
  // Without scripts a waiting page must reload: it shows what happens at this moment (WCAG 2.2.1).
  const rules = { 'meta-refresh': { enabled: scripts } };
  const answer = await page.evaluate(
    `axe.run(document, ${JSON.stringify({ runOnly, rules, resultTypes: ['violations'], preload: false })}).then(({ violations }) => violations)`,
  );
  return found
    .parse(answer)
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
}

const ownPage = z.object({ bytes: z.number(), top: z.number(), bottom: z.number(), position: z.string() });

/** What a page of the service weighs with all that it loads, and where its action stands in the window. */
async function measure(page: Page) {
  const script = `(() => {
    const entries = ['navigation', 'resource'].flatMap((type) => performance.getEntriesByType(type));
    const { top, bottom } = document.querySelector('#action').getBoundingClientRect();
    const { position } = getComputedStyle(document.querySelector('.actions'));
    return { bytes: entries.reduce((sum, { decodedBodySize }) => sum + decodedBodySize, 0), top, bottom, position };
  })()`;
  return ownPage.parse(await page.evaluate(script));
}

/** The smallest phone, and a usual computer. */
const WINDOWS = [
  { width: 360, height: 640 },
  { width: 1280, height: 720 },
];

/**
 * On a small phone and on a computer the action is in sight without scrolling, and the page is light. Where the window is low
 * (a zoom of 400 %) the action is in its place below the text, or it would cover the text.
 */
async function checkAction(page: Page): Promise<void> {
  const size = page.viewportSize();
  for (const window of WINDOWS) {
    await page.setViewportSize(window);
    await page.evaluate('scrollTo(0, 0)');
    const { bytes, top, bottom } = await measure(page);
    expect(bytes, 'bytes').toBeGreaterThan(1_000);
    expect(bytes, 'bytes').toBeLessThan(20_000);
    const seen = `the action from ${top} to ${bottom}, in a window of ${window.width} px`;
    expect([top >= 0, bottom <= window.height], seen).toEqual([true, true]);
  }
  await page.setViewportSize({ width: 320, height: 256 });
  expect((await measure(page)).position).toBe('static');
  if (size) await page.setViewportSize(size);
}

/** Whether the page is wider than the window. */
async function overflows(page: Page): Promise<boolean> {
  return z
    .boolean()
    .parse(await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth'));
}

/** Checks the rules for every page: language, structure, accessibility, width. Scripts are on afterwards, so call it last. */
export async function checkPage(page: Page, { language, scripts }: Visitor): Promise<void> {
  expect(await page.locator('html').getAttribute('lang')).toBe(language);
  expect(await page.locator('h1').count()).toBe(1);
  expect(await page.title()).not.toBe('');
  expect(await page.locator('main').count()).toBe(1);
  await allowScripts(page);
  await evaluateOnce(page, AXE);
  await page.emulateMedia({ colorScheme: 'light' });
  expect(await violationsOf(page, TAGS, scripts), 'light').toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await violationsOf(page, COLOURS, scripts), 'dark').toEqual([]);
  await checkWidth(page);
  // The pages of the demo have no such action.
  if ((await page.locator('.actions #action').count()) > 0) await checkAction(page);
}

/** At 320 px, and on a small desktop at 200 %, there is no horizontal scrolling (WCAG 1.4.4, 1.4.10). */
async function checkWidth(page: Page): Promise<void> {
  const size = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 640 });
  expect(await overflows(page), 'at 320 px').toBe(false);
  await page.setViewportSize({ width: 1024, height: 768 });
  await page.evaluate("document.documentElement.style.zoom = '2'");
  expect(await overflows(page), 'at 200 %').toBe(false);
  await page.evaluate("document.documentElement.style.zoom = ''");
  if (size) await page.setViewportSize(size);
}
