import type { EventFigures } from './days/event-figures.ts';
import type { RowFigures } from './days/row-figures.ts';
import type { DayOf } from './days/since.ts';
import { DAY_MS } from './days/slices.ts';

/** How many of something; `by` is a reason of rejection or a schema of Kratos. */
export interface FunnelPart {
  readonly by: string;
  readonly count: number;
}

/** The way from the sign-up to the verdict, of what began since a time. */
export interface Funnel {
  /** People: who signed up, and who agreed or declined at least once. */
  readonly asked: number;
  readonly agreed: number;
  readonly declined: number;
  /** Attempts at Jumio: how far each came. */
  readonly requested: number;
  readonly reachedJumio: number;
  readonly captured: number;
  readonly decided: number;
  readonly approved: number;
  readonly expired: number;
  /** Of the requested ones: those of a person who had an attempt before. */
  readonly secondTries: number;
  /** Milliseconds from the request to the verdict; null without one. */
  readonly p50: number | null;
  readonly p90: number | null;
  readonly rejectedByReason: readonly FunnelPart[];
  readonly approvedBySchema: readonly FunnelPart[];
}

/** What a funnel is computed from. */
export interface FunnelSource {
  readonly rows: readonly DayOf<RowFigures>[];
  readonly events: readonly DayOf<EventFigures>[];
  /** See `countReturning`. */
  readonly returning: ReadonlyMap<string, number>;
  readonly since: number;
}

/** How many people gave an answer, each once: those whose answer before, if any, is older than `since`. */
function people({ events, returning, since }: FunnelSource, kind: string): number {
  const first = Math.floor(since / DAY_MS);
  let total = returning.get(kind) ?? 0;
  // The first day has counted from `since` on only, so each answer there is a person's first.
  for (const { day, figures } of events)
    for (const [answer, previous, count] of figures.people)
      if (answer === kind && (previous === null || previous < first || day === first)) total += count;
  return total;
}

/** How many times of an ascending list are not greater. */
function notAbove(times: readonly number[], most: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) <= most) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The nearest rank: the smallest time that at least this share of the attempts did not exceed. The lists are ascending, and are many: to look for the time by
 * halves takes a fraction of what sorting a million of them would hold everything up for.
 */
function atShare(lists: readonly (readonly number[])[], percent: number): number | null {
  const total = lists.reduce((sum, { length }) => sum + length, 0);
  if (total === 0) return null;
  const ends = lists.flatMap((times) => (times.length === 0 ? [] : [times[0] ?? 0, times.at(-1) ?? 0]));
  let [low, high] = [Math.min(...ends), Math.max(...ends)];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const reached = lists.reduce((sum, times) => sum + notAbove(times, middle), 0);
    if (reached * 100 >= total * percent) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Adds up the numbers of all days by their words, in the order of the words. */
function byWord(lists: readonly RowFigures['reasons'][]): FunnelPart[] {
  const counts = new Map<string, number>();
  for (const [word, count] of lists.flat()) counts.set(word, (counts.get(word) ?? 0) + count);
  const parts = [...counts].map(([by, count]) => ({ by, count }));
  return parts.sort((one, other) => (one.by < other.by ? -1 : 1));
}

/** Returns the funnel of what began since a time. */
export function funnelOf(source: FunnelSource): Funnel {
  const figures = source.rows.map((day) => day.figures);
  const total = (pick: (day: RowFigures) => number): number => figures.reduce((sum, day) => sum + pick(day), 0);
  const times = figures.map((day) => day.times);
  return {
    asked: total(({ signUps }) => signUps),
    agreed: people(source, 'consent'),
    declined: people(source, 'declined'),
    requested: total(({ requested }) => requested),
    reachedJumio: total(({ reachedJumio }) => reachedJumio),
    captured: total(({ captured }) => captured),
    decided: total(({ decided }) => decided),
    approved: total(({ approved }) => approved),
    expired: total(({ expired }) => expired),
    secondTries: total(({ secondTries }) => secondTries),
    p50: atShare(times, 50),
    p90: atShare(times, 90),
    rejectedByReason: byWord(figures.map(({ reasons }) => reasons)),
    approvedBySchema: byWord(figures.map(({ schemas }) => schemas)),
  };
}
