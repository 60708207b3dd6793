import type { Command } from 'commander';
import { actOn, recheck } from '../../verification/operator/index.ts';
import { IDENTITY_ARGUMENT, identityOf, unknownIdentity } from '../arguments.ts';
import { examples } from '../help.ts';
import { type ActFlags, printResult, time } from '../output.ts';
import type { Cli } from '../terminal.ts';

interface RecheckFlags extends ActFlags {
  readonly force?: boolean;
}

async function run(cli: Cli, identity: string, flags: RecheckFlags): Promise<void> {
  const { force = false, dryRun = false } = flags;
  await cli.withService(async ({ ctx }) => {
    const identityId = await identityOf(cli, ctx, identity);
    const options = { force, hasEid: ctx.eid !== undefined };
    const result = await actOn(ctx, { identityId, dryRun, decide: (record, now) => recheck(record, options, now) });
    if (result === undefined) throw unknownIdentity(identityId);
    const { jumioDue, kratosDue, eidDue } = result.record.identity;
    // An eID is read from Kratos, so its due time stands there; a due publication comes first.
    const sentence = `The running service will read Jumio: ${time(jumioDue)}; and Kratos: ${time(kratosDue ?? eidDue)}.`;
    await printResult(cli, flags, result, sentence);
  });
}

/** `recheck`: has the service read everything about an identity again. */
export function registerRecheck(program: Command, cli: Cli): void {
  program
    .command('recheck')
    .description(
      'have the service read every execution at Jumio and the linked eIDs again, and rewrite the copy in Kratos',
    )
    .argument('<identity>', IDENTITY_ARGUMENT)
    .option('--force', 'also read executions that were read within the last hour')
    .option('--dry-run', 'print what would be done, change nothing')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('recheck ann@example.com', 'recheck ann@example.com --force'))
    .action((identity: string, flags: RecheckFlags) => run(cli, identity, flags));
}
