import { hash, randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import type { TransactionLedger } from '../../../ledger/transactions/transaction-ledger.ts';
import { stateAsOf } from '../../../transactions/index.ts';
import { IDENTITY_ARGUMENT, identityOf, operatorName } from '../../arguments.ts';
import { examples } from '../../help.ts';
import { iso, json, pairs, section, table, time } from '../../output.ts';
import { type Cli, EXIT, Exit, usageError } from '../../terminal.ts';

interface Flags {
  readonly json?: boolean;
}

type StoredTransaction = NonNullable<Awaited<ReturnType<TransactionLedger['find']>>>;

type StoredAttempt = Awaited<ReturnType<TransactionLedger['attemptsOf']>>[number];

type StoredPayer = Awaited<ReturnType<TransactionLedger['payer']>>;

/** At most so many of a payer are listed, the newest. */
const MOST_LISTED = 50;

/** A transaction for scripts. Never amount, payee or address: they are the payer's. */
function facts(row: StoredTransaction, now: number) {
  return {
    transaction: row.id,
    client: row.clientId,
    payer: row.identityId,
    state: stateAsOf(row, now),
    reference: row.reference,
    created_at: iso(row.createdAt),
    expires_at: iso(row.expiresAt),
    approved_at: iso(row.approvedAt),
    consume_by: iso(row.consumeBy),
    consumed_at: iso(row.consumedAt),
    ended_at: iso(row.endedAt),
    session: row.sessionId,
    details_hash: row.detailsHash,
    jti: row.jti,
  };
}

function attemptFacts({ id, factor, state, startedAt, endedAt, checks }: StoredAttempt) {
  return { attempt: id, factor, state, checks, started_at: iso(startedAt), ended_at: iso(endedAt) };
}

function text(value: string | null): string | undefined {
  return value ?? undefined;
}

function timeOf(value: number | null): string | undefined {
  return value === null ? undefined : time(value);
}

async function show(cli: Cli, id: string, flags: Flags): Promise<void> {
  await cli.withService(async ({ ctx }) => {
    const { transactions } = ctx.ledger;
    const row = await transactions.find(id.toLowerCase());
    if (row === undefined) throw usageError('The ledger has no transaction of this id.');
    const [attempts, now] = [await transactions.attemptsOf(row.id), ctx.clock.now()];
    if (flags.json) {
      await cli.print(json({ ...facts(row, now), attempts: attempts.map(attemptFacts) }));
      return;
    }
    const shown = pairs(cli, {
      transaction: row.id,
      client: row.clientId,
      payer: row.identityId,
      state: stateAsOf(row, now),
      reference: text(row.reference),
      created: time(row.createdAt),
      expires: time(row.expiresAt),
      approved: timeOf(row.approvedAt),
      'consume by': timeOf(row.consumeBy),
      consumed: timeOf(row.consumedAt),
      session: text(row.sessionId),
      'authentication code': text(row.jti),
      'hash of the payment': row.detailsHash,
    });
    const rows = attempts.map((one) => [
      one.factor,
      one.state,
      time(one.startedAt),
      time(one.endedAt),
      `${one.checks}`,
    ]);
    const list = rows.length === 0 ? 'none\n' : table(cli, ['factor', 'state', 'started', 'ended', 'checks'], rows);
    await cli.print(shown + section(cli, 'Attempts', list));
  });
}

/** What shows later, without this service, that a passkey signed a payment. */
async function printEvidence(cli: Cli, argument: string): Promise<void> {
  await cli.withService(async ({ ctx }) => {
    const { transactions } = ctx.ledger;
    const row = await transactions.find(argument.toLowerCase());
    if (row === undefined) throw usageError('The ledger has no transaction of this id.');
    const { id, details, nonce } = row;
    const passed = (await transactions.attemptsOf(id)).find(({ state }) => state === 'passed');
    if (details === null || passed === undefined || passed.evidence === null)
      throw new Exit(EXIT.failed, 'There is none: no passkey approved it, or its retention is over.');
    const assertion: unknown = JSON.parse(passed.evidence);
    await cli.print(json({ id, details, nonce, assertion }));
    cli.printNote('It has amount and payee: give it only to whom the payment concerns.\n');
  });
}

function blockText(payer: StoredPayer, now: number): string {
  if ((payer?.blockedUntil ?? 0) > now) return `blocked until ${time(payer?.blockedUntil)}`;
  return `not blocked, ${payer?.blockedUntil == null ? (payer?.failures ?? 0) : 0} failure(s) in a row`;
}

async function list(cli: Cli, argument: string, flags: Flags): Promise<void> {
  await cli.withService(async ({ ctx }) => {
    const identity = await identityOf(cli, ctx, argument);
    const [rows, payer] = [
      await ctx.ledger.transactions.listOf(identity, MOST_LISTED),
      await ctx.ledger.transactions.payer(identity),
    ];
    const now = ctx.clock.now();
    if (flags.json) {
      const blockedUntil = (payer?.blockedUntil ?? 0) > now ? iso(payer?.blockedUntil ?? null) : null;
      const document = {
        payer: identity,
        blocked_until: blockedUntil,
        transactions: rows.map((row) => facts(row, now)),
      };
      await cli.print(json(document));
      return;
    }
    const lines = rows.map((row) => [
      row.id,
      row.clientId,
      stateAsOf(row, now),
      time(row.createdAt),
      time(row.expiresAt),
    ]);
    await cli.print(table(cli, ['transaction', 'client', 'state', 'created', 'expires'], lines));
    cli.printNote(`The payer is ${blockText(payer, now)}.\n`);
  });
}

async function unblock(cli: Cli, argument: string, { by }: { readonly by: string }): Promise<void> {
  await cli.withService(async ({ ctx }) => {
    const identity = await identityOf(cli, ctx, argument);
    if (!(await ctx.ledger.transactions.unblock(ctx.clock.now(), identity, by)))
      throw new Exit(EXIT.failed, 'The payer is not blocked: nothing was changed.');
    await cli.print(`${identity} is no longer blocked.\n`);
  });
}

/** Opens no ledger: the secret is for the operator to pass on, and its hash for the configuration. */
async function printClient(cli: Cli, flags: Flags): Promise<void> {
  const secret = randomBytes(32).toString('base64url');
  const secretHash = `sha256:${hash('sha256', secret, 'hex')}`;
  if (flags.json) await cli.print(json({ secret, secret_hash: secretHash }));
  else await cli.print(pairs(cli, { secret, secret_hashes: `[${secretHash}]` }));
  cli.printNote('The secret is stored nowhere: give it to the application, and put the hash into TRANSACTIONS.\n');
}

/** `transactions`: what an operator asks of payments that their payers approve (docs/payments.md). */
export function registerTransactions(program: Command, cli: Cli): void {
  const transactions = program.command('transactions').description('payments that are approved by the person who pays');
  transactions
    .command('show')
    .argument('<id>', 'the id of the transaction')
    .description('print a transaction and its attempts; never amount or payee')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('transactions show 0f0f5c1e-9f0a-4f0a-8f0a-0f0a0f0a0f0a'))
    .action((id: string, flags: Flags) => show(cli, id, flags));
  transactions
    .command('evidence')
    .argument('<id>', 'the id of the transaction')
    .description('print what proves that a passkey signed a payment, as JSON: with amount and payee')
    .addHelpText('after', examples('transactions evidence 0f0f5c1e-9f0a-4f0a-8f0a-0f0a0f0a0f0a > evidence.json'))
    .action((id: string) => printEvidence(cli, id));
  transactions
    .command('list')
    .argument('<identity>', IDENTITY_ARGUMENT)
    .description(`print the newest ${MOST_LISTED} of a payer, and whether the payer is blocked`)
    .option('--json', 'print JSON')
    .addHelpText('after', examples('transactions list ann@example.com'))
    .action((identity: string, flags: Flags) => list(cli, identity, flags));
  transactions
    .command('unblock')
    .argument('<identity>', IDENTITY_ARGUMENT)
    .description('lift the block of a payer, and begin the count of failures anew')
    .requiredOption('--by <name>', 'the operator who is responsible', operatorName)
    .addHelpText('after', examples('transactions unblock ann@example.com --by carol'))
    .action((identity: string, flags: { readonly by: string }) => unblock(cli, identity, flags));
  transactions
    .command('client')
    .description('make a secret for a client, and print it with its hash for TRANSACTIONS')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('transactions client --json'))
    .action((flags: Flags) => printClient(cli, flags));
}
