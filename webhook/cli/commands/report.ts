import type { Command } from 'commander';
import type { BudgetReport } from '../../ledger/budgets.ts';
import type { Count, Median } from '../../ledger/reports/daily.ts';
import type { Context } from '../../verification/context.ts';
import { instant } from '../arguments.ts';
import { funnelCsv, funnelFacts, funnelText } from '../funnel.ts';
import { examples } from '../help.ts';
import { iso, json, section, span, table, time } from '../output.ts';
import { type Cli, usageError } from '../terminal.ts';

/** One day (UTC) of the report. Published as JSON: names are stable. */
interface Day {
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

function dayOf(day: number, counts: readonly Count[], median: number | undefined): Day {
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
function daysOf({ counts, medians }: { counts: readonly Count[]; medians: readonly Median[] }): Day[] {
  const days = [...new Set(counts.map(({ day }) => day))].sort((a, b) => a - b);
  return days.map((day) =>
    dayOf(
      day,
      counts.filter((count) => count.day === day),
      medians.find((one) => one.day === day)?.median,
    ),
  );
}

const DEFAULT_DAYS = 14;

interface ReportFlags {
  readonly since?: number;
  readonly json?: boolean;
  readonly csv?: boolean;
}

async function stuckNow(ctx: Context): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for await (const { kind } of ctx.ledger.reports.problems(ctx.clock.now())) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

function dayRows(days: readonly Day[]): string[][] {
  return days.map(
    ({ day, sign_ups, started, decided, overridden, median_seconds, blocked, would_block, ...counted }) => [
      day,
      String(sign_ups),
      String(started),
      ...(['PASSED', 'WARNING', 'FAILED'] as const).map((verdict) => String(decided[verdict] ?? 0)),
      String(sum(overridden)),
      median_seconds === null ? '–' : span(median_seconds * 1000),
      String(sum(blocked)),
      String(sum(would_block)),
      String(counted.on_failure),
      String(counted.creation_pauses),
      String(counted.erased),
    ],
  );
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

const HEAD = [
  'day',
  'sign-ups',
  'started',
  'passed',
  'warning',
  'failed',
  'overridden',
  'median',
  'blocked',
  'would block',
  'failure',
  'pauses',
  'erased',
];

/** Per day and rule: how many sign-ins were refused, or would have been. */
function ruleRows(days: readonly Day[]): string[][] {
  return days.flatMap(({ day, blocked, would_block }) => [
    ...Object.entries(blocked).map(([rule, count]) => [day, 'blocked', rule, String(count)]),
    ...Object.entries(would_block).map(([rule, count]) => [day, 'would block', rule, String(count)]),
  ]);
}

function pauseFacts({ name, pausedUntil, reason }: BudgetReport) {
  return { name, until: iso(pausedUntil), reason };
}

async function run(cli: Cli, flags: ReportFlags): Promise<void> {
  const since = flags.since ?? cli.now() - DEFAULT_DAYS * DAY_MS;
  if (flags.json && flags.csv) throw usageError('Use either --json or --csv.');
  await cli.withService(async ({ ctx }) => {
    const funnel = await ctx.ledger.reports.funnel(since);
    if (flags.csv) return cli.print(funnelCsv(funnel));
    const days = daysOf(await ctx.ledger.reports.report(since));
    const stuck = await stuckNow(ctx);
    const paused = await ctx.ledger.budgets.paused(ctx.clock.now());
    if (flags.json)
      return cli.print(
        json({ since: iso(since), funnel: funnelFacts(funnel), days, stuck, paused: paused.map(pauseFacts) }),
      );
    const rules = ruleRows(days);
    const now = Object.entries(stuck)
      .filter(([, count]) => count > 0)
      .map(([kind, count]) => [kind, String(count)]);
    await cli.print(table(cli, HEAD, dayRows(days)));
    await cli.print(section(cli, `Funnel since ${time(since)}`, funnelText(cli, funnel)));
    if (rules.length > 0)
      await cli.print(section(cli, 'By rule', table(cli, ['day', 'what', 'rule', 'sign-ins'], rules)));
    const stuckText = now.length === 0 ? 'nothing\n' : table(cli, ['what', 'identities'], now);
    await cli.print(section(cli, 'Stuck now (list --stuck)', stuckText));
    for (const { name, reason } of paused) cli.printNote(`${name} is paused: ${reason ?? 'a 429'}\n`);
  });
}

/** `report`: prints what happened on each day, and what is stuck now. */
export function registerReport(program: Command, cli: Cli): void {
  program
    .command('report')
    .description(
      'print per day (UTC): sign-ups, starts, decisions, refused sign-ins by rule (also of shadow mode), failures, pauses; and the funnel from the sign-up to the verdict',
    )
    .option('--since <time>', `since then: 2026-01-31, an ISO time, or 7d; default ${DEFAULT_DAYS}d`, instant(cli))
    .option('--json', 'print JSON')
    .option('--csv', 'print the funnel as CSV')
    .addHelpText('after', examples('report --since 7d', 'report --since 30d --csv', 'report --since 2026-01-31 --json'))
    .action((flags: ReportFlags) => run(cli, flags));
}
