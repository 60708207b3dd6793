import type { Command } from 'commander';
import type { EventQuery } from '../../ledger/reports/events.ts';
import type { Context } from '../../verification/context.ts';
import { IDENTITY_ARGUMENT, identityOf, instant, wholeNumber } from '../arguments.ts';
import { examples } from '../help.ts';
import { type Cli, EXIT, Exit } from '../terminal.ts';

interface ExportFlags {
  readonly since?: number;
  readonly identity?: string;
  readonly after?: number;
}

/** Prints the events, and returns how many there were. */
async function printEvents(cli: Cli, ctx: Context, filter: EventQuery): Promise<number> {
  let count = 0;
  for await (const event of ctx.ledger.reports.events(filter)) {
    count += 1;
    await cli.print(`${JSON.stringify(event)}\n`);
  }
  return count;
}

async function run(cli: Cli, { identity, ...filter }: ExportFlags): Promise<void> {
  await cli.withService(async ({ ctx }) => {
    if (identity !== undefined) {
      const id = await identityOf(cli, ctx, identity);
      const count = await printEvents(cli, ctx, { ...filter, identity: id });
      if (count === 0) throw new Exit(EXIT.failed, `No event of ${id} was found.`);
      return;
    }
    // A regular export has nothing to print on a quiet day: that is no failure.
    if ((await printEvents(cli, ctx, filter)) === 0) cli.printNote('No event was found.\n');
  });
}

/** `export`: prints the append-only events as JSON lines, oldest first. */
export function registerExport(program: Command, cli: Cli): void {
  program
    .command('export')
    .description('print the events as JSON lines, oldest first; continue later with --after and the last id')
    .option('--since <time>', 'only events since then: 2026-01-31, an ISO time, or 7d', instant(cli))
    .option('--identity <identity>', `only events of one identity: ${IDENTITY_ARGUMENT}`)
    .option('--after <id>', 'only events after this event id', wholeNumber)
    .addHelpText('after', examples('export --since 7d', 'export --after 1203', 'export --identity ann@example.com'))
    .action((flags: ExportFlags) => run(cli, flags));
}
