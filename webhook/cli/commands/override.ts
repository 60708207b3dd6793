import type { Command } from 'commander';
import { actOn, override } from '../../verification/operator/index.ts';
import { confirm, IDENTITY_ARGUMENT, identityOf, operatorName, reasonText, unknownIdentity } from '../arguments.ts';
import { examples } from '../help.ts';
import { type ActFlags, printResult } from '../output.ts';
import { type Cli, usageError } from '../terminal.ts';

interface OverrideFlags extends ActFlags {
  readonly approve?: boolean;
  readonly reject?: boolean;
  readonly reason: string;
  readonly by: string;
  readonly yes?: boolean;
}

function verdictOf({ approve, reject }: OverrideFlags): 'PASSED' | 'FAILED' {
  if (approve === reject) throw usageError('Use either --approve or --reject.');
  return approve ? 'PASSED' : 'FAILED';
}

async function run(cli: Cli, identity: string, flags: OverrideFlags): Promise<void> {
  const { reason, by, yes = false, dryRun = false } = flags;
  const verdict = verdictOf(flags);
  const status = verdict === 'PASSED' ? 'approved' : 'rejected';
  await cli.withService(async ({ ctx }) => {
    const identityId = await identityOf(cli, ctx, identity);
    if (!dryRun) await confirm(cli, identityId, `${identityId} will be ${status} by ${by}.`, yes);
    const id = ctx.newId();
    const result = await actOn(ctx, {
      identityId,
      dryRun,
      decide: (record, now) => {
        if (record.identity.erasedAt !== null)
          throw usageError(`${identityId} was erased: it cannot be decided any more.`);
        return override(record, { verdict, reason, by }, id, now);
      },
    });
    if (result === undefined) throw unknownIdentity(identityId);
    await printResult(cli, flags, result, `${identityId} is ${status} by the operator.`);
  });
}

/** `override`: decides in place of Jumio. */
export function registerOverride(program: Command, cli: Cli): void {
  program
    .command('override')
    .description(
      'decide in place of Jumio: a rejection stays until another override; an approval ends with a later decision, too',
    )
    .argument('<identity>', IDENTITY_ARGUMENT)
    .option('--approve', 'the person is verified (required: this or --reject)')
    .option('--reject', 'the person is refused (required: this or --approve)')
    .requiredOption('--reason <text>', 'a key of yours, or a text without personal data; kept for good', reasonText)
    .requiredOption('--by <name>', 'the operator who is responsible', operatorName)
    .option('--yes', 'do not ask for confirmation')
    .option('--dry-run', 'print what would be done, change nothing')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(
        'override ann@example.com --approve --reason seen_in_branch --by carol',
        'override ann@example.com --reject --reason forged_document --by carol --dry-run',
      ),
    )
    .action((identity: string, flags: OverrideFlags) => run(cli, identity, flags));
}
