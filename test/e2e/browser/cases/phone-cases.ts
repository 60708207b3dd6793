import type { Page } from 'playwright-core';
import { decodeQR } from 'qr/decode.js';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { checkPage } from '../page-check.ts';
import * as scenes from '../scenes.ts';
import type { BrowserStage } from '../stage.ts';
import { choose, leads, onToJumio, pressAction } from '../steps.ts';
import { FRENCH, SPANISH, VISITORS, type Visitor } from '../window.ts';

/** A phone as its pages see it: no pointer that hovers. */
const HAND: Visitor = { language: 'en', scripts: true, width: 390, isPhone: true };

const AT_COMPUTER: readonly Visitor[] = [
  { language: 'en', scripts: true, width: 1280 },
  { language: 'de', scripts: false, width: 1280 },
];

const pixels = z.object({ width: z.number(), height: z.number(), data: z.array(z.number()) });

/** Reads the code as a phone does: from the pixels of the screen. */
async function scanned(page: Page): Promise<string> {
  const picture = (await page.locator('svg.code').screenshot()).toString('base64');
  const viewer = await page.context().newPage();
  const drawn = await viewer.evaluate(`(async () => {
    const image = await createImageBitmap(await (await fetch('data:image/png;base64,${picture}')).blob());
    const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
    canvas.drawImage(image, 0, 0);
    const { data, width, height } = canvas.getImageData(0, 0, image.width, image.height);
    return { width, height, data: [...data] };
  })()`);
  await viewer.close();
  const { width, height, data } = pixels.parse(drawn);
  return decodeQR({ width, height, data: Uint8Array.from(data) });
}

async function addressOn(page: Page): Promise<string> {
  return (await page.locator('.address').innerText()).trim();
}

/** From a computer to a phone, and back. */
export function phoneCases(stage: () => BrowserStage): void {
  test.each(AT_COMPUTER)(
    'a person reads the code with their phone, goes on there, and the computer follows, in $language, scripts: $scripts',
    async (visitor) => {
      const { stack, open, verifyUrl } = stage();
      const person = await scenes.signedUp(stage());
      const { page } = await open(visitor, person);
      await page.goto(`${verifyUrl}/jumio/verify`);
      const { page: phone } = await open(HAND);
      await phone.goto(visitor.scripts ? await scanned(page) : await addressOn(page));
      await pressAction(phone);
      await phone.getByRole('heading', { name: 'Before we check your identity' }).waitFor();
      expect(await phone.locator('.computer').count()).toBe(0);
      if (!visitor.scripts) await leads(page, () => page.locator('.phone a').click());
      await onToJumio(phone, stack);
      // With scripts the consent page leads there by itself.
      await page.waitForURL(`${verifyUrl}/jumio/phone`, { timeout: 90_000 });
      await choose(phone, 'Pass');
      await phone.getByText('Return to your computer').waitFor({ timeout: 60_000 });
      await checkPage(phone, HAND);
      await page.waitForURL(`${stack.appUrl}/`, { timeout: 90_000 });
    },
  );

  test.each(VISITORS)('the pages with a code, and the one that follows, in $language', async (visitor) => {
    const { open, verifyUrl } = stage();
    const { page } = await open(visitor, await scenes.signedUp(stage()));
    await page.goto(`${verifyUrl}/jumio/verify`);
    await page.locator('svg.code').waitFor();
    await checkPage(page, visitor);
    await page.goto(`${verifyUrl}/jumio/phone`);
    await checkPage(page, visitor);
  });

  test.each(['light', 'dark'] as const)('the code can be read in a %s theme', async (colorScheme) => {
    const { open, verifyUrl } = stage();
    const { page } = await open(FRENCH, await scenes.signedUp(stage()));
    await page.emulateMedia({ colorScheme });
    await page.goto(`${verifyUrl}/jumio/verify`);
    expect(await scanned(page)).toBe(await addressOn(page));
  });

  test('the page that says that there is no camera shows a code', async () => {
    const { stack, open, verifyUrl } = stage();
    const { page } = await open(SPANISH, await scenes.signedUp(stage()));
    await page.goto(`${verifyUrl}/jumio/verify`);
    await onToJumio(page, stack);
    await page.getByText('Any other reason, or an error').click();
    await page.getByLabel('End with error').selectOption('9820');
    await choose(page, 'End');
    await page.waitForURL(`${verifyUrl}/jumio/status?errorCode=9820`);
    expect(await page.locator('svg.code').isVisible()).toBe(true);
    await checkPage(page, SPANISH);
  });

  test('a phone shows no code of its own, with a session or without', async () => {
    const { open, verifyUrl } = stage();
    const { page } = await open(HAND, await scenes.signedUp(stage()));
    await page.goto(`${verifyUrl}/jumio/verify`);
    await page.getByRole('heading').first().waitFor();
    expect(await page.locator('.address:visible, svg.code:visible').count()).toBe(0);
    await checkPage(page, HAND);
  });
}
