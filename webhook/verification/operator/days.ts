import type { Count, Median } from '../../ledger/reports/daily.ts';

/** One day (UTC) of the report. Published as JSON: names are stable. */
export interface ReportDay {
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

/** The counts of a kind by verdict or rule. */
function byWord(counts: readonly Count[], kind: string): Record<string, number> {
  const matching = counts.filter((one) => one.kind === kind && one.label !== ON_FAILURE);
  return Object.fromEntries(matching.map(({ label, count }) => [label ?? kind, count]));
}

function totalOf(counts: readonly Count[], predicate: (count: Count) => boolean): number {
  return counts.filter(predicate).reduce((total, { count }) => total + count, 0);
}

function dayOf(day: number, counts: readonly Count[], median: number | undefined): ReportDay {
  const total = (kind: string): number => totalOf(counts, (one) => one.kind === kind);
  return {
    day: new Date(day * DAY_MS).toISOString().slice(0, 10),
    sign_ups: total('sign_up'),
    started: total('started'),
    decided: byWord(counts, 'decided'),
    overridden: byWord(counts, 'overridden'),
    median_seconds: median === undefined ? null : Math.round(median / 1000),
    blocked: byWord(counts, 'blocked'),
    would_block: byWord(counts, 'would_block'),
    on_failure: totalOf(counts, ({ kind, label }) => kind === 'undecided' || label === ON_FAILURE),
    creation_pauses: total('creation_paused'),
    erased: total('erased'),
  };
}

/** Groups the counts of a report by day, the earliest first. */
export function daysOf({ counts, medians }: { counts: readonly Count[]; medians: readonly Median[] }): ReportDay[] {
  const days = [...new Set(counts.map(({ day }) => day))].sort((a, b) => a - b);
  return days.map((day) =>
    dayOf(
      day,
      counts.filter((count) => count.day === day),
      medians.find((one) => one.day === day)?.median,
    ),
  );
}

/** Returns the sum of counts by verdict or rule. */
export function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
