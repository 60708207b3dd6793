import type { Command } from 'commander';
import { actOn, recheck } from '../../verification/operator/index.ts';
import { identityOf, unknown } from '../arguments.ts';
import { type Line, print, time } from '../output.ts';
import type { Cli } from '../terminal.ts';

interface Options extends Line {
  readonly force?: boolean;
}

async function run(cli: Cli, named: string, options: Options): Promise<void> {
  const { force = false, dryRun = false } = options;
  await cli.withService(async ({ ctx }) => {
    const identityId = await identityOf(ctx, named);
    const how = { force, hasEid: ctx.eid !== undefined };
    const done = await actOn(ctx, { identityId, dryRun, decide: (record, now) => recheck(record, how, now) });
    if (done === undefined) throw unknown(identityId);
    const { jumioDue, kratosDue, eidDue } = done.record.identity;
    const words = `Due for the service: Jumio ${time(jumioDue)}, Kratos ${time(kratosDue ?? eidDue)}.`;
    await print(cli, options, done, words);
  });
}

/** `recheck`: everything of an identity is looked at again. */
export function registerRecheck(program: Command, cli: Cli): void {
  program
    .command('recheck')
    .description(
      'have every execution read at Jumio again, also settled ones, which eIDs are linked, and the copy in Kratos written anew',
    )
    .argument('<identity>', 'its id, or the e-mail address it signs in with')
    .option('--force', 'also what was read within the last hour')
    .option('--dry-run', 'only say what would be')
    .option('--json', 'for scripts')
    .action((named: string, options: Options) => run(cli, named, options));
}
