import type { Command } from 'commander';
import { act, recheck } from '../../verification/operator/index.ts';
import { identityOf, unknown } from '../arguments.ts';
import { type Said, tell, time } from '../output.ts';
import type { Cli } from '../terminal.ts';

interface Options extends Said {
  readonly force?: boolean;
}

async function run(cli: Cli, named: string, options: Options): Promise<void> {
  const { force = false, dryRun = false } = options;
  await cli.withService(async ({ desk }) => {
    const identityId = await identityOf(desk, named);
    const how = { force, hasEid: desk.eid !== undefined };
    const done = await act(desk, { identityId, dryRun, decide: (snapshot, now) => recheck(snapshot, how, now) });
    if (done === undefined) throw unknown(identityId);
    const { jumioDue, kratosDue, evidenceDue } = done.snapshot.identity;
    const words = `Due for the service: Jumio ${time(jumioDue)}, Kratos ${time(kratosDue ?? evidenceDue)}.`;
    await tell(cli, options, done, words);
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
