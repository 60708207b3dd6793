import type { Desk, Worker } from '../context.ts';
import { nudge } from './schedule.ts';

/** An authentic callback: by its reference, or by a signature alone. The status that it claims is a hint. */
export interface Callback {
  readonly verificationId?: string;
  readonly executionId: string;
  readonly claimed: string;
}

async function identityOf(desk: Desk, callback: Callback): Promise<string | undefined> {
  const { verificationId, executionId } = callback;
  const { ledger } = desk;
  return verificationId === undefined
    ? ledger.identityOfExecution(executionId)
    : ledger.identityOfVerification(verificationId);
}

/**
 * A callback is a doorbell: it makes its verification due for a look, durably. One for an execution that is no row's,
 * or not the row's that its reference names, is an event and decides nothing.
 * Rejects with `LedgerUnavailable` where that could not be kept.
 */
export async function receive(desk: Desk, worker: Worker, callback: Callback): Promise<'nudged' | 'unmatched'> {
  const now = desk.clock.now();
  const identityId = await identityOf(desk, callback);
  let matched = false;
  if (identityId !== undefined)
    await desk.ledger.change(identityId, now, (snapshot) => {
      const row = snapshot?.verifications.find(({ executionId }) => executionId === callback.executionId);
      matched = row !== undefined && (callback.verificationId === undefined || callback.verificationId === row.id);
      return snapshot && row && matched
        ? nudge(snapshot, { verificationId: row.id, claimed: callback.claimed }, now)
        : undefined;
    });
  if (matched) worker.wake();
  else await unmatched(desk, callback, now);
  return matched ? 'nudged' : 'unmatched';
}

async function unmatched(desk: Desk, callback: Callback, now: number): Promise<void> {
  const execution = callback.executionId.slice(0, 64);
  const verification = callback.verificationId ?? null;
  const once = `unmatched:${execution}:${verification ?? ''}`;
  await desk.ledger.note(now, { kind: 'unmatched', detail: { execution, verification }, once });
}
