import type { Command } from 'commander';
import { actOn, erase } from '../../verification/operator/index.ts';
import { confirm, identityOf, operatorName, unknown } from '../arguments.ts';
import { type Line, print } from '../output.ts';
import type { Cli } from '../terminal.ts';

interface Options extends Line {
  readonly by: string;
  readonly yes?: boolean;
}

const WHAT = 'is to be erased: at Jumio, in Kratos’ metadata, and here but for its standing. That cannot be undone.';

async function run(cli: Cli, named: string, options: Options): Promise<void> {
  const { by, yes = false, dryRun = false } = options;
  await cli.withService(async ({ ctx }) => {
    const identityId = await identityOf(ctx, named);
    if (!dryRun) await confirm(cli, identityId, `${identityId} ${WHAT}`, yes);
    const done = await actOn(ctx, { identityId, dryRun, decide: (record, now) => erase(record, by, now) });
    if (done === undefined) throw unknown(identityId);
    const accounts = new Set(done.record.verifications.map(({ accountId }) => accountId).filter((id) => id !== null));
    const words = `${identityId} is erased here; the service deletes ${accounts.size} account(s) at Jumio and clears Kratos.`;
    await print(cli, options, done, words, { accounts_to_delete: accounts.size });
  });
}

/** `erase`: a person is forgotten; repeatable. */
export function registerErase(program: Command, cli: Cli): void {
  program
    .command('erase')
    .description('delete at Jumio, clear our metadata in Kratos, and leave a tombstone with the standing only')
    .argument('<identity>', 'its id, or the e-mail address it signs in with')
    .requiredOption('--by <name>', 'who answers for it', operatorName)
    .option('--yes', 'do not ask')
    .option('--dry-run', 'only say what would be')
    .option('--json', 'for scripts')
    .action((named: string, options: Options) => run(cli, named, options));
}
