import type { UpstreamFacts } from '../../errors.ts';
import type { JumioResult } from '../../jumio/result.ts';
import type { Change, IdentityRecord, LedgerEvent, Verification } from '../../model.ts';
import type { Context } from '../context.ts';
import { findVerification } from '../record/index.ts';
import { factsOf, type Step, THROTTLED_MS } from '../step.ts';
import { backOff } from '../waiting.ts';
import { deleteAccount } from './delete.ts';
import {
  isGivenUp,
  NO_FAILURE,
  onDecided,
  onEnded,
  onProgress,
  onUnknown,
  outcomeOf,
  outcomeOfStatus,
  type ReadInput,
  withRead,
} from './outcome.ts';
import { mintReference } from './reference.ts';
import { isTerminal } from './schedule.ts';

const HOUR_MS = 3_600_000;

/** Whether one of the two calls answered 404, and the other is still to be made. */
function hasOtherCallLeft({ notFound }: Verification): boolean {
  return notFound === 'one' || notFound === 'both-and-one';
}

/** Whether the next read is of the details, not of the status: where an end is claimed or known. After a 404 it is the other call. */
export function needsDetails(verification: Verification): boolean {
  const hasEnded = isTerminal(verification.claimedStatus) || verification.jumioStatus === 'PROCESSED';
  return hasOtherCallLeft(verification) ? !hasEnded : hasEnded;
}

/** Applies a status. An expired execution needs no details; those of a processed one are due at once. */
export function onStatus(record: IdentityRecord, input: ReadInput, status: string): Change {
  const outcome = outcomeOfStatus(status);
  switch (outcome.kind) {
    case 'expired':
      return onEnded(record, input, outcome.status, 'expired');
    case 'progress':
      return outcome.status === 'PROCESSED' ? onProcessed(record, input) : onProgress(record, input, outcome.status);
    case 'unknown':
      return onUnknown(record, input, outcome.value);
    case 'decided':
      throw new Error('a status without details has no decision');
    default:
      return outcome satisfies never;
  }
}

/** Makes the details due at once; after a back-off where they answered 404 already, because they lag behind the status. */
function onProcessed(record: IdentityRecord, input: ReadInput): Change {
  const row = findVerification(record, input.verificationId);
  const isLagging = hasOtherCallLeft(row);
  const patch: Partial<Verification> = isLagging ? { notFound: 'none' } : NO_FAILURE;
  const next = isLagging ? input.now + backOff(row.attempts, input.random) : input.now;
  return { record: withRead(record, input, { ...patch, jumioStatus: 'PROCESSED' }, next) };
}

function isOurs(row: Verification, input: ReadInput, result: JumioResult): boolean {
  return (
    result.accountId === row.accountId &&
    result.executionId === row.executionId &&
    result.definitionKey === row.definitionKey &&
    result.userReference !== undefined &&
    input.references.includes(result.userReference) &&
    result.customerInternalReference === row.identityId
  );
}

function onForeignResult(record: IdentityRecord, input: ReadInput): Change {
  if (isGivenUp(findVerification(record, input.verificationId), input.now))
    return onEnded(record, input, null, 'gave_up');
  const once = `foreign:${input.verificationId}:${Math.floor(input.now / HOUR_MS)}`;
  const events: LedgerEvent[] = [{ kind: 'foreign_result', verificationId: input.verificationId, once }];
  const next = input.now + HOUR_MS;
  return { record: withRead(record, input, { lastError: 'foreign-result', renewalRequested: false }, next), events };
}

/** Applies the details. They count only where all ids are the row's (docs/design.md#reading-jumio). */
export function onDetails(record: IdentityRecord, input: ReadInput, result: JumioResult): Change {
  if (!isOurs(findVerification(record, input.verificationId), input, result)) return onForeignResult(record, input);
  const outcome = outcomeOf(result);
  switch (outcome.kind) {
    case 'decided':
      return onDecided(record, input, result, outcome);
    case 'expired':
      return onEnded(record, input, outcome.status, 'expired');
    case 'progress':
      return onProgress(record, input, outcome.status);
    case 'unknown':
      return onUnknown(record, input, outcome.value);
    default:
      return outcome satisfies never;
  }
}

