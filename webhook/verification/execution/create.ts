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

/** Repeats of a create call without a usable answer, before it is repeated hourly: each may cost an orphan execution. */
const MAX_QUICK_REPEATS = 3;

/**
 * The meaning of a failed create call. `retry`: nothing was created. `unanswered`: an execution may exist. `refused`: Jumio refuses
 * this identity. `stopped`: Jumio refuses every call. `throttled`: 429. `account-gone`: the account is gone at Jumio.
 */
export type CreateFailure = 'retry' | 'unanswered' | 'refused' | 'stopped' | 'throttled' | 'account-gone';

/** Classifies a failed create call (docs/design.md#retries). `onAccount`: the call was a PUT on an existing account. */
export function classifyCreate(facts: UpstreamFacts, onAccount: boolean): CreateFailure {
  // No connection was made, so nothing can have been created.
  if (facts.failure === 'unreachable') return 'retry';
  // Wrong credentials, a missing permission or a wrong base URL affect every identity.
  if (facts.operation === 'token')
    return facts.failure === 'status' && isClientError(facts.status) ? 'stopped' : 'retry';
  // The request was sent and has no usable answer: the execution may exist.
  if (facts.failure !== 'status' || facts.status === undefined || facts.status >= 500) return 'unanswered';
  if (facts.status === 429) return 'throttled';
  if (facts.status === 404) return onAccount ? 'account-gone' : 'stopped';
  return facts.status === 401 || facts.status === 403 ? 'stopped' : 'refused';
}

function isClientError(status: number | undefined): boolean {
  return status !== undefined && status >= 400 && status < 500 && status !== 429;
}

function retryDue(failure: CreateFailure, attempts: number, input: CreateInput): number {
  switch (failure) {
    case 'retry':
      return input.now + backOff(attempts, input.random);
    case 'unanswered':
      return input.now + (attempts <= MAX_QUICK_REPEATS ? backOff(attempts, input.random) : HOUR_MS);
    case 'refused':
      return input.now + DAY_MS;
    case 'stopped':
    case 'throttled':
    case 'account-gone':
      return input.now;
    default:
      return failure satisfies never;
  }
}

/** Whether the create call failed so often that its next repeat may be an hour away, unless the person presses the button. */
export function isRarelyRetried({ attempts, createRefused }: Verification): boolean {
  return attempts > MAX_QUICK_REPEATS && !createRefused;
}

/**
 * Returns when the create call is due after the person presses the button, in epoch milliseconds; null: it is not due. A rarely
 * retried one is due at once, but not within a minute of the last try, which may have cost an execution. Any other is due
 * as before: a refused one waits for the operator.
 */
export function retryCreateDue(row: Verification, now: number): number | null {
  const { readDue } = row;
  const isSoon = readDue === null || readDue <= now + MINUTE_MS;
  return isSoon || !isRarelyRetried(row) ? readDue : Math.max(now, readDue - HOUR_MS + MINUTE_MS);
}

const EVENT_KINDS: Readonly<Partial<Record<CreateFailure, string>>> = {
  unanswered: 'orphan_possible',
  refused: 'create_refused',
  'account-gone': 'account_gone',
};

function describeFailure(facts: UpstreamFacts): string {
  return facts.status === undefined ? facts.failure : `${facts.failure} ${facts.status}`;
}

/** Makes a failed create call due again; the attempt stays `requested`. Ends the wait of the first publication. */
export function onCreateFailed(
  record: IdentityRecord,
  id: string,
  facts: UpstreamFacts,
  failure: CreateFailure,
  input: CreateInput,
) {
  const row = findVerification(record, id);
  const isCounted = failure === 'retry' || failure === 'unanswered';
  const attempts = row.attempts + (isCounted ? 1 : 0);
  const patch: Partial<Verification> = {
    attempts,
    // Kept until the creation: a later try must not use the missing account again.
    lastError: failure === 'account-gone' || row.lastError === 'account-gone' ? 'account-gone' : describeFailure(facts),
    // While creation is paused, the next try is another identity's: the cause may lie with this one.
    createRefused: failure === 'refused' || failure === 'stopped' || row.createRefused,
    // Null: the attempt was cancelled or put on hold during the call.
    readDue: row.readDue === null ? null : retryDue(failure, attempts, input),
  };
  const kind = EVENT_KINDS[failure];
  const events = kind === undefined ? [] : [{ kind, verificationId: id, detail: { seen: describeFailure(facts) } }];
  return { record: publishNow(updateVerification(record, id, patch), input.now), events };
}

