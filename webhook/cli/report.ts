import type { Command } from 'commander';
import type { BudgetReport } from '../ledger/budget-desk.ts';
import type { Desk } from '../verification/desk.ts';
import type { Cli } from './cli.ts';
import { instant } from './options.ts';
import { iso, json, section, span, table } from './output.ts';
import { type Day, daysOf } from './report-days.ts';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 14;

interface Options {
  readonly since?: number;
  readonly json?: boolean;
}

async function stuckNow(desk: Desk): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for await (const { trouble } of desk.ledger.records.inTrouble(desk.clock.now()))
    counts[trouble] = (counts[trouble] ?? 0) + 1;
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

/** Which rule refused, or would have refused, how many, on which day. */
function ruleRows(days: readonly Day[]): string[][] {
  return days.flatMap(({ day, blocked, would_block }) => [
    ...Object.entries(blocked).map(([rule, count]) => [day, 'blocked', rule, String(count)]),
    ...Object.entries(would_block).map(([rule, count]) => [day, 'would block', rule, String(count)]),
  ]);
}

function pauseFacts({ name, pausedUntil, reason }: BudgetReport) {
  return { name, until: iso(pausedUntil), reason };
}

async function run(cli: Cli, options: Options): Promise<void> {
  const since = options.since ?? cli.now() - DEFAULT_DAYS * DAY_MS;
  await cli.withService(async ({ desk }) => {
    const days = daysOf(await desk.ledger.records.report(since));
    const stuck = await stuckNow(desk);
    const paused = await desk.ledger.budgets.paused(desk.clock.now());
    if (options.json) return cli.print(json({ since: iso(since), days, stuck, paused: paused.map(pauseFacts) }));
    const rules = ruleRows(days);
    const now = Object.entries(stuck)
      .filter(([, count]) => count > 0)
      .map(([kind, count]) => [kind, String(count)]);
    await cli.print(table(cli, HEAD, dayRows(days)));
    if (rules.length > 0)
      await cli.print(section(cli, 'By rule', table(cli, ['day', 'what', 'rule', 'sign-ins'], rules)));
    const stands = now.length === 0 ? 'nothing\n' : table(cli, ['what', 'identities'], now);
    await cli.print(section(cli, 'Stuck now (list --stuck)', stands));
    for (const { name, reason } of paused) cli.say(`${name} is paused: ${reason ?? 'a 429'}\n`);
  });
}

/** `report`: the days. */
export function registerReport(program: Command, cli: Cli): void {
  program
    .command('report')
    .description('per day (UTC): sign-ups, starts, decisions, blocks and would-be blocks by rule, failures, pauses')
    .option('--since <time>', `from then on: 2026-01-31, an ISO time, or 7d; default ${DEFAULT_DAYS}d`, instant(cli))
    .option('--json', 'for scripts')
    .action((options: Options) => run(cli, options));
}