/** The count of 404s after one more, past the link's end. */
const NEXT_NOT_FOUND = { none: 'one', one: 'both', both: 'both-and-one', 'both-and-one': 'vanished' } as const;

/** Ends an attempt as vanished when both calls answer 404, twice, an hour apart, past the link's end (docs/design.md#starting-a-verification). */
function onNotFound(record: IdentityRecord, input: ReadInput): Change {
  const row = findVerification(record, input.verificationId);
  const isPast = (row.linkEndsAt ?? row.requestedAt) < input.now;
  const isOtherCall = hasOtherCallLeft(row);
  const next = isPast ? NEXT_NOT_FOUND[row.notFound] : isOtherCall ? 'none' : 'one';
  if (next === 'vanished') return onEnded(record, input, null, 'vanished');
  const attempts = row.attempts + 1;
  const due = isOtherCall ? input.now + (isPast ? HOUR_MS : backOff(attempts, input.random)) : input.now;
  return { record: withRead(record, input, { attempts, notFound: next, lastError: 'status 404' }, due) };
}

/** Makes a failed read due again after a back-off. Repeated 404s end the attempt, and so do 30 unreadable days past the link's end. */
export function onReadFailed(record: IdentityRecord, input: ReadInput, facts: UpstreamFacts): Change {
  const row = findVerification(record, input.verificationId);
  if (isGivenUp(row, input.now)) return onEnded(record, input, null, 'gave_up');
  if (facts.failure === 'status' && facts.status === 404 && facts.operation !== 'token')
    return onNotFound(record, input);
  const isThrottled = facts.status === 429;
  const attempts = row.attempts + (isThrottled ? 0 : 1);
  const next = isThrottled ? input.now : input.now + backOff(attempts, input.random);
  const lastError = [facts.failure, facts.status].filter((part) => part !== undefined).join(' ');
  return { record: withRead(record, input, { attempts, lastError }, next) };
}

async function readInputs(ctx: Context, step: Step, row: Verification): Promise<() => ReadInput> {
  const { references } = await ctx.ledger.keys.ring(ctx.clock.now());
  const known = references.all.map((key) => mintReference(key, row.id));
  return () => readInputOf(ctx, step, row, known);
}

function readInputOf(ctx: Context, step: Step, row: Verification, references: readonly string[]): ReadInput {
  return {
    verificationId: row.id,
    readRequests: step.claim.record.identity.readRequests,
    now: ctx.clock.now(),
    random: ctx.random(),
    references,
    newId: ctx.newId,
    policy: ctx.policy,
  };
}

/** Reads an execution at Jumio: its status or its details. Deletes the account of an erased identity instead. */
export async function readExecution(ctx: Context, step: Step, row: Verification): Promise<void> {
  if (step.claim.record.identity.erasedAt !== null) return deleteAccount(ctx, step, row);
  if (!step.mayCall() || row.accountId === null || row.executionId === null) return;
  const ids = { accountId: row.accountId, executionId: row.executionId };
  const inputNow = await readInputs(ctx, step, row);
  try {
    if (needsDetails(row)) {
      const result = await ctx.jumio.details(ids);
      await step.write((record) => onDetails(record, inputNow(), result));
    } else {
      const status = await ctx.jumio.status(ids);
      await step.write((record) => onStatus(record, inputNow(), status));
    }
  } catch (error) {
    const facts = factsOf(error);
    ctx.log.warn({ identity: step.identityId, upstream: facts }, 'could not read the execution at Jumio');
    const now = ctx.clock.now();
    if (facts.status === 429) await ctx.ledger.budgets.pause('retrieval', now, facts.retryAfter ?? THROTTLED_MS);
    await step.write((record) => onReadFailed(record, inputNow(), facts));
  }
}
