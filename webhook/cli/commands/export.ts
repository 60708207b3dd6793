import type { Command } from 'commander';
import { instant, wholeNumber } from '../arguments.ts';
import type { Cli } from '../terminal.ts';

interface ExportFlags {
  readonly since?: number;
  readonly identity?: string;
  readonly after?: number;
}

/** `export`: prints the append-only events as JSON lines, oldest first. */
export function registerExport(program: Command, cli: Cli): void {
  program
    .command('export')
    .description('print the events as JSON lines, oldest first; continue later with --after and the last id')
    .option('--since <time>', 'only events since then: 2026-01-31, an ISO time, or 7d', instant(cli))
    .option('--identity <id>', 'only events of one identity')
    .option('--after <id>', 'only events after this event id', wholeNumber)
    .action((flags: ExportFlags) =>
      cli.withService(async ({ ctx }) => {
        for await (const event of ctx.ledger.reports.events(flags)) await cli.print(`${JSON.stringify(event)}\n`);
      }),
    );
}
