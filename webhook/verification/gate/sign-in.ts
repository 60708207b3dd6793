import type { GateRow } from '../../ledger/ledger.ts';
import type { ActionableReason, WaitingOn } from '../../model.ts';
import type { Context, Worker } from '../context.ts';
import { ruleLabel, type SignInSeen } from '../observer.ts';
import { type IssuedLink, issueLink } from '../person/index.ts';
import { effectiveStatus, effectiveWaitingOn } from '../policy/index.ts';
import { endHandovers, hasNewDetails, inheritanceOf, isRetryable } from '../record/index.ts';
import { withTimeout } from '../waiting.ts';
import { hasEvents, recordGateEvent, type SignInAttempt } from './audit.ts';
import { checkGate, type GateCheck } from './check.ts';
import { healed, type Remedy, remedyFor } from './heal.ts';

/** The answer to a sign-in. */
export interface SignInDecision extends GateCheck {
  /** The continuation link, and what is left to be done there; undefined where the refusal offers none. */
  readonly wayOn?: { readonly link: IssuedLink; readonly remaining: Remaining } | undefined;
}

/** What is left to be done, and why. */
export interface Remaining {
  /** On whom the next step depends; null: the ledger does not know. */
  readonly waitingOn: WaitingOn | null;
  /** Why Jumio rejected, where the person can act on it and may try again; else null. */
  readonly reason: ActionableReason | null;
}

const UNKNOWN_REMAINING: Remaining = { waitingOn: null, reason: null };

/** Returns what is left to be done before the person may sign in, as the ledger knows it. */
function remainingOf(ctx: Context, { row, result: { status } }: GateCheck): Remaining {
  const { policy } = ctx;
  const now = ctx.clock.now();
  if (typeof row === 'string' || effectiveStatus(row, policy, now) !== status) return UNKNOWN_REMAINING;
  const mayMend = isRetryable(row, policy.startAgain) && row.reason !== 'other';
  const waitingOn = effectiveWaitingOn(row, policy, now);
  return { waitingOn, reason: mayMend ? row.reason : null };
}

async function repair(ctx: Context, worker: Worker, signIn: SignInAttempt, remedy: Remedy): Promise<void> {
  const now = ctx.clock.now();
  const context = { now, newId: ctx.newId, eid: ctx.eid, startsAt: ctx.startsAt };
  await ctx.ledger.change(signIn.identityId, now, (found) => healed(remedy, found, signIn, context));
  worker.wake();
}

async function noteContradiction(ctx: Context, signIn: SignInAttempt, row: GateRow): Promise<void> {
  const detail = { ledger: row.status, copy: signIn.copy.statuses.join(' ') };
  const once = `contradiction:${signIn.identityId}:${row.version}:${detail.copy}`;
  await ctx.ledger.change(signIn.identityId, ctx.clock.now(), (record) =>
    record === undefined ? undefined : { record, events: [{ kind: 'contradiction', detail, once }] },
  );
}

/** Whether an allowed sign-in has hand-over cookies to end. A refused one proves a first factor only. */
function endsHandovers({ answer, row }: GateCheck, now: number): boolean {
  return answer === 'allow' && typeof row !== 'string' && (row.handoverUntil ?? 0) > now;
}

/** Ends the hand-over cookies of before a sign-in: who has a session needs none. */
async function endHandoversOf(ctx: Context, identityId: string): Promise<void> {
  await ctx.ledger.change(identityId, ctx.clock.now(), (found) => found && { record: endHandovers(found) });
}

/** Repairs what this sign-in shows to be wrong. Does nothing while the ledger cannot be read. */
async function healAfter(ctx: Context, worker: Worker, attempt: SignInAttempt, check: GateCheck): Promise<void> {
  const { result, row } = check;
  if (row === 'unreadable') return;
  if (endsHandovers(check, ctx.clock.now())) await endHandoversOf(ctx, attempt.identityId);
  const known = row === 'none' ? undefined : row;
  const remedy = remedyFor(known, attempt, ctx.ledger.createdAt);
  if (result.contradiction && known !== undefined) await noteContradiction(ctx, attempt, known);
  if (remedy !== 'none' || (known !== undefined && hasNewDetails(known, attempt)))
    await repair(ctx, worker, attempt, remedy);
}

