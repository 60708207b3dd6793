import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { LONGEST } from '../../support/run/longest-first.ts';

it.each(LONGEST)('the long files at %s exist, and start first', (path) => {
  expect(existsSync(new URL(`../../../${path}`, import.meta.url))).toBe(true);
});
