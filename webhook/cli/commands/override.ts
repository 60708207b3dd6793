import type { Command } from 'commander';
import { actOn, override } from '../../verification/operator/index.ts';
import { confirm, identityOf, operatorName, reasonText, unknown } from '../arguments.ts';
import { type Line, print } from '../output.ts';
import { type Cli, refuse } from '../terminal.ts';

interface Options extends Line {
  readonly approve?: boolean;
  readonly reject?: boolean;
  readonly reason: string;
  readonly by: string;
  readonly yes?: boolean;
}

function verdictOf({ approve, reject }: Options): 'PASSED' | 'FAILED' {
  if (approve === reject) throw refuse('Say either --approve or --reject.');
  return approve ? 'PASSED' : 'FAILED';
}

async function run(cli: Cli, named: string, options: Options): Promise<void> {
  const { reason, by, yes = false, dryRun = false } = options;
  const verdict = verdictOf(options);
  const word = verdict === 'PASSED' ? 'approved' : 'rejected';
  await cli.withService(async ({ ctx }) => {
    const identityId = await identityOf(ctx, named);
    if (!dryRun) await confirm(cli, identityId, `${identityId} is to be ${word} by ${by}.`, yes);
    const id = ctx.newId();
    const done = await actOn(ctx, {
      identityId,
      dryRun,
      decide: (record, now) => {
        if (record.identity.erasedAt !== null)
          throw refuse(`${identityId} was erased: nothing is decided about it any more.`);
        return override(record, { verdict, reason, by }, id, now);
      },
    });
    if (done === undefined) throw unknown(identityId);
    await print(cli, options, done, `${identityId} is ${word} by the operator.`);
  });
}

/** `override`: the operator decides in place of Jumio. */
export function registerOverride(program: Command, cli: Cli): void {
  program
    .command('override')
    .description(
      'decide in place of Jumio: a rejection ends by another override only, an approval also by a later decision',
    )
    .argument('<identity>', 'its id, or the e-mail address it signs in with')
    .option('--approve')
    .option('--reject')
    .requiredOption('--reason <words>', 'a key of yours or words without personal data; kept for good', reasonText)
    .requiredOption('--by <name>', 'who answers for it', operatorName)
    .option('--yes', 'do not ask')
    .option('--dry-run', 'only say what would be')
    .option('--json', 'for scripts')
    .action((named: string, options: Options) => run(cli, named, options));
}