/** The input of the changes that follow a create call. */
export interface CreateInput {
  /** Epoch milliseconds. */
  readonly now: number;
  /** In [0, 1): the jitter. */
  readonly random: number;
  readonly linkLifetimeMs: number;
  readonly workflowKey: string;
  /** The consent version to which a person must have agreed before traits are sent to Jumio; undefined: none are sent. */
  readonly prefillConsent?: string | undefined;
}

/** Returns the account of the last attempt that has one, for a further execution on it; undefined: there is none, or it is gone at Jumio. */
export function accountOf(record: IdentityRecord, verification: Verification): string | undefined {
  if (verification.lastError === 'account-gone') return undefined;
  const earlier = jumioAttempts(record)
    .filter(({ accountId }) => accountId !== null)
    .at(-1);
  return earlier?.accountId ?? undefined;
}

/** Without a link the tokens are useless, and would have no end at which to delete them. */
function secretsOf({ link, sdkToken, transactionToken }: Started): Partial<Verification> {
  if (link === undefined) return { link: null, sdkToken: null, transactionToken: null };
  return { link, sdkToken: sdkToken ?? null, transactionToken: transactionToken ?? null };
}

function startedPatch(
  row: Verification,
  started: Started,
  identity: Identity,
  input: CreateInput,
): Partial<Verification> {
  const linkEndsAt = started.link === undefined ? null : input.now + input.linkLifetimeMs;
  const readDue = nextRead({ ...row, linkEndsAt: input.now + input.linkLifetimeMs }, input.now);
  return {
    state: 'started',
    accountId: started.accountId,
    executionId: started.executionId,
    definitionKey: input.workflowKey,
    attempts: 0,
    lastError: null,
    createRefused: false,
    readDue,
    linkEndsAt,
    ...secretsOf(started),
    ...prefillPatch(started, identity, input),
  };
}

/** Traits are pending where the operator configures them and Jumio takes them, and due once the person has agreed. */
function prefillPatch(
  started: Started,
  identity: Identity,
  { now, prefillConsent }: CreateInput,
): Partial<Verification> {
  const { link, transactionToken, prefillUrl } = started;
  const isTaken = link !== undefined && transactionToken !== undefined && prefillUrl !== undefined;
  if (prefillConsent === undefined || !isTaken) return {};
  return {
    prefill: 'pending',
    prefillUrl,
    prefillTries: 0,
    prefillDue: hasAgreed(identity, prefillConsent) ? now : null,
  };
}

/**
 * Stores the ids of an execution whose attempt was cancelled during the call: an operator or an eID has decided meanwhile, or
 * the identity was erased. No person gets its link, and the attempt stays ended.
 */
function onCreatedTooLate(record: IdentityRecord, row: Verification, started: Started, workflowKey: string): Change {
  const { accountId, executionId } = started;
  const events = [{ kind: 'orphan', verificationId: row.id, detail: { execution: executionId } }];
  return { record: updateVerification(record, row.id, { accountId, executionId, definitionKey: workflowKey }), events };
}

