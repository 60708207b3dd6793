import type { Context, Worker } from '../context.ts';
import { requestRead } from './schedule.ts';

/** An authentic callback: by its reference, or by a signature alone. The status that it claims is a hint. */
export interface Callback {
  readonly verificationId?: string;
  readonly executionId: string;
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
 * A callback is a doorbell: it makes its verification due for a look, durably. One for an execution that is no row's,
 * or not the row's that its reference names, is an event and decides nothing.
 * Rejects with `LedgerUnavailable` where that could not be kept.
 */
export async function handleCallback(
  ctx: Context,
  worker: Worker,
  callback: Callback,
): Promise<'nudged' | 'unmatched'> {
  const now = ctx.clock.now();
  const identityId = await identityOf(ctx, callback);
  let matched = false;
  if (identityId !== undefined)
    await ctx.ledger.change(identityId, now, (record) => {
      const row = record?.verifications.find(({ executionId }) => executionId === callback.executionId);
      matched = row !== undefined && (callback.verificationId === undefined || callback.verificationId === row.id);
      return record && row && matched
        ? requestRead(record, { verificationId: row.id, claimed: callback.claimed }, now)
        : undefined;
    });
  if (matched) worker.wake();
  else await unmatched(ctx, callback, now);
  return matched ? 'nudged' : 'unmatched';
}

async function unmatched(ctx: Context, callback: Callback, now: number): Promise<void> {
  const execution = callback.executionId.slice(0, 64);
  const verification = callback.verificationId ?? null;
  const once = `unmatched:${execution}:${verification ?? ''}`;
  await ctx.ledger.note(now, { kind: 'unmatched', detail: { execution, verification }, once });
}
