import { expect } from 'vitest';
import type { Person } from '../../../sandbox/scenarios/person.ts';
import { lookAt } from './page-look.ts';
import type { Stage } from './stage.ts';
import { EVERYBODY } from './window.ts';

interface Visit {
  /** Whose session the windows have; nobody's when left out. */
  readonly person?: Person;
  /** Of the answer. */
  readonly status?: number;
}

/** One address in every language: looked at, and the same to press for all. Returns what is pressed: `a`, `button` or `p`. */
export async function lookInEveryLanguage({ open }: Stage, url: string, visit: Visit = {}): Promise<string> {
  const { person, status = 200 } = visit;
  const [sentences, actions] = [new Set<string>(), new Set<string>()];
  for (const eyes of EVERYBODY) {
    const { page } = await open(eyes, person);
    expect((await page.goto(url))?.status()).toBe(status);
    sentences.add(await page.locator('#sentence').innerText());
    actions.add(await page.locator('#action').evaluate(({ localName }) => localName));
    await lookAt(page, eyes);
  }
  expect(sentences.size, 'another sentence in each language').toBe(EVERYBODY.length);
  expect(actions.size, [...actions].join()).toBe(1);
  return [...actions].join();
}
