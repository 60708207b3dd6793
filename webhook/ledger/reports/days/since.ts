import type { Store } from '../../database/store.ts';
import { countedSince } from './counted.ts';
import type { CountedPart } from './parts.ts';
import { DAY_MS, END, nextTurn, type Range } from './slices.ts';

/** The figures of a day; of the first one possibly only from some time on. */
export interface DayOf<Figures> {
  readonly day: number;
  readonly figures: Figures;
}

/** The times since `since` that are in no counted day: today, what no service has counted yet, and what has changed since it was counted. */
function uncounted(since: number, counted: readonly number[]): Range[] {
  const ranges: Range[] = [];
  let from = since;
  for (const day of counted) {
    if (day * DAY_MS > from) ranges.push({ from, until: day * DAY_MS });
    from = (day + 1) * DAY_MS;
  }
  return [...ranges, { from, until: END }];
}

/**
 * Returns the figures of each day since a time (epoch milliseconds), the earliest first; days without anything may be missing. Days that were counted are read, and
 * all others are counted now, by the same code.
 */
export async function figuresSince<Figures>(
  store: Store,
  part: CountedPart<Figures>,
  since: number,
): Promise<DayOf<Figures>[]> {
  const days = await countedSince(store, part, Math.ceil(since / DAY_MS));
  for (const span of uncounted(since, [...days.keys()]))
    for (const [day, figures] of await part.count(store, span, nextTurn)) days.set(day, figures);
  return [...days].map(([day, figures]) => ({ day, figures })).sort((one, other) => one.day - other.day);
}
