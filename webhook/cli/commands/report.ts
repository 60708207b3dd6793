import type { Command } from 'commander';
import type { BudgetReport } from '../../ledger/budgets.ts';
import type { Context } from '../../verification/context.ts';
import { daysOf, type ReportDay, sumOf } from '../../verification/operator/index.ts';
import { instant } from '../arguments.ts';
import { funnelCsv, funnelFacts, funnelText } from '../funnel.ts';
import { examples } from '../help.ts';
import { iso, json, section, span, table, time } from '../output.ts';
import { type Cli, usageError } from '../terminal.ts';

const DAY_MS = 86_400_000;

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

function dayRows(days: readonly ReportDay[]): string[][] {
  return days.map(
    ({ day, sign_ups, started, decided, overridden, median_seconds, blocked, would_block, ...counted }) => [
      day,
      String(sign_ups),
      String(started),
      ...(['PASSED', 'WARNING', 'FAILED'] as const).map((verdict) => String(decided[verdict] ?? 0)),
      String(sumOf(overridden)),
      median_seconds === null ? '–' : span(median_seconds * 1000),
      String(sumOf(blocked)),
      String(sumOf(would_block)),
      String(counted.on_failure),
      String(counted.creation_pauses),
      String(counted.erased),
    ],
  );
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
function ruleRows(days: readonly ReportDay[]): string[][] {
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
    const report = await ctx.ledger.reports.report(since);
    const { funnel } = report;
    if (flags.csv) return cli.print(funnelCsv(funnel));
    const days = daysOf(report);
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
