import type { Context, Worker } from '../context.ts';
import type { CallbackResult } from '../observer.ts';
import { applyReadRequest, patchOfReadRequest } from './schedule.ts';

/** A callback whose reference or signature was checked. */
export interface Callback {
  /** From the reference; not given: the callback has a signature only. */
  readonly verificationId?: string;
  readonly executionId: string;
  /** The status in its body: a hint, never a fact. */
  readonly claimed: string;
}

/** The reference knows the identity also while the step that creates the execution is committing. */
function identityOf({ ledger }: Context, { verificationId, executionId }: Callback): Promise<string | undefined> {
  return verificationId === undefined
    ? ledger.identityOfExecution(executionId)
    : ledger.identityOfVerification(verificationId);
}

/** What is due by a callback now. `unknown`: there is no row of the execution, or one that the reference does not name. */
type ReadRequested = 'requested' | 'nothing' | 'unknown';

/** Requests the read by a change of the whole record. */
async function changeRecord(ctx: Context, callback: Callback, now: number): Promise<ReadRequested> {
  const { verificationId, executionId, claimed } = callback;
  const identityId = await identityOf(ctx, callback);
  if (identityId === undefined) return 'unknown';
  let requested: ReadRequested = 'unknown';
  await ctx.ledger.change(identityId, now, (record) => {
    const row = record?.verifications.find((one) => one.executionId === executionId);
    const isMatched = row !== undefined && (verificationId === undefined || verificationId === row.id);
    const change = record && isMatched ? applyReadRequest(record, { verificationId: row.id, claimed }, now) : undefined;
    requested = !isMatched ? 'unknown' : change === undefined ? 'nothing' : 'requested';
    return change;
  });
  return requested;
}

/** A callback of no verification may be of a face that is compared for a payment: its read is due then, and nothing else. */
function nudgePayment({ ledger }: Context, { verificationId, executionId }: Callback, now: number): Promise<boolean> {
  const named = verificationId === undefined ? {} : { attemptId: verificationId };
  return ledger.transactions.nudgeAttempt(now, { ...named, executionId });
}

async function requestRead(ctx: Context, callback: Callback, now: number): Promise<ReadRequested> {
  const outcome = await ctx.ledger.requestRead(callback, now, (row) => patchOfReadRequest(row, callback.claimed, now));
  const requested = outcome === 'wide' ? await changeRecord(ctx, callback, now) : outcome;
  return requested === 'unknown' && (await nudgePayment(ctx, callback, now)) ? 'requested' : requested;
}

/**
 * Requests a read of the execution that a callback names; the request is durable when this resolves. The callback itself decides
 * nothing. Without a row of that execution, or with one that the reference does not name, it is an event `unmatched`, up to 20 of a verification in an hour.
 * Rejects with `LedgerUnavailable` if the ledger could not be written.
 */
export async function handleCallback(
  ctx: Context,
  worker: Worker,
  callback: Callback,
): Promise<Exclude<CallbackResult, 'forged'>> {
  const now = ctx.clock.now();
  const requested = await requestRead(ctx, callback, now);
  if (requested === 'unknown') {
    await noteUnmatched(ctx, callback, now);
    return 'unknown';
  }
  worker.wake();
  return requested === 'requested' ? 'kept' : 'repeat';
}

async function noteUnmatched(ctx: Context, callback: Callback, now: number): Promise<void> {
  const execution = callback.executionId.slice(0, 64);
  const verification = callback.verificationId ?? null;
  const once = `unmatched:${execution}:${verification ?? ''}`;
  const cap = `unmatched:${verification ?? ''}`;
  await ctx.ledger.note(now, { kind: 'unmatched', detail: { execution, verification }, once, cap });
}
