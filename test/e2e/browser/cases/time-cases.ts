import { test } from 'vitest';
import { lookAt } from '../look.ts';
import * as scenes from '../scenes.ts';
import type { Stage } from '../stage.ts';
import { choose, onToJumio } from '../steps.ts';
import { DESKTOP, PHONE } from '../window.ts';

const TWO_DAYS_S = 2 * 86_400;

/** What needs Jumio's clock moved, which is everybody's. */
export function timeCases(stage: () => Stage): void {
  test('the link has ended: the page says so, and a press makes another on the same account', async () => {
    const { jumio, open, verifyUrl, place } = stage();
    const person = await scenes.signedUp(stage());
    await jumio.advance(TWO_DAYS_S);
    await person.sees({ status: 'expired' });
    for (const eyes of [DESKTOP, PHONE]) {
      const { page } = await open(eyes, person);
      await page.goto(`${verifyUrl}/jumio/verify`);
      await lookAt(page, eyes);
    }
    const { page } = await open(DESKTOP, person);
    await page.goto(`${verifyUrl}/jumio/verify`);
    await onToJumio(page, place);
    await choose(page, 'Pass');
    await person.sees({ status: 'approved' });
  });
}
