import { expect } from 'vitest';
import type { Person } from '../../../sandbox/scenarios/person.ts';
import { checkPage } from './page-check.ts';
import type { BrowserStage } from './stage.ts';
import { VISITORS } from './window.ts';

interface Visit {
  /** The person whose session the windows have; by default none. */
  readonly person?: Person;
  /** The status of the answer; 200 by default. */
  readonly status?: number;
}

/** Checks a page in every language: each has its own sentence, and all have the same kind of action. Returns that kind: `a`, `button` or `p`. */
export async function checkInEveryLanguage({ reuse }: BrowserStage, url: string, visit: Visit = {}): Promise<string> {
  const { person, status = 200 } = visit;
  const [sentences, actions] = [new Set<string>(), new Set<string>()];
  for (const visitor of VISITORS) {
    const { page } = await reuse(visitor, person);
    expect((await page.goto(url))?.status()).toBe(status);
    sentences.add(await page.locator('#sentence').innerText());
    actions.add(await page.locator('#action').evaluate(({ localName }) => localName));
    await checkPage(page, visitor);
  }
  expect(sentences.size, 'another sentence in each language').toBe(VISITORS.length);
  expect(actions.size, [...actions].join()).toBe(1);
  return [...actions].join();
}
