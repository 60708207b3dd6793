import { type Command, InvalidArgumentError } from 'commander';
import type { Context } from '../../verification/context.ts';
import { type BackfillContext, type BackfillProgress, backfill } from '../../verification/operator/index.ts';
import { wholeNumber } from '../arguments.ts';
import { examples } from '../help.ts';
import { createProgressDisplay } from '../progress.ts';
import { retryWhileBusy } from '../service.ts';
import type { Cli } from '../terminal.ts';

interface BackfillFlags {
  readonly pageSize: number;
  readonly rate: number;
  readonly dryRun?: boolean;
  readonly restart?: boolean;
  readonly json?: boolean;
}

/** Kratos returns at most this many identities a page. */
const LARGEST_PAGE = 500;

/** No person waits for this command, so it gives way to a busy service for longer than the others do. */
const BUSY_TIMEOUT_MS = 60_000;

function pageSize(text: string): number {
  const size = wholeNumber(text);
  if (size < 1 || size > LARGEST_PAGE) throw new InvalidArgumentError(`Expected 1 to ${LARGEST_PAGE}.`);
  return size;
}

function rate(text: string): number {
  const perSecond = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || perSecond <= 0)
    throw new InvalidArgumentError('Expected a number greater than 0.');
  return perSecond;
}

/** Retries every call of the ledger while the service locks it. */
function retrying({ ledger, kratos, clock, random }: Context): BackfillContext {
  const { bulkInsert } = ledger;
  const insert: typeof bulkInsert.insert = (...args) =>
    retryWhileBusy(() => bulkInsert.insert(...args), BUSY_TIMEOUT_MS);
  const note: typeof ledger.note = (...args) => retryWhileBusy(() => ledger.note(...args), BUSY_TIMEOUT_MS);
  const gate: typeof ledger.gate = (id) => retryWhileBusy(() => ledger.gate(id), BUSY_TIMEOUT_MS);
  return { ledger: { bulkInsert: { ...bulkInsert, insert }, note, gate }, kratos, clock, random };
}

function progressText({ seen, made, pausedUntil }: BackfillProgress, now: number): string {
  const wait = pausedUntil === undefined ? '' : `, paused by Kratos for ${Math.ceil((pausedUntil - now) / 1000)} s`;
  return `${seen} read, ${made} new${wait}`;
}

function resultText({ seen, made, inherited }: BackfillProgress, { dryRun, json }: BackfillFlags): string {
  if (json) return `${JSON.stringify({ seen, new: made, inherited, dry_run: dryRun ?? false })}\n`;
  const { approved, review, rejected } = inherited;
  const verb = dryRun ? 'would be written' : 'written';
  return (
    `${seen} identities in Kratos, ${made} of them new: ${verb}.\n` +
    `Their published copies say: ${approved} approved, ${review} in review, ${rejected} rejected.\n`
  );
}

/** `backfill`: writes a row for each identity of Kratos that has none (sign-ups and imports from before the ledger). */
export function registerBackfill(program: Command, cli: Cli): void {
  program
    .command('backfill')
    .description('write rows for identities from before the ledger; may be interrupted and repeated')
    .option('--page-size <count>', 'identities per call to Kratos', pageSize, 250)
    .option('--rate <per second>', 'calls to Kratos per second, at most', rate, 1)
    .option('--dry-run', 'only count, write nothing')
    .option('--restart', 'start at the first page, even if an earlier run was interrupted')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', examples('backfill --dry-run', 'backfill --rate 5 --page-size 500'))
    .action((flags: BackfillFlags) =>
      cli.withService(async ({ ctx }) => {
        const display = createProgressDisplay(cli);
        const { dryRun = false, restart = false } = flags;
        const onProgress = (progress: BackfillProgress): void =>
          display.show(progress.share, progressText(progress, cli.now()));
        const options = { pageSize: flags.pageSize, perSecond: flags.rate, dryRun, restart, onProgress };
        try {
          await cli.print(resultText(await backfill(retrying(ctx), options), flags));
        } finally {
          display.end();
        }
      }),
    );
}
