import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { examples } from '../help.ts';
import { type Cli, EXIT, Exit, usageError } from '../terminal.ts';

function failed(error: unknown): never {
  throw new Exit(EXIT.failed, `The backup was not written: ${error instanceof Error ? error.message : 'unknown'}`);
}

async function run(cli: Cli, file: string): Promise<void> {
  if (existsSync(file)) throw usageError(`${file} is there already: a backup overwrites no file.`);
  await cli.withService(async ({ ctx }) => {
    if (ctx.ledger.copyTo === undefined)
      throw usageError('The ledger is on PostgreSQL: use pg_dump, or the tools of your database provider.');
    await ctx.ledger.copyTo(file).catch(failed);
    cli.printNote(
      `The ledger was copied to ${file}. The copy holds every key of the service, and its payments: keep it safe.\n`,
    );
  });
}

/** `backup`: copies a SQLite ledger consistently, also while the service writes. */
export function registerBackup(program: Command, cli: Cli): void {
  program
    .command('backup')
    .description('copy the SQLite ledger into a new file; the service may run')
    .argument('<file>', 'the new file; it must not exist yet')
    .addHelpText('after', examples('backup /backup/ledger-2026-01-31.sqlite'))
    .action((file: string) => run(cli, file));
}
