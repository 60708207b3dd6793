import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { type Cli, EXIT, Exit, refuse } from '../terminal.ts';

function failed(error: unknown): never {
  throw new Exit(EXIT.failed, `The backup was not written: ${error instanceof Error ? error.message : 'unknown'}`);
}

async function run(cli: Cli, file: string): Promise<void> {
  if (existsSync(file)) throw refuse(`${file} is there already: a backup overwrites nothing.`);
  await cli.withService(async ({ ctx }) => {
    if (ctx.ledger.copyTo === undefined)
      throw refuse('The ledger is on PostgreSQL: use its own tools, pg_dump or those of who runs it.');
    await ctx.ledger.copyTo(file).catch(failed);
    cli.say(
      `The whole ledger is in ${file}, as it was a moment ago. It holds the key of the references: keep it safe.\n`,
    );
  });
}

/** `backup`: a copy of a SQLite ledger that is whole, also while the service writes. */
export function registerBackup(program: Command, cli: Cli): void {
  program
    .command('backup')
    .description('copy the SQLite ledger into a new file, also while the service runs')
    .argument('<file>', 'where to; it must not be there yet')
    .action((file: string) => run(cli, file));
}
