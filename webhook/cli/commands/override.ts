import type { Command } from 'commander';
import { decideCase } from '../../verification/operator/index.ts';
import { confirm, IDENTITY_ARGUMENT, identityOf, operatorName, reasonText } from '../arguments.ts';
import { decidedOrExit, responsible, withNote } from '../case-options.ts';
import { examples } from '../help.ts';
import { type ActFlags, printResult } from '../output.ts';
import { type Cli, usageError } from '../terminal.ts';

interface OverrideFlags extends ActFlags {
  readonly approve?: boolean;
  readonly reject?: boolean;
  readonly reason: string;
  readonly note?: string;
  readonly by: string;
  readonly yes?: boolean;
}

function verdictOf({ approve, reject }: OverrideFlags): 'PASSED' | 'FAILED' {
  if (approve === reject) throw usageError('Use either --approve or --reject.');
  return approve ? 'PASSED' : 'FAILED';
}

async function run(cli: Cli, identity: string, flags: OverrideFlags): Promise<void> {
  const { yes = false, dryRun = false } = flags;
  const act = verdictOf(flags) === 'PASSED' ? 'approve' : 'reject';
  const status = act === 'approve' ? 'approved' : 'rejected';
  await cli.withService(async (service) => {
    const { ctx } = service;
    const choice = await responsible(service, act, flags);
    const identityId = await identityOf(cli, ctx, identity);
    const will = choice.isProposal ? `It will be proposed that ${identityId} is` : `${identityId} will be`;
    if (!dryRun) await confirm(cli, identityId, `${will} ${status} by ${flags.by}.`, yes);
    const { by, reason, note, secondPerson } = choice;
    const what = { kind: 'decide', act, reason, note } as const;
    const decided = await decideCase(ctx, { identityId, what, by, door: 'cli', secondPerson, dryRun });
    const { kind, result } = decidedOrExit(decided, identityId, 'it cannot be decided any more');
    const sentence =
      kind === 'proposed'
        ? `It is proposed that ${identityId} is ${status}; two operators decide it at the console.`
        : `${identityId} is ${status} by the operator.`;
    await printResult(cli, flags, result, sentence);
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
    .requiredOption(
      '--reason <text>',
      'a key of the list in OPERATORS; without one a key of yours, or a text without personal data; kept for good',
      reasonText,
    )
    .requiredOption('--by <name>', 'the operator who is responsible', operatorName)
    .option('--note <text>', withNote, reasonText)
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
