import type { Context, Worker } from '../context.ts';
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

/** Requests the read by a change of the whole record. False: there is no row of the execution, or one that the reference does not name. */
async function changeRecord(ctx: Context, callback: Callback, now: number): Promise<boolean> {
  const { verificationId, executionId, claimed } = callback;
  const identityId = await identityOf(ctx, callback);
  if (identityId === undefined) return false;
  let isMatched = false;
  await ctx.ledger.change(identityId, now, (record) => {
    const row = record?.verifications.find((one) => one.executionId === executionId);
    isMatched = row !== undefined && (verificationId === undefined || verificationId === row.id);
    return record && row && isMatched ? applyReadRequest(record, { verificationId: row.id, claimed }, now) : undefined;
  });
  return isMatched;
}

/** A callback of no verification may be of a face that is compared for a payment: its read is due then, and nothing else. */
function nudgePayment({ ledger }: Context, { verificationId, executionId }: Callback, now: number): Promise<boolean> {
  const named = verificationId === undefined ? {} : { attemptId: verificationId };
  return ledger.transactions.nudgeAttempt(now, { ...named, executionId });
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
): Promise<'matched' | 'unmatched'> {
  const now = ctx.clock.now();
  const outcome = await ctx.ledger.requestRead(callback, now, (row) => patchOfReadRequest(row, callback.claimed, now));
  const isOfVerification = outcome === 'wide' ? await changeRecord(ctx, callback, now) : outcome !== 'unknown';
  const isMatched = isOfVerification || (await nudgePayment(ctx, callback, now));
  if (isMatched) worker.wake();
  else await noteUnmatched(ctx, callback, now);
  return isMatched ? 'matched' : 'unmatched';
}

async function noteUnmatched(ctx: Context, callback: Callback, now: number): Promise<void> {
  const execution = callback.executionId.slice(0, 64);
  const verification = callback.verificationId ?? null;
  const once = `unmatched:${execution}:${verification ?? ''}`;
  const cap = `unmatched:${verification ?? ''}`;
  await ctx.ledger.note(now, { kind: 'unmatched', detail: { execution, verification }, once, cap });
}
