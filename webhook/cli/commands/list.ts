import { type Command, Option } from 'commander';
import type { Listed, ProblemKind } from '../../ledger/reports/listing.ts';
import type { Status } from '../../model.ts';
import type { Context } from '../../verification/context.ts';
import { examples } from '../help.ts';
import { span, time } from '../output.ts';
import { oneLine } from '../printable.ts';
import { type Cli, usageError } from '../terminal.ts';

const STATUSES: readonly Status[] = ['none', 'pending', 'processing', 'approved', 'review', 'rejected', 'expired'];

/** The meaning of each kind, for people. */
const MEANINGS: Readonly<Record<ProblemKind, string>> = {
  publish_stuck: 'Kratos refuses our PATCH for good',
  gone: 'Kratos does not have the identity',
  parked: 'Jumio refused to create the execution',
  not_created: 'the execution could not be created, three times or more',
  unreadable: 'the execution cannot be read, or its status is unknown',
  contradiction: 'the copy in Kratos shows a decision that is not ours',
  late_pass: 'rejected for good, and Jumio passed an older attempt later: override or leave it',
  eid_unread:
    'reading an eID has been due for an hour or more: Kratos or the provider’s keys cannot be reached (doctor)',
  erase_owed: 'erased an hour ago or more, and not everywhere yet',
};

interface ListFlags {
  readonly stuck?: boolean;
  readonly status?: Status;
  readonly json?: boolean;
}

/** Prints one line at once: a table would have to hold all of them in memory. */
async function printListed(cli: Cli, flags: ListFlags, kind: string, listed: Listed): Promise<void> {
  const { identity, since, detail } = listed;
  const age = cli.now() - since;
  const line = flags.json
    ? JSON.stringify({
        kind,
        identity,
        since: new Date(since).toISOString(),
        age_seconds: Math.round(age / 1000),
        detail,
      })
    : `${identity}  ${kind.padEnd(13)}  ${time(since)}  ${span(age).padStart(6)}  ${detail ?? '–'}`.trimEnd();
  await cli.print(`${oneLine(line)}\n`);
}

async function printPauses(cli: Cli, ctx: Context, flags: ListFlags): Promise<void> {
  for (const { name, pausedUntil, reason } of await ctx.ledger.budgets.paused(ctx.clock.now())) {
    const kind = name === 'account' && reason !== null ? 'creation_paused' : `${name}_paused`;
    const until = new Date(pausedUntil).toISOString();
    await cli.print(
      flags.json ? `${JSON.stringify({ kind, until, reason })}\n` : `${kind} until ${until}: ${reason ?? 'a 429'}\n`,
    );
  }
}

async function printStuck(cli: Cli, ctx: Context, flags: ListFlags): Promise<void> {
  await printPauses(cli, ctx, flags);
  let last: ProblemKind | undefined;
  for await (const listed of ctx.ledger.reports.problems(ctx.clock.now())) {
    const { kind } = listed;
    if (kind !== last && !flags.json) cli.printNote(`${kind}: ${MEANINGS[kind]}\n`);
    last = kind;
    await printListed(cli, flags, kind, listed);
  }
  if (last === undefined) cli.printNote('Nothing is stuck. People who wait for your review: list --status review\n');
}

async function run(cli: Cli, flags: ListFlags): Promise<void> {
  const { status } = flags;
  if ((status === undefined) === (flags.stuck !== true)) throw usageError('Use either --stuck or --status <status>.');
  await cli.withService(async ({ ctx }) => {
    if (status === undefined) return printStuck(cli, ctx, flags);
    let isEmpty = true;
    for await (const listed of ctx.ledger.reports.withStatus(status)) {
      isEmpty = false;
      await printListed(cli, flags, status, listed);
    }
    if (isEmpty) cli.printNote(`No identity is ${status}.\n`);
  });
}

/** `list`: prints the identities that need an operator, or those of one status. */
export function registerList(program: Command, cli: Cli): void {
  program
    .command('list')
    .description('print the identities that are stuck (--stuck), or those of one status; one line each, with their age')
    .option(
      '--stuck',
      'publishing refused, gone, parked, not created, unreadable, contradiction, late pass, eID unread, erasure due; pauses first (required: this or --status)',
    )
    .addOption(new Option('--status <status>', 'those of this status (required: this or --stuck)').choices(STATUSES))
    .option('--json', 'print JSON lines')
    .addHelpText('after', examples('list --stuck', 'list --status review --json'))
    .action((flags: ListFlags) => run(cli, flags));
}
