import type { Command } from 'commander';
import type { Context } from '../../verification/context.ts';
import { actOn, erase } from '../../verification/operator/index.ts';
import { confirm, IDENTITY_ARGUMENT, identityOf, operatorName, unknownIdentity } from '../arguments.ts';
import { examples } from '../help.ts';
import { type ActFlags, json, printResult } from '../output.ts';
import { retryWhileBusy } from '../service.ts';
import type { Cli } from '../terminal.ts';

interface EraseFlags extends ActFlags {
  readonly by: string;
  readonly yes?: boolean;
  readonly withApprovals?: boolean;
}

const QUESTION = 'will be erased: at Jumio, in Kratos’ metadata, and here except its standing. This cannot be undone.';

/** What Kratos keeps of an erased identity: none of it is this service's. A member of the published JSON. */
const STAYS = ['identity', 'traits', 'credentials', 'sessions'] as const;

const HOW_TO_DELETE =
  'The ID token of an eID is among the credentials. Where they shall go too, delete the identity in Kratos, after this command.';

/** Clears the payments of the person, or says what would be cleared. */
function erasePayments(ctx: Context, identityId: string, { dryRun = false, withApprovals = false }: EraseFlags) {
  const { transactions } = ctx.ledger;
  return dryRun
    ? transactions.previewErasure(identityId, withApprovals)
    : retryWhileBusy(() => transactions.erasePayer(ctx.clock.now(), identityId, withApprovals));
}

function paymentsText({ cleared, kept }: { readonly cleared: number; readonly kept: number }): string {
  const stay = kept === 0 ? '' : `; ${kept} that were paid are kept until their retention ends (--with-approvals)`;
  return cleared + kept === 0 ? '' : ` Of its payments ${cleared} are cleared${stay}.`;
}

async function run(cli: Cli, identity: string, flags: EraseFlags): Promise<void> {
  const { by, yes = false, dryRun = false } = flags;
  await cli.withService(async ({ ctx }) => {
    const identityId = await identityOf(cli, ctx, identity);
    if (!dryRun) await confirm(cli, identityId, `${identityId} ${QUESTION}`, yes);
    const result = await actOn(ctx, { identityId, dryRun, decide: (record, now) => erase(record, by, now) });
    // Also where Kratos no longer knows the person: a payer need not have met a hook.
    const payments = await erasePayments(ctx, identityId, flags);
    if (result === undefined) {
      if (payments.cleared + payments.kept === 0) throw unknownIdentity(identityId);
      await cli.print(
        flags.json
          ? json({ identity: identityId, dry_run: dryRun, payments })
          : `${identityId} is unknown.${paymentsText(payments)}\n`,
      );
      return;
    }
    const accounts = new Set(result.record.verifications.map(({ accountId }) => accountId).filter((id) => id !== null));
    const stays = result.record.identity.deletedInKratos ? [] : STAYS;
    const sentence = `${identityId} is erased here; the service deletes ${accounts.size} account(s) at Jumio and our metadata in Kratos.${paymentsText(payments)}`;
    await printResult(cli, flags, result, sentence, {
      accounts_to_delete: accounts.size,
      stays_in_kratos: stays,
      payments,
    });
    if (!flags.json && stays.length > 0) await cli.print(`Kratos keeps its ${stays.join(', ')}. ${HOW_TO_DELETE}\n`);
  });
}

/** `erase`: deletes what is stored about a person. May be repeated. */
export function registerErase(program: Command, cli: Cli): void {
  program
    .command('erase')
    .description('delete the person at Jumio and our metadata in Kratos; a tombstone with the standing stays')
    .argument('<identity>', IDENTITY_ARGUMENT)
    .requiredOption('--by <name>', 'the operator who is responsible', operatorName)
    .option('--with-approvals', 'clear payments that were consumed, too: nothing proves them then')
    .option('--yes', 'do not ask for confirmation')
    .option('--dry-run', 'print what would be done, change nothing')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(
        'erase ann@example.com --by carol --dry-run',
        'erase 9f425a8d-7efc-4768-8f23-7647a74fdf13 --by carol --yes',
      ),
    )
    .action((identity: string, flags: EraseFlags) => run(cli, identity, flags));
}
