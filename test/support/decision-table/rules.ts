import { expect } from 'vitest';
import type { IdentityRecord, Verification } from '../../../webhook/model.ts';
import { standingOf } from '../../../webhook/verification/record/standing.ts';
import { allCells, type Cell } from './cells.ts';
import type { EventName } from './events.ts';

/** Every cell of the table. */
export const cells = await allCells();

/** The names of the cells that break a rule, at most eight: the test’s message shows them. */
export function cellsBreaking(rule: (cell: Cell) => boolean, among: readonly Cell[] = cells): string[] {
  expect(among.length).toBeGreaterThan(0);
  const broken = among.filter((cell) => !rule(cell));
  const named = broken.slice(0, 8).map(({ standing, attempt, event }) => `${standing} | ${attempt} | ${event}`);
  return broken.length > named.length ? [...named, `and ${broken.length - named.length} more`] : named;
}

/** The events that carry a decision of Jumio on this very execution. */
const DECIDING: ReadonlySet<EventName> = new Set<EventName>([
  'details: PASSED',
  'details: PASSED, completed before all else',
  'details: WARNING',
  'details: REJECTED, unreadable',
  'details: REJECTED, manipulated',
]);

/** The cells of such an event. */
export const deciding = cells.filter(({ event }) => DECIDING.has(event));

/** All other cells. */
export const undecided = cells.filter(({ event }) => !DECIDING.has(event));

/** The standing, and the verification that gives it. */
export function describeStanding(record: IdentityRecord): string {
  const standing = standingOf(record);
  return standing === null ? 'none' : `${standing.status} by ${standing.by?.id ?? 'its copy'}`;
}

/** The same verification in another record. */
export function sameVerification(record: IdentityRecord, row: Verification | undefined): Verification | undefined {
  return record.verifications.find(({ id }) => id === row?.id);
}
