import type { Context, Worker } from '../context.ts';
import { requestRead } from './schedule.ts';

/** A callback whose reference or signature was checked. */
export interface Callback {
  /** From the reference; not given: the callback has a signature only. */
  readonly verificationId?: string;
  readonly executionId: string;
  /** The status in its body: a hint, never a fact. */
  readonly claimed: string;
}

async function identityOf(ctx: Context, callback: Callback): Promise<string | undefined> {
  const { verificationId, executionId } = callback;
  const { ledger } = ctx;
  return verificationId === undefined
    ? ledger.identityOfExecution(executionId)
    : ledger.identityOfVerification(verificationId);
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
  const identityId = await identityOf(ctx, callback);
  let isMatched = false;
  if (identityId !== undefined)
    await ctx.ledger.change(identityId, now, (record) => {
      const row = record?.verifications.find(({ executionId }) => executionId === callback.executionId);
      isMatched = row !== undefined && (callback.verificationId === undefined || callback.verificationId === row.id);
      return record && row && isMatched
        ? requestRead(record, { verificationId: row.id, claimed: callback.claimed }, now)
        : undefined;
    });
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
