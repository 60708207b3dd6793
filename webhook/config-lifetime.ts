import { z } from 'zod';

const UNIT_MS = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);
const SHORTEST_MS = 5 * 60_000;
const LONGEST_MS = 60 * 86_400_000;

/** Milliseconds of a lifetime in Jumio's grammar, e.g. `30m` (jumio.md §3.2); NaN where it is not in the grammar. */
export function lifetimeMs(lifetime: string): number {
  const [, count, unit = ''] = /^(\d+)([smhd])$/.exec(lifetime) ?? [];
  return Number(count) * (UNIT_MS.get(unit) ?? Number.NaN);
}

/** Jumio's `tokenLifetime`: 5m to 60d. */
export function lifetimeText() {
  const isAllowed = (value: string): boolean => lifetimeMs(value) >= SHORTEST_MS && lifetimeMs(value) <= LONGEST_MS;
  return z.string().refine(isAllowed, { error: 'a number with s, m, h or d behind it, from 5m to 60d' });
}
