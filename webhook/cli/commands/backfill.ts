import { type Command, InvalidArgumentError } from 'commander';
import type { Context } from '../../verification/context.ts';
import { type BackfillContext, type BackfillProgress, backfill } from '../../verification/operator/index.ts';
import { wholeNumber } from '../arguments.ts';
import { createProgressDisplay } from '../progress.ts';
import { retryWhileBusy } from '../service.ts';
import type { Cli } from '../terminal.ts';

interface Options {
  readonly pageSize: number;
  readonly rate: number;
  readonly dryRun?: boolean;
  readonly restart?: boolean;
  readonly json?: boolean;
}

/** Kratos cuts a page off there, whatever it is asked for. */
const LARGEST_PAGE = 500;

/** Nobody waits for this command: a busy service goes first for as long as it likes. */
const PATIENCE_MS = 60_000;

function pageSize(text: string): number {
  const size = wholeNumber(text);
  if (size < 1 || size > LARGEST_PAGE) throw new InvalidArgumentError(`Give 1 to ${LARGEST_PAGE}.`);
  return size;
}

function rate(text: string): number {
  const perSecond = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || perSecond <= 0) throw new InvalidArgumentError('Give a number greater than 0.');
  return perSecond;
}

/** Every write waits while the service holds the ledger. */
function patient({ ledger, kratos, clock, random }: Context): BackfillContext {
  const { bulkInsert } = ledger;
  const meet: typeof bulkInsert.meet = (...args) => retryWhileBusy(() => bulkInsert.meet(...args), PATIENCE_MS);
  const note: typeof ledger.note = (...args) => retryWhileBusy(() => ledger.note(...args), PATIENCE_MS);
  const gate: typeof ledger.gate = (id) => retryWhileBusy(() => ledger.gate(id), PATIENCE_MS);
  return { ledger: { bulkInsert: { ...bulkInsert, meet }, note, gate }, kratos, clock, random };
}

function wordsOf({ seen, made, pausedUntil }: BackfillProgress, now: number): string {
  const wait = pausedUntil === undefined ? '' : `, Kratos asks to wait ${Math.ceil((pausedUntil - now) / 1000)} s`;
  return `${seen} seen, ${made} new${wait}`;
}

function resultOf({ seen, made, inherited }: BackfillProgress, { dryRun, json }: Options): string {
  if (json) return `${JSON.stringify({ seen, new: made, inherited, dry_run: dryRun ?? false })}\n`;
  const { approved, review, rejected } = inherited;
  const verb = dryRun ? 'would be written' : 'written';
  return (
    `${seen} identities in Kratos, ${made} of them new: ${verb}.\n` +
    `Their published copies say: ${approved} approved, ${review} in review, ${rejected} rejected.\n`
  );
}

/** `backfill`: rows for the identities that never met a hook (sign-ups and imports from before the ledger). */
export function registerBackfill(program: Command, cli: Cli): void {
  program
    .command('backfill')
    .description('rows for identities from before the ledger; may be interrupted and repeated')
    .option('--page-size <count>', 'identities per call', pageSize, 250)
    .option('--rate <per second>', 'calls to Kratos per second, at most', rate, 1)
    .option('--dry-run', 'only count: nothing is written')
    .option('--restart', 'from the beginning, also where an earlier run was interrupted')
    .option('--json', 'the result as JSON')
    .action((options: Options) =>
      cli.withService(async ({ ctx }) => {
        const display = createProgressDisplay(cli);
        const { dryRun = false, restart = false } = options;
        const onProgress = (progress: BackfillProgress): void =>
          display.show(progress.share, wordsOf(progress, cli.now()));
        const terms = { pageSize: options.pageSize, perSecond: options.rate, dryRun, restart, onProgress };
        try {
          await cli.print(resultOf(await backfill(patient(ctx), terms), options));
        } finally {
          display.end();
        }
      }),
    );
}
