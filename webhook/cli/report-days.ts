import type { Count, Median } from '../ledger/report.ts';

/** One day (UTC) of the report; a stable shape for scripts. */
export interface Day {
  readonly day: string;
  readonly sign_ups: number;
  readonly started: number;
  /** By verdict: Jumio's and the operator's. */
  readonly decided: Readonly<Record<string, number>>;
  readonly overridden: Readonly<Record<string, number>>;
  /** From the request to the first decision. */
  readonly median_seconds: number | null;
  /** By rule: how many sign-ins were refused, or would have been. */
  readonly blocked: Readonly<Record<string, number>>;
  readonly would_block: Readonly<Record<string, number>>;
  /** Sign-ins that neither the ledger nor the copy could decide. */
  readonly on_failure: number;
  readonly creation_pauses: number;
  readonly erased: number;
}

const DAY_MS = 86_400_000;
const ON_FAILURE = 'ON_FAILURE';

function wordsOf(counts: readonly Count[], kind: string): Record<string, number> {
  const words = counts.filter((one) => one.kind === kind && one.word !== ON_FAILURE);
  return Object.fromEntries(words.map(({ word, count }) => [word ?? kind, count]));
}

function totalOf(counts: readonly Count[], isMeant: (count: Count) => boolean): number {
  return counts.filter(isMeant).reduce((total, { count }) => total + count, 0);
}

function dayOf(day: number, counts: readonly Count[], median: number | undefined): Day {
  const total = (kind: string): number => totalOf(counts, (one) => one.kind === kind);
  return {
    day: new Date(day * DAY_MS).toISOString().slice(0, 10),
    sign_ups: total('sign_up'),
    started: total('started'),
    decided: wordsOf(counts, 'decided'),
    overridden: wordsOf(counts, 'overridden'),
    median_seconds: median === undefined ? null : Math.round(median / 1000),
    blocked: wordsOf(counts, 'blocked'),
    would_block: wordsOf(counts, 'would_block'),
    on_failure: totalOf(counts, ({ kind, word }) => kind === 'undecided' || word === ON_FAILURE),
    creation_pauses: total('creation_paused'),
    erased: total('erased'),
  };
}

/** The counts of a report, day by day. */
export function daysOf({ counts, medians }: { counts: readonly Count[]; medians: readonly Median[] }): Day[] {
  const days = [...new Set(counts.map(({ day }) => day))].sort((a, b) => a - b);
  return days.map((day) =>
    dayOf(
      day,
      counts.filter((count) => count.day === day),
      medians.find((one) => one.day === day)?.median,
    ),
  );
}
