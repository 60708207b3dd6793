import type { UpstreamFacts } from '../../errors.ts';
import type { Started } from '../../jumio/types.ts';
import type { Change, Identity, IdentityRecord, LedgerEvent, Verification } from '../../model.ts';
import type { Context } from '../context.ts';
import { publishNow } from '../publication/index.ts';
import { findVerification, hasAgreed, jumioAttempts, updateIdentity, updateVerification } from '../record/index.ts';
import { factsOf, type Step, THROTTLED_MS } from '../step.ts';
import { backOff } from '../waiting.ts';
import { mintReference } from './reference.ts';
import { nextRead } from './schedule.ts';

const MINUTE_MS = 60_000;

const HOUR_MS = 60 * MINUTE_MS;

const DAY_MS = 24 * HOUR_MS;

/** Jumio has no idempotency key: so often a create call without a usable answer is repeated before it becomes hourly. */
const REPEATS = 3;

/** What a failed create call means: whose fault, and what follows. */
export type CreateFailure = 'retry' | 'unanswered' | 'refused' | 'stopped' | 'throttled' | 'account-gone';

/** A sentence per branch (docs/design.md#retries). `onAccount`: the call was a PUT on an existing account. */
export function classifyCreate(facts: UpstreamFacts, onAccount: boolean): CreateFailure {
  // No connection was made, so nothing can have been created.
  if (facts.failure === 'unreachable') return 'retry';
  // Credentials, permission or address are wrong for everybody.
  if (facts.operation === 'token') return facts.failure === 'status' && isOurFault(facts.status) ? 'stopped' : 'retry';
  // Sent, and no whole or usable answer: the execution may exist.
  if (facts.failure !== 'status' || facts.status === undefined || facts.status >= 500) return 'unanswered';
  if (facts.status === 429) return 'throttled';
  if (facts.status === 404) return onAccount ? 'account-gone' : 'stopped';
  return facts.status === 401 || facts.status === 403 ? 'stopped' : 'refused';
}

function isOurFault(status: number | undefined): boolean {
  return status !== undefined && status >= 400 && status < 500 && status !== 429;
}

function retryDue(failure: CreateFailure, attempts: number, terms: CreateInput): number {
  switch (failure) {
    case 'retry':
      return terms.now + backOff(attempts, terms.random);
    case 'unanswered':
      return terms.now + (attempts <= REPEATS ? backOff(attempts, terms.random) : HOUR_MS);
    case 'refused':
      return terms.now + DAY_MS;
    case 'stopped':
    case 'throttled':
    case 'account-gone':
      return terms.now;
    default:
      return failure satisfies never;
  }
}

/** The tries have become rare: it takes the person, or up to an hour, until there is a next one. */
export function isRarelyRetried({ attempts, createRefused }: Verification): boolean {
  return attempts > REPEATS && !createRefused;
}

/**
 * When an attempt is due whose person presses: at once where its tries have become rare, but a minute after one that may
 * have cost an execution; else as it was. A refused attempt is the operator's.
 */
export function retryCreateDue(row: Verification, now: number): number | null {
  const { readDue } = row;
  const comesSoon = readDue === null || readDue <= now + MINUTE_MS;
  return comesSoon || !isRarelyRetried(row) ? readDue : Math.max(now, readDue - HOUR_MS + MINUTE_MS);
}

const EVENT: Readonly<Partial<Record<CreateFailure, string>>> = {
  unanswered: 'orphan_possible',
  refused: 'create_refused',
  'account-gone': 'account_gone',
};

function words(facts: UpstreamFacts): string {
  return facts.status === undefined ? facts.failure : `${facts.failure} ${facts.status}`;
}

/** The try failed; the attempt stays requested and is due again. The first publication need not wait any longer. */
export function onCreateFailed(
  record: IdentityRecord,
  id: string,
  facts: UpstreamFacts,
  failure: CreateFailure,
  terms: CreateInput,
) {
  const row = findVerification(record, id);
  const counts = failure === 'retry' || failure === 'unanswered';
  const attempts = row.attempts + (counts ? 1 : 0);
  const patch: Partial<Verification> = {
    attempts,
    // Once known it stays known: the next try must not go back to the account that is gone.
    lastError: failure === 'account-gone' || row.lastError === 'account-gone' ? 'account-gone' : words(facts),
    // Another identity is the next to be tried: the fault may be this one's alone.
    createRefused: failure === 'refused' || failure === 'stopped' || row.createRefused,
    // Given up, or on hold since a refusal, while the call was under way: it is not tried again.
    readDue: row.readDue === null ? null : retryDue(failure, attempts, terms),
  };
  const kind = EVENT[failure];
  const events = kind === undefined ? [] : [{ kind, verificationId: id, detail: { seen: words(facts) } }];
  return { record: publishNow(updateVerification(record, id, patch), terms.now), events };
}

export interface CreateInput {
  readonly now: number;
  /** In [0, 1): the jitter. */
  readonly random: number;
  readonly linkLifetimeMs: number;
  readonly workflowKey: string;
  /** The version of the text that a person must have agreed to before traits go to Jumio; undefined: none ever do. */
  readonly preparesFor?: string | undefined;
}

/** The account of an earlier attempt, unless Jumio said that it is gone: further executions belong on it. */
export function accountOf(record: IdentityRecord, verification: Verification): string | undefined {
  if (verification.lastError === 'account-gone') return undefined;
  const earlier = jumioAttempts(record)
    .filter(({ accountId }) => accountId !== null)
    .at(-1);
  return earlier?.accountId ?? undefined;
}

