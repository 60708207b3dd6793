import type { Command } from 'commander';
import type { Dependencies } from '../../dependencies.ts';
import { decideCase, isAttemptInVain } from '../../verification/operator/index.ts';
import { type IssuedLink, linkUrl } from '../../verification/person/index.ts';
import { IDENTITY_ARGUMENT, identityOf, operatorName, reasonText } from '../arguments.ts';
import { decidedOrExit, responsible, withNote } from '../case-options.ts';
import { examples } from '../help.ts';
import { type ActFlags, printResult } from '../output.ts';
import type { Cli } from '../terminal.ts';

interface RestartFlags extends ActFlags {
  readonly by: string;
  readonly reason?: string;
  readonly note?: string;
}

/** A rejected person cannot sign in, so they need this one-time link. Only the newest works. */
function shownLink({ config }: Dependencies, link: IssuedLink | undefined) {
  if (link === undefined || config.PUBLIC_URL === undefined) return undefined;
  return { address: linkUrl(config.PUBLIC_URL, link.token), address_ends_at: new Date(link.endsAt).toISOString() };
}

const NO_EFFECT =
  'The operator rejected this person: only `override --approve` ends that, whatever Jumio decides. The attempt still ' +
  'costs money.\n';

async function run(cli: Cli, identity: string, flags: RestartFlags): Promise<void> {
  const { dryRun = false } = flags;
  await cli.withService(async (service) => {
    const { ctx, config } = service;
    const { by, reason, note, secondPerson } = await responsible(service, 'new_attempt', flags);
    const identityId = await identityOf(cli, ctx, identity);
    const what = { kind: 'decide', act: 'new_attempt', reason, note } as const;
    const issuesLink = !dryRun && config.PUBLIC_URL !== undefined && config.KRATOS_PUBLIC_URL !== undefined;
    const decided = await decideCase(ctx, { identityId, what, by, door: 'cli', secondPerson, dryRun, issuesLink });
    const done = decidedOrExit(decided, identityId, 'no verification can be started for it');
    const { result } = done;
    if (done.kind !== 'decided') {
      const sentence = `It is proposed that ${identityId} may try once more; two operators decide it at the console.`;
      return printResult(cli, flags, result, sentence);
    }
    const link = shownLink(service, done.link);
    if (isAttemptInVain(result.record)) cli.printNote(NO_EFFECT);
    await printResult(
      cli,
      flags,
      result,
      `One more attempt is granted to ${identityId}; it starts when the person continues.`,
      link ?? {},
    );
    if (flags.json || dryRun) return;
    if (link === undefined) cli.printNote('There is no link to send: PUBLIC_URL or KRATOS_PUBLIC_URL is not set.\n');
    else
      await cli.print(
        `Send this link to the person. It works once, until ${link.address_ends_at}, for anyone who has it:\n${link.address}\n`,
      );
  });
}

/** `restart`: grants one more attempt, and prints a one-time link to it. */
export function registerRestart(program: Command, cli: Cli): void {
  program
    .command('restart')
    .description(
      'grant one more attempt, whatever the standing and the limits are, and print a one-time link for the person',
    )
    .argument('<identity>', IDENTITY_ARGUMENT)
    .requiredOption('--by <name>', 'the operator who is responsible', operatorName)
    .option(
      '--reason <text>',
      'a key of the list in OPERATORS; without one a code of yours, or a text without personal data; kept for good',
      reasonText,
    )
    .option('--note <text>', withNote, reasonText)
    .option('--dry-run', 'print what would be done, change nothing')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(
        'restart ann@example.com --by carol',
        'restart ann@example.com --by carol --reason new_passport --dry-run',
      ),
    )
    .action((identity: string, flags: RestartFlags) => run(cli, identity, flags));
}
