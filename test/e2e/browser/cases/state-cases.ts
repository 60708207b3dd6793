import { expect, test } from 'vitest';
import { lookAt } from '../look.ts';
import * as scenes from '../scenes.ts';
import type { Stage } from '../stage.ts';
import { DESKTOP, PHONE } from '../window.ts';

interface State {
  readonly name: string;
  readonly scene: scenes.Scene;
  /** What the person does next: `#action` of the page. */
  readonly action: 'a' | 'button' | 'p';
}

const STATES: readonly State[] = [
  { name: 'a first visit', scene: scenes.signedUp, action: 'button' },
  { name: 'approved', scene: scenes.approved, action: 'a' },
  { name: 'in review', scene: scenes.inReview, action: 'a' },
  { name: 'rejected, the photo could not be read', scene: scenes.unreadable, action: 'button' },
  { name: 'rejected, the document is not supported', scene: scenes.unsupported, action: 'button' },
  { name: 'rejected for anything else', scene: scenes.rejectedForGood, action: 'a' },
  { name: 'rejected too often', scene: scenes.tooMany, action: 'a' },
];

/** Every standing that a person can come back to, on a phone with scripts and on a desktop without, in two languages. */
export function stateCases(stage: () => Stage): void {
  test.each(STATES)('$name', async ({ scene, action }) => {
    const { open, verifyUrl } = stage();
    const person = await scene(stage());
    const sentences: string[] = [];
    for (const eyes of [PHONE, DESKTOP]) {
      const { page } = await open(eyes, person);
      await page.goto(`${verifyUrl}/jumio/verify`);
      await lookAt(page, eyes);
      expect(await page.locator('#action').evaluate((element) => element.localName)).toBe(action);
      sentences.push(await page.locator('#sentence').innerText());
    }
    expect(new Set(sentences).size, 'another sentence in each language').toBe(2);
  });

  test('Jumio has all it needs, and takes its time', async () => {
    const { open, verifyUrl, jumio } = stage();
    const person = await scenes.processing(stage());
    for (const eyes of [PHONE, DESKTOP]) {
      const { page } = await open(eyes, person);
      await page.goto(`${verifyUrl}/jumio/status`);
      await lookAt(page, eyes);
    }
    await jumio.post('settings', { processingSeconds: 0 });
    await person.sees({ status: 'approved' });
  });
}