/** Whether `healAfter` has anything to do. */
function needsRepair(ctx: Context, attempt: SignInAttempt, check: GateCheck): boolean {
  const { result, row } = check;
  if (row === 'unreadable') return false;
  if (endsHandovers(check, ctx.clock.now())) return true;
  const known = row === 'none' ? undefined : row;
  const isNew = known !== undefined && hasNewDetails(known, attempt);
  return result.contradiction || isNew || remedyFor(known, attempt, ctx.ledger.createdAt) !== 'none';
}

/** What the observer hears of a sign-in. */
function seenOf({ gate }: Context, { decision, result: { status, rule } }: GateCheck): SignInSeen {
  const refusal = gate.mode === 'shadow' ? 'would_block' : 'block';
  const seen = status === 'unknown' ? 'undecided' : decision === 'allow' ? 'allow' : refusal;
  return { decision: seen, status, rule: ruleLabel(rule) };
}

async function recordAndHeal(ctx: Context, worker: Worker, attempt: SignInAttempt, check: GateCheck): Promise<void> {
  if (hasEvents(ctx, check)) await recordGateEvent(ctx, attempt, check);
  try {
    await healAfter(ctx, worker, attempt, check);
  } catch (error) {
    ctx.log.error({ identity: attempt.identityId, err: error }, 'could not repair after a sign-in');
  }
}

/**
 * Decides a sign-in, records the event, and repairs what the sign-in shows to be wrong (docs/design.md#the-sign-in-heals).
 * The decision stands even if recording, repair or the continuation link fails or takes too long.
 * @param deadlineMs for all of it, milliseconds
 */
export async function decideSignIn(
  ctx: Context,
  worker: Worker,
  attempt: SignInAttempt,
  deadlineMs: number,
): Promise<SignInDecision> {
  const end = performance.now() + deadlineMs;
  const check = await checkGate(ctx, attempt, deadlineMs / 2);
  ctx.observer?.signIn(seenOf(ctx, check));
  // Most sign-ins need no event and no repair.
  if (!hasEvents(ctx, check) && !needsRepair(ctx, attempt, check)) return check;
  const hasLink = check.answer === 'block_with_way_on';
  const link = hasLink ? await issueContinuationLink(ctx, attempt, (end - performance.now()) / 2) : undefined;
  await withTimeout(recordAndHeal(ctx, worker, attempt, check), end - performance.now());
  return link === undefined ? check : { ...check, wayOn: { link, remaining: remainingOf(ctx, check) } };
}

/**
 * Makes the continuation link of a refusal. The link opens this identity's verification and nothing
 * else. A new refusal in the same flow withdraws the older link. Undefined where it could not be stored in time: the refusal
 * then carries no link.
 */
export async function issueContinuationLink(
  ctx: Context,
  attempt: SignInAttempt,
  timeoutMs: number,
): Promise<IssuedLink | undefined> {
  const { identityId, schemaId, kratosCreatedAt, copy } = attempt;
  const person = { identityId, schemaId, kratosCreatedAt, ...inheritanceOf(copy) };
  const options = { purpose: 'way-on', onlyOneFor: attempt.flowId ?? identityId } as const;
  try {
    const link = await withTimeout(issueLink(ctx, person, options), timeoutMs);
    if (link !== 'timeout') return link;
    ctx.log.warn({ identity: identityId }, 'refusal without a continuation link: the ledger took too long');
  } catch (error) {
    ctx.log.error(
      { identity: identityId, err: error },
      'refusal without a continuation link: could not write the ledger',
    );
  }
  return undefined;
}
