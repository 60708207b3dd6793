import { type Command, Option } from 'commander';
import type { Listed, ProblemKind } from '../../ledger/reports/listing.ts';
import type { Status } from '../../model.ts';
import type { Context } from '../../verification/context.ts';
import { span, time } from '../output.ts';
import { type Cli, refuse } from '../terminal.ts';

const STATUSES: readonly Status[] = ['none', 'pending', 'processing', 'approved', 'review', 'rejected', 'expired'];

/** What each trouble is, for people. */
const TROUBLES: Readonly<Record<ProblemKind, string>> = {
  publish_stuck: 'Kratos refuses our PATCH for good',
  gone: 'Kratos does not have the identity',
  parked: 'Jumio refused to create the execution',
  not_created: 'the execution could not be created, three times or more',
  unreadable: 'the execution cannot be read, or reads as no word of Jumio’s',
  contradiction: 'the copy in Kratos says a decision that is not ours',
  eid_unread: 'what an eID says is owed for an hour or more: Kratos or the provider’s keys cannot be had (doctor)',
  erase_owed: 'erased an hour ago or more, and not everywhere yet',
};

interface Options {
  readonly stuck?: boolean;
  readonly status?: Status;
  readonly json?: boolean;
}

/** One line each, as they come: a table would have to hold them all. */
async function printed(cli: Cli, options: Options, kind: string, listed: Listed): Promise<void> {
  const { identity, since, detail } = listed;
  const age = cli.now() - since;
  const line = options.json
    ? JSON.stringify({
        kind,
        identity,
        since: new Date(since).toISOString(),
        age_seconds: Math.round(age / 1000),
        detail,
      })
    : `${identity}  ${kind.padEnd(13)}  ${time(since)}  ${span(age).padStart(6)}  ${detail ?? '–'}`.trimEnd();
  await cli.print(`${line}\n`);
}

async function pauses(cli: Cli, ctx: Context, options: Options): Promise<void> {
  for (const { name, pausedUntil, reason } of await ctx.ledger.budgets.paused(ctx.clock.now())) {
    const kind = name === 'account' && reason !== null ? 'creation_paused' : `${name}_paused`;
    const until = new Date(pausedUntil).toISOString();
    await cli.print(
      options.json ? `${JSON.stringify({ kind, until, reason })}\n` : `${kind} until ${until}: ${reason ?? 'a 429'}\n`,
    );
  }
}

async function stuck(cli: Cli, ctx: Context, options: Options): Promise<void> {
  await pauses(cli, ctx, options);
  let last: ProblemKind | undefined;
  for await (const listed of ctx.ledger.reports.inTrouble(ctx.clock.now())) {
    const { trouble } = listed;
    if (trouble !== last && !options.json) cli.say(`${trouble}: ${TROUBLES[trouble]}\n`);
    last = trouble;
    await printed(cli, options, trouble, listed);
  }
  if (last === undefined) cli.say('Nothing is stuck. Whom Jumio left to you: list --status review\n');
}

async function run(cli: Cli, options: Options): Promise<void> {
  const { status } = options;
  if ((status === undefined) === (options.stuck !== true)) throw refuse('Say either --stuck or --status <status>.');
  await cli.withService(async ({ ctx }) => {
    if (status === undefined) return stuck(cli, ctx, options);
    for await (const listed of ctx.ledger.reports.withStatus(status)) await printed(cli, options, status, listed);
  });
}

/** `list`: who needs an operator, or who stands where. */
export function registerList(program: Command, cli: Cli): void {
  program
    .command('list')
    .description(
      'identities that something is stuck for (--stuck), or those of one status; one line each, with their age',
    )
    .option(
      '--stuck',
      'publishing stuck, gone, parked, not created, unreadable, contradicted, eID unread, erasure owed; pauses first',
    )
    .addOption(new Option('--status <status>', 'those of this status').choices(STATUSES))
    .option('--json', 'JSON lines, for scripts')
    .action((options: Options) => run(cli, options));
}
