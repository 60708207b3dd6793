import { expect, test } from 'vitest';
import { checkInEveryLanguage } from '../languages.ts';
import * as scenes from '../scenes.ts';
import type { BrowserStage } from '../stage.ts';
import { animation } from '../steps.ts';
import { PHONE } from '../window.ts';

interface State {
  readonly name: string;
  readonly scene: scenes.Scene;
  /** The kind of the page's `#action`. */
  readonly action: 'a' | 'button' | 'p';
  readonly place?: 'status';
}

const STATES: readonly State[] = [
  { name: 'a first visit', scene: scenes.signedUp, action: 'button' },
  { name: 'a first visit to the status page', scene: scenes.signedUp, action: 'a', place: 'status' },
  { name: 'refused to agree', scene: scenes.declined, action: 'a', place: 'status' },
  { name: 'approved', scene: scenes.approved, action: 'a' },
  { name: 'approved, and asked once more', scene: scenes.restarted, action: 'button' },
  { name: 'in review', scene: scenes.inReview, action: 'a' },
  { name: 'rejected, the photo could not be read', scene: scenes.unreadable, action: 'button' },
  { name: 'rejected, the face could not be seen', scene: scenes.unclearFace, action: 'button' },
  { name: 'rejected, the picture shows no document', scene: scenes.noDocument, action: 'button' },
  { name: 'rejected, the document is not supported', scene: scenes.unsupported, action: 'button' },
  { name: 'rejected, the document is out of date', scene: scenes.outOfDate, action: 'button' },
  { name: 'rejected, not all steps were finished', scene: scenes.notFinished, action: 'button' },
  { name: 'rejected for anything else', scene: scenes.rejectedForGood, action: 'a' },
  { name: 'rejected too often', scene: scenes.outOfAttempts, action: 'a' },
];

/** Every state of a verification, in every language. */
export function stateCases(stage: () => BrowserStage): void {
  test.each(STATES)('$name', async ({ scene, action, place = 'verify' }) => {
    const person = await scene(stage());
    expect(await checkInEveryLanguage(stage(), `${stage().verifyUrl}/jumio/${place}`, { person })).toBe(action);
  });

  test('Jumio has all data and takes its time: the page waits', async () => {
    const { verifyUrl, jumio } = stage();
    const person = await scenes.processing(stage());
    expect(await checkInEveryLanguage(stage(), `${verifyUrl}/jumio/status`, { person })).toBe('a');
    const { page } = await stage().open(PHONE, person);
    await page.goto(`${verifyUrl}/jumio/status`);
    expect(await animation(page, 'no-preference')).toBe('turn');
    expect(await animation(page, 'reduce')).toBe('none');
    await jumio.post('settings', { processingSeconds: 0 });
    await person.waitFor({ status: 'approved' });
  });
}
