import type { UpstreamFacts } from '../../errors.ts';
import type { JumioResult } from '../../jumio/result.ts';
import type { Change, IdentityRecord, LedgerEvent, Verification } from '../../model.ts';
import type { Context } from '../context.ts';
import { findVerification } from '../record/index.ts';
import { factsOf, type Step, THROTTLED_MS } from '../step.ts';
import { backOff } from '../waiting.ts';
import { deleteAccount } from './delete.ts';
import {
  decided,
  ended,
  isGivenUp,
  outcomeOf,
  progressed,
  READ_WELL,
  type ReadInput,
  readStatus,
  unknown,
  withRead,
} from './outcome.ts';
import { mintReference } from './reference.ts';
import { isTerminal } from './schedule.ts';

const HOUR_MS = 3_600_000;

/** Whether one of the two calls answered 404, and the other is to be asked. */
function hasOtherCallLeft({ notFound }: Verification): boolean {
  return notFound === 'one' || notFound === 'both-and-one';
}

/** A timer asks for the status first; where the end is claimed or known, the details are asked for at once. */
export function wantsDetails(verification: Verification): boolean {
  const ended = isTerminal(verification.claimedStatus) || verification.jumioStatus === 'PROCESSED';
  return hasOtherCallLeft(verification) ? !ended : ended;
}

/** The status call answered. Ends without a result need no details; a processed one is due for them at once. */
export function onStatus(record: IdentityRecord, look: ReadInput, word: string): Change {
  const read = readStatus(word);
  switch (read.kind) {
    case 'expired':
      return ended(record, look, read.status, 'expired');
    case 'progress':
      return read.status === 'PROCESSED' ? processed(record, look) : progressed(record, look, read.status);
    case 'unknown':
      return unknown(record, look, read.word);
    case 'decided':
      throw new Error('a status alone decides nothing');
    default:
      return read satisfies never;
  }
}

/** Jumio is done: the details are due at once; or after a pause where they were asked for already and lag behind. */
function processed(record: IdentityRecord, look: ReadInput): Change {
  const row = findVerification(record, look.verificationId);
  const isLagging = hasOtherCallLeft(row);
  const seen: Partial<Verification> = isLagging ? { notFound: 'none' } : READ_WELL;
  const next = isLagging ? look.now + backOff(row.attempts, look.random) : look.now;
  return { record: withRead(record, look, { ...seen, jumioStatus: 'PROCESSED' }, next) };
}

function isOurs(row: Verification, look: ReadInput, result: JumioResult): boolean {
  return (
    result.accountId === row.accountId &&
    result.executionId === row.executionId &&
    result.definitionKey === row.definitionKey &&
    result.userReference === look.reference &&
    result.customerInternalReference === row.identityId
  );
}

function foreign(record: IdentityRecord, look: ReadInput): Change {
  if (isGivenUp(findVerification(record, look.verificationId), look.now)) return ended(record, look, null, 'gave_up');
  const once = `foreign:${look.verificationId}:${Math.floor(look.now / HOUR_MS)}`;
  const events: LedgerEvent[] = [{ kind: 'foreign_result', verificationId: look.verificationId, once }];
  const next = look.now + HOUR_MS;
  return { record: withRead(record, look, { lastError: 'foreign-result', renewalRequested: false }, next), events };
}

/** The details answered. They count only where they are wholly the row's (docs/design.md#reading-jumio). */
export function onDetails(record: IdentityRecord, look: ReadInput, result: JumioResult): Change {
  if (!isOurs(findVerification(record, look.verificationId), look, result)) return foreign(record, look);
  const decision = outcomeOf(result);
  switch (decision.kind) {
    case 'decided':
      return decided(record, look, result, decision);
    case 'expired':
      return ended(record, look, decision.status, 'expired');
    case 'progress':
      return progressed(record, look, decision.status);
    case 'unknown':
      return unknown(record, look, decision.word);
    default:
      return decision satisfies never;
  }
}

/** What another 404 makes of those before it, past the link's end. */
const NEXT_NOT_FOUND = { none: 'one', one: 'both', both: 'both-and-one', 'both-and-one': 'vanished' } as const;

/** Both calls answer 404, twice, an hour apart, past the link's end: there is nothing to wait for (docs/design.md#starting-a-verification). */
function notFound(record: IdentityRecord, look: ReadInput): Change {
  const row = findVerification(record, look.verificationId);
  const past = (row.linkEndsAt ?? row.requestedAt) < look.now;
  const isHalf = hasOtherCallLeft(row);
  const next = past ? NEXT_NOT_FOUND[row.notFound] : isHalf ? 'none' : 'one';
  if (next === 'vanished') return ended(record, look, null, 'vanished');
  const attempts = row.attempts + 1;
  const due = isHalf ? look.now + (past ? HOUR_MS : backOff(attempts, look.random)) : look.now;
  return { record: withRead(record, look, { attempts, notFound: next, lastError: 'status 404' }, due) };
}

/** No usable answer: nothing is known, so nothing changes but the time of the next look. */
export function onReadFailed(record: IdentityRecord, look: ReadInput, facts: UpstreamFacts): Change {
  const row = findVerification(record, look.verificationId);
  if (isGivenUp(row, look.now)) return ended(record, look, null, 'gave_up');
  if (facts.failure === 'status' && facts.status === 404 && facts.operation !== 'token') return notFound(record, look);
  const throttled = facts.status === 429;
  const attempts = row.attempts + (throttled ? 0 : 1);
  const next = throttled ? look.now : look.now + backOff(attempts, look.random);
  const lastError = [facts.failure, facts.status].filter((part) => part !== undefined).join(' ');
  return { record: withRead(record, look, { attempts, lastError }, next) };
}

function readInputOf(ctx: Context, step: Step, row: Verification): ReadInput {
  return {
    verificationId: row.id,
    readRequests: step.claim.record.identity.readRequests,
    now: ctx.clock.now(),
    random: ctx.random(),
    reference: mintReference(ctx.ledger.referenceKey, row.id),
    newId: ctx.newId,
    policy: ctx.policy,
  };
}

export async function readExecution(ctx: Context, step: Step, row: Verification): Promise<void> {
  if (step.claim.record.identity.erasedAt !== null) return deleteAccount(ctx, step, row);
  if (!step.mayCall() || row.accountId === null || row.executionId === null) return;
  const ids = { accountId: row.accountId, executionId: row.executionId };
  try {
    if (wantsDetails(row)) {
      const result = await ctx.jumio.details(ids);
      await step.write((record) => onDetails(record, readInputOf(ctx, step, row), result));
    } else {
      const word = await ctx.jumio.status(ids);
      await step.write((record) => onStatus(record, readInputOf(ctx, step, row), word));
    }
  } catch (error) {
    const facts = factsOf(error);
    ctx.log.warn({ identity: step.identityId, upstream: facts }, 'could not read the verification at Jumio');
    const now = ctx.clock.now();
    if (facts.status === 429) await ctx.ledger.budgets.pause('retrieval', now, facts.retryAfter ?? THROTTLED_MS);
    await step.write((record) => onReadFailed(record, readInputOf(ctx, step, row), facts));
  }
}
