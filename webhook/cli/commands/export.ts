import type { Command } from 'commander';
import { instant, wholeNumber } from '../arguments.ts';
import type { Cli } from '../terminal.ts';

interface Options {
  readonly since?: number;
  readonly identity?: string;
  readonly after?: number;
}

/** `export`: the append-only events as JSON lines, oldest first. */
export function registerExport(program: Command, cli: Cli): void {
  program
    .command('export')
    .description('events as JSON lines, oldest first; go on later with --after and the last id')
    .option('--since <time>', 'only events from then on: 2026-01-31, an ISO time, or 7d', instant(cli))
    .option('--identity <id>', 'only those of one identity')
    .option('--after <id>', 'only those behind this event id', wholeNumber)
    .action((options: Options) =>
      cli.withService(async ({ ctx }) => {
        for await (const event of ctx.ledger.reports.events(options)) await cli.print(`${JSON.stringify(event)}\n`);
      }),
    );
}
