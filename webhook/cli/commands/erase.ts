import type { Command } from 'commander';
import { actOn, erase } from '../../verification/operator/index.ts';
import { confirm, IDENTITY_ARGUMENT, identityOf, operatorName, unknownIdentity } from '../arguments.ts';
import { type ActFlags, printResult } from '../output.ts';
import type { Cli } from '../terminal.ts';

interface EraseFlags extends ActFlags {
  readonly by: string;
  readonly yes?: boolean;
}

const QUESTION = 'will be erased: at Jumio, in Kratos’ metadata, and here except its standing. This cannot be undone.';

async function run(cli: Cli, identity: string, flags: EraseFlags): Promise<void> {
  const { by, yes = false, dryRun = false } = flags;
  await cli.withService(async ({ ctx }) => {
    const identityId = await identityOf(cli, ctx, identity);
    if (!dryRun) await confirm(cli, identityId, `${identityId} ${QUESTION}`, yes);
    const result = await actOn(ctx, { identityId, dryRun, decide: (record, now) => erase(record, by, now) });
    if (result === undefined) throw unknownIdentity(identityId);
    const accounts = new Set(result.record.verifications.map(({ accountId }) => accountId).filter((id) => id !== null));
    const sentence = `${identityId} is erased here; the service deletes ${accounts.size} account(s) at Jumio and our metadata in Kratos.`;
    await printResult(cli, flags, result, sentence, { accounts_to_delete: accounts.size });
  });
}

/** `erase`: deletes what is stored about a person. May be repeated. */
export function registerErase(program: Command, cli: Cli): void {
  program
    .command('erase')
    .description('delete the person at Jumio and our metadata in Kratos; a tombstone with the standing stays')
    .argument('<identity>', IDENTITY_ARGUMENT)
    .requiredOption('--by <name>', 'the operator who is responsible', operatorName)
    .option('--yes', 'do not ask for confirmation')
    .option('--dry-run', 'print what would be done, change nothing')
    .option('--json', 'print JSON')
    .action((identity: string, flags: EraseFlags) => run(cli, identity, flags));
}
