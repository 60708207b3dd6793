import type { Command } from 'commander';
import type { Dependencies } from '../../dependencies.ts';
import type { IdentityRecord } from '../../model.ts';
import { actOn, grantAttempt } from '../../verification/operator/index.ts';
import { issueLink, linkUrl } from '../../verification/person/index.ts';
import { standingOf } from '../../verification/record/index.ts';
import { identityOf, operatorName, reasonText, unknown } from '../arguments.ts';
import { type Line, print } from '../output.ts';
import { type Cli, refuse } from '../terminal.ts';

interface Options extends Line {
  readonly by: string;
  readonly reason?: string;
}

const LIFETIME_MS = 7 * 86_400_000;

/** A rejected person cannot sign in: this address is their way in. A newer one replaces it. */
async function addressFor({ ctx, config }: Dependencies, identityId: string): Promise<string | undefined> {
  if (config.PUBLIC_URL === undefined || config.KRATOS_PUBLIC_URL === undefined) return undefined;
  const person = { identityId, inherited: null };
  const issue = { purpose: 'restart', lifetimeMs: LIFETIME_MS, replaces: identityId } as const;
  return linkUrl(config.PUBLIC_URL, await issueLink(ctx, person, issue));
}

const FOR_NOTHING =
  'They were rejected by the operator: whatever Jumio says, that ends by `override --approve` only. The attempt costs ' +
  'what every attempt costs.\n';

function isForNothing(record: IdentityRecord): boolean {
  const standing = standingOf(record);
  return standing?.by?.source === 'operator' && standing.status === 'rejected';
}

async function run(cli: Cli, named: string, options: Options): Promise<void> {
  const { by, reason = null, dryRun = false } = options;
  await cli.withService(async (service) => {
    const { ctx } = service;
    const identityId = await identityOf(ctx, named);
    const done = await actOn(ctx, {
      identityId,
      dryRun,
      decide: (record, now) => {
        if (record.identity.erasedAt !== null) throw refuse(`${identityId} was erased: nothing is started for it.`);
        return grantAttempt(record, by, reason, now);
      },
    });
    if (done === undefined) throw unknown(identityId);
    const address = dryRun ? undefined : await addressFor(service, identityId);
    const endsAt = new Date(ctx.clock.now() + LIFETIME_MS).toISOString();
    const more = address === undefined ? {} : { address, address_ends_at: endsAt };
    if (isForNothing(done.record)) cli.say(FOR_NOTHING);
    await print(cli, options, done, `One more attempt is granted to ${identityId}; it is made when they go on.`, more);
    if (options.json || dryRun) return;
    if (address === undefined)
      cli.say('There are no pages to send them to: PUBLIC_URL and KRATOS_PUBLIC_URL are not set.\n');
    else
      await cli.print(
        `Send them this address. It is good once, until ${endsAt}, and lets whoever has it in:\n${address}\n`,
      );
  });
}

/** `restart`: one more attempt, and the way to it. */
export function registerRestart(program: Command, cli: Cli): void {
  program
    .command('restart')
    .description(
      'grant one more attempt whatever the standing and the limits say, and print a one-time address to send',
    )
    .argument('<identity>', 'its id, or the e-mail address it signs in with')
    .requiredOption('--by <name>', 'who answers for it', operatorName)
    .option('--reason <words>', 'a key of yours or words without personal data; kept for good', reasonText)
    .option('--dry-run', 'only say what would be')
    .option('--json', 'for scripts')
    .action((named: string, options: Options) => run(cli, named, options));
}