/** Stores an execution that Jumio created. Without a link the ids are stored too: the execution exists and was paid for. */
export function onCreated(record: IdentityRecord, id: string, started: Started, input: CreateInput): Change {
  const row = findVerification(record, id);
  if (row.state !== 'requested') return onCreatedTooLate(record, row, started, input.workflowKey);
  const detail = { account: started.accountId, execution: started.executionId };
  const events: LedgerEvent[] = [{ kind: 'started', verificationId: id, detail }];
  if (started.link === undefined) events.push({ kind: 'no_link', verificationId: id });
  const isForeign = input.prefillConsent !== undefined && started.foreignPreparedUrl === true;
  if (isForeign) events.push({ kind: 'prepared_url_refused', verificationId: id });
  const patched = updateVerification(record, id, startedPatch(row, started, record.identity, input));
  return { record: updateIdentity(patched, { priority: false }), events };
}

function createInputOf(ctx: Context): CreateInput {
  const { linkLifetimeMs, workflowKey } = ctx;
  const prefillConsent = ctx.prefill === undefined ? undefined : ctx.consentVersion;
  return { now: ctx.clock.now(), random: ctx.random(), linkLifetimeMs, workflowKey, prefillConsent };
}

async function pauseCreation(
  ctx: Context,
  failure: CreateFailure,
  facts: UpstreamFacts,
  isFirstRefusal: boolean,
): Promise<void> {
  const now = ctx.clock.now();
  const seen = `Jumio answers ${facts.status ?? facts.failure} to the ${facts.operation} call`;
  if (failure === 'throttled') await ctx.ledger.budgets.pause('account', now, facts.retryAfter ?? THROTTLED_MS);
  if (failure === 'stopped') await ctx.ledger.budgets.stop(`${seen}: check credentials, permission and base URL`, now);
  if (failure === 'refused')
    await ctx.ledger.budgets.refused(`${seen}: check JUMIO_WORKFLOW_KEY and URLs`, now, isFirstRefusal);
}

/**
 * Creates the execution of a requested attempt at Jumio. A failure makes it due again, and pauses creation as a whole where
 * it concerns every identity (docs/design.md#retries).
 */
export async function createExecution(ctx: Context, step: Step, row: Verification): Promise<void> {
  if (!step.mayCall()) return;
  const accountId = accountOf(step.claim.record, row);
  const { references } = await ctx.ledger.keys.ring(ctx.clock.now());
  const reference = mintReference(references.signing, row.id);
  const locale = step.claim.record.identity.locale ?? undefined;
  const start = { identityId: step.identityId, reference, locale, ...(accountId === undefined ? {} : { accountId }) };
  try {
    const started = await ctx.jumio.create(start);
    const isSaved = await saveExecution(ctx, step, row, started);
    if (!isSaved) return await noteOrphan(ctx, row, started.executionId);
    if (findVerification(step.current(), row.id).state === 'started') ctx.observer?.started();
    if (started.link !== undefined) return await ctx.ledger.budgets.cleared(ctx.clock.now());
    const reason = 'Jumio gave no web.href: set a domain prefix in the Jumio portal';
    await ctx.ledger.budgets.stop(reason, ctx.clock.now());
  } catch (error) {
    const facts = factsOf(error);
    const failure = classifyCreate(facts, accountId !== undefined);
    ctx.log.warn({ identity: step.identityId, upstream: facts }, `could not create the execution: ${failure}`);
    await step.write((record) => onCreateFailed(record, row.id, facts, failure, createInputOf(ctx)));
    await pauseCreation(ctx, failure, facts, !row.createRefused);
  }
}

/** False: the lease was lost. If the ledger stays unavailable until the lease ends, only the log has the execution's id. */
async function saveExecution(ctx: Context, step: Step, row: Verification, started: Started): Promise<boolean> {
  try {
    return await step.write((record) => onCreated(record, row.id, started, createInputOf(ctx)));
  } catch (error) {
    const { identityId: identity } = step;
    ctx.log.error({ identity, execution: started.executionId }, 'could not save an execution that Jumio created');
    throw error;
  }
}

/** The answer arrived after the end of the lease: no person will get the link of this execution. */
async function noteOrphan(ctx: Context, row: Verification, execution: string): Promise<void> {
  await ctx.ledger.note(ctx.clock.now(), { kind: 'orphan', verificationId: row.id, detail: { execution } });
}