/** Tokens of an execution that nobody can be led to are of no use, and would have no end to be deleted at. */
function secretsOf({ link, sdkToken, transactionToken }: Started): Partial<Verification> {
  if (link === undefined) return { link: null, sdkToken: null, transactionToken: null };
  return { link, sdkToken: sdkToken ?? null, transactionToken: transactionToken ?? null };
}

function startedRow(
  row: Verification,
  started: Started,
  identity: Identity,
  terms: CreateInput,
): Partial<Verification> {
  const linkEndsAt = started.link === undefined ? null : terms.now + terms.linkLifetimeMs;
  const readDue = nextRead({ ...row, linkEndsAt: terms.now + terms.linkLifetimeMs }, terms.now);
  return {
    state: 'started',
    accountId: started.accountId,
    executionId: started.executionId,
    definitionKey: terms.workflowKey,
    attempts: 0,
    lastError: null,
    createRefused: false,
    readDue,
    linkEndsAt,
    ...secretsOf(started),
    ...preparedOf(started, identity, terms),
  };
}

/** Traits are owed where the operator wants them sent and Jumio takes them; due once the person has agreed. */
function preparedOf(started: Started, identity: Identity, { now, preparesFor }: CreateInput): Partial<Verification> {
  const { link, transactionToken, prefillUrl } = started;
  const isTaken = link !== undefined && transactionToken !== undefined && prefillUrl !== undefined;
  if (preparesFor === undefined || !isTaken) return {};
  return { prefill: 'pending', prefillUrl, prefillTries: 0, prefillDue: hasAgreed(identity, preparesFor) ? now : null };
}

/** Jumio made the execution. Without a link the ids are kept all the same: the execution exists and was paid for. */
export function onCreated(record: IdentityRecord, id: string, started: Started, terms: CreateInput): Change {
  const row = findVerification(record, id);
  const detail = { account: started.accountId, execution: started.executionId };
  const events: LedgerEvent[] = [{ kind: 'started', verificationId: id, detail }];
  if (started.link === undefined) events.push({ kind: 'no_link', verificationId: id });
  const isForeign = terms.preparesFor !== undefined && started.foreignPreparedUrl === true;
  if (isForeign) events.push({ kind: 'prepared_url_refused', verificationId: id });
  const patched = updateVerification(record, id, startedRow(row, started, record.identity, terms));
  return { record: updateIdentity(patched, { priority: false }), events };
}

function createInputOf(ctx: Context): CreateInput {
  const { linkLifetimeMs, workflowKey } = ctx;
  const preparesFor = ctx.prefill === undefined ? undefined : ctx.consentVersion;
  return { now: ctx.clock.now(), random: ctx.random(), linkLifetimeMs, workflowKey, preparesFor };
}

async function createFailed(ctx: Context, failure: CreateFailure, facts: UpstreamFacts, isNew: boolean): Promise<void> {
  const now = ctx.clock.now();
  const seen = `Jumio answers ${facts.status ?? facts.failure} to the ${facts.operation} call`;
  if (failure === 'throttled') await ctx.ledger.budgets.pause('account', now, facts.retryAfter ?? THROTTLED_MS);
  if (failure === 'stopped') await ctx.ledger.budgets.stop(`${seen}: check credentials, permission and base URL`, now);
  if (failure === 'refused') await ctx.ledger.budgets.refused(`${seen}: check JUMIO_WORKFLOW_KEY and URLs`, now, isNew);
}

export async function createExecution(ctx: Context, step: Step, row: Verification): Promise<void> {
  if (!step.mayCall()) return;
  const accountId = accountOf(step.claim.record, row);
  const reference = mintReference(ctx.ledger.referenceKey, row.id);
  const locale = step.claim.record.identity.locale ?? undefined;
  const start = { identityId: step.identityId, reference, locale, ...(accountId === undefined ? {} : { accountId }) };
  try {
    const started = await ctx.jumio.create(start);
    const mine = await keepExecution(ctx, step, row, started);
    if (!mine) return await noteOrphan(ctx, row, started.executionId);
    if (started.link !== undefined) return await ctx.ledger.budgets.cleared(ctx.clock.now());
    const reason = 'Jumio gave no web.href: set a domain prefix in the Jumio portal';
    await ctx.ledger.budgets.stop(reason, ctx.clock.now());
  } catch (error) {
    const facts = factsOf(error);
    const failure = classifyCreate(facts, accountId !== undefined);
    ctx.log.warn({ identity: step.identityId, upstream: facts }, `could not create the verification: ${failure}`);
    await step.write((record) => onCreateFailed(record, row.id, facts, failure, createInputOf(ctx)));
    await createFailed(ctx, failure, facts, !row.createRefused);
  }
}

/** Whether it is kept; where the ledger refuses for as long as the lease lasts, the log is the only place left. */
async function keepExecution(ctx: Context, step: Step, row: Verification, started: Started): Promise<boolean> {
  try {
    return await step.write((record) => onCreated(record, row.id, started, createInputOf(ctx)));
  } catch (error) {
    const { identityId: identity } = step;
    ctx.log.error({ identity, execution: started.executionId }, 'an execution was created and could not be kept');
    throw error;
  }
}

/** The answer came after the lease had ended: an execution that nobody will ever get the link of. */
async function noteOrphan(ctx: Context, row: Verification, execution: string): Promise<void> {
  await ctx.ledger.note(ctx.clock.now(), { kind: 'orphan', verificationId: row.id, detail: { execution } });
}
