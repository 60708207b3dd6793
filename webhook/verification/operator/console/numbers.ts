import type { OperatorCount } from '../../../ledger/reports/cases.ts';
import type { Funnel } from '../../../ledger/reports/funnel.ts';
import type { Context } from '../../context.ts';
import { daysOf, type ReportDay, sumOf } from '../days.ts';

const HOUR_MS = 3_600_000;

const DAY_MS = 24 * HOUR_MS;

/** How long cases have waited, from so many milliseconds on. */
const AGES = [
  { from: 0, text: 'up to 4 hours' },
  { from: 4 * HOUR_MS, text: '4 to 24 hours' },
  { from: DAY_MS, text: '1 to 3 days' },
  { from: 3 * DAY_MS, text: '3 to 7 days' },
  { from: 7 * DAY_MS, text: 'more than 7 days' },
] as const;

/** A number with what it counts. */
export interface Counted {
  readonly what: string;
  readonly count: number;
}

/** The numbers of the console. They count, and name no person. */
export interface Numbers {
  /** The days that they are of. */
  readonly days: number;
  /** One entry for each day, also for one without anything. */
  readonly byDay: readonly ReportDay[];
  readonly funnel: Funnel;
  /** Cases in review by how long they wait. */
  readonly backlog: readonly Counted[];
  readonly byOperator: readonly OperatorCount[];
  /** Decisions of operators about people in review, and how many of them approved. */
  readonly reviewed: number;
  readonly approved: number;
}

function blank(day: string): ReportDay {
  const counts = { sign_ups: 0, started: 0, decided: {}, overridden: {}, blocked: {}, would_block: {} };
  return { day, ...counts, median_seconds: null, on_failure: 0, creation_pauses: 0, erased: 0 };
}

/** A chart without its empty days would be another one. */
function withEveryDay(found: readonly ReportDay[], since: number, days: number): ReportDay[] {
  const byDay = new Map(found.map((one) => [one.day, one]));
  return Array.from({ length: days }, (_, index) => {
    const day = new Date(since + index * DAY_MS).toISOString().slice(0, 10);
    return byDay.get(day) ?? blank(day);
  });
}

function sumInReview(counts: readonly OperatorCount[]): number {
  return counts.reduce((sum, { inReview }) => sum + inReview, 0);
}

/** The spans of days that the console offers. */
export const SPANS = [7, 30, 90] as const;

/** Reads the numbers of the last days, today included. */
export async function readNumbers(ctx: Context, days: (typeof SPANS)[number]): Promise<Numbers> {
  const now = ctx.clock.now();
  const since = Math.floor(now / DAY_MS) * DAY_MS - (days - 1) * DAY_MS;
  const { reports, cases } = ctx.ledger;
  const report = await reports.report(since);
  const byDay = withEveryDay(daysOf(report), since, days);
  const ages = AGES.map(({ from }) => from);
  const counts = await cases.backlog(now, ages);
  const byOperator = await cases.operatorCounts(since);
  const approvals = byOperator.filter(({ act }) => act === 'approve');
  return {
    days,
    byDay,
    funnel: report.funnel,
    backlog: AGES.map(({ text }, index) => ({ what: text, count: counts[index] ?? 0 })),
    byOperator,
    reviewed: sumInReview(byOperator),
    approved: sumInReview(approvals),
  };
}

/** The head of `numberRows`. */
const HEAD = [
  'day',
  'sign_ups',
  'started',
  'passed',
  'warning',
  'failed',
  'overridden',
  'median_seconds',
  'blocked',
  'would_block',
  'erased',
];

/** Returns the numbers of each day as rows, the head first. */
export function numberRows({ byDay }: Numbers): (string | number | null)[][] {
  return [
    HEAD,
    ...byDay.map((day) => [
      day.day,
      day.sign_ups,
      day.started,
      day.decided.PASSED ?? 0,
      day.decided.WARNING ?? 0,
      day.decided.FAILED ?? 0,
      sumOf(day.overridden),
      day.median_seconds,
      sumOf(day.blocked),
      sumOf(day.would_block),
      day.erased,
    ]),
  ];
}
