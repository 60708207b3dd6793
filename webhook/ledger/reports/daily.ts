import type { Store } from '../database/store.ts';
import type { EventFigures } from './days/event-figures.ts';
import { countReturning } from './days/event-figures.ts';
import { eventsPart, rowsPart } from './days/parts.ts';
import type { RowFigures } from './days/row-figures.ts';
import { type DayOf, figuresSince } from './days/since.ts';
import { type Funnel, funnelOf } from './funnel.ts';

/** How often something happened on a day. */
export interface Count {
  readonly day: number;
  readonly kind: string;
  /** The verdict, or the rule; null if the kind has neither. */
  readonly label: string | null;
  readonly count: number;
}

/** The median over the attempts that were first decided on a day. */
export interface Median {
  readonly day: number;
  /** Milliseconds from the request to the decision. */
  readonly median: number;
}

/** What happened on each day, and how far people came. */
export interface NumbersReport {
  /** One row per day, kind and label, in this order. */
  readonly counts: readonly Count[];
  readonly medians: readonly Median[];
  readonly funnel: Funnel;
}

function signUps(days: readonly DayOf<RowFigures>[]): Count[] {
  return days.flatMap(({ day, figures: { signUps: count } }) =>
    count === 0 ? [] : [{ day, kind: 'sign_up', label: null, count }],
  );
}

function order(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function eventCounts(days: readonly DayOf<EventFigures>[]): Count[] {
  return days.flatMap(({ day, figures: { counts } }) =>
    counts
      .map(([kind, label, count]) => ({ day, kind, label, count }))
      .sort((one, other) => order(one.kind, other.kind) || order(one.label ?? '', other.label ?? '')),
  );
}

function medians(days: readonly DayOf<EventFigures>[]): Median[] {
  return days.flatMap(({ day, figures: { median } }) => (median === null ? [] : [{ day, median }]));
}

/**
 * Returns what happened since a time (epoch milliseconds). Days that were counted are read as they were counted; no statement on SQLite
 * takes longer than some milliseconds, whatever the size of the ledger, and other work runs in between.
 */
export async function report(store: Store, since: number): Promise<NumbersReport> {
  const rows = await figuresSince(store, rowsPart, since);
  const events = await figuresSince(store, eventsPart, since);
  const returning = await countReturning(store, since);
  return {
    counts: [...signUps(rows), ...eventCounts(events)],
    medians: medians(events),
    funnel: funnelOf({ rows, events, returning, since }),
  };
}
