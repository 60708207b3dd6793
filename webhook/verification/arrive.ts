import { LedgerUnavailable } from '../errors.ts';
import type { Snapshot, Verification } from '../ledger/types.ts';
import { openAttempt } from './attempts.ts';
import type { Desk } from './desk.ts';
import { find } from './edit.ts';
import { nudge } from './nudge.ts';
import type { Person } from './person.ts';
import { waitFor } from './start.ts';
import { type View, view } from './view.ts';
import type { Worker } from './worker.ts';

/** Keeps a sign of life; the attempt that is to be looked at, as it was before. */
async function signOfLife(desk: Desk, identityId: string): Promise<Verification | undefined> {
  const now = desk.clock.now();
  let open: Verification | undefined;
  await desk.ledger.change(identityId, now, (snapshot) => {
    open = snapshot && openAttempt(snapshot);
    return snapshot && open && nudge(snapshot, { verificationId: open.id }, now);
  });
  return open?.executionId ? open : undefined;
}

/** The look that was asked for has been answered, or its turn comes later. */
function isLookedAt(snapshot: Snapshot, before: Verification, now: number): boolean {
  const { state, looks, attempts, readDue } = find(snapshot, before.id);
  const isAnswered = state !== before.state || looks !== before.looks || attempts !== before.attempts;
  return isAnswered || ((readDue ?? Number.POSITIVE_INFINITY) > now && snapshot.identity.leasedUntil <= now);
}

/**
 * The person is back from Jumio, or looks in: a sign of life for the attempt that is under way. Waits a little for
 * what Jumio says now: who has just finished would else be told that the verification waits for them, and be led to a
 * link that is used up. Where the sign cannot be kept the schedule finds out in its own time, and the person is shown
 * how things stand all the same.
 */
export async function arrive(desk: Desk, worker: Worker, person: Person, waitMs = 0): Promise<View> {
  try {
    const open = await signOfLife(desk, person.identityId);
    worker.wake();
    if (open) await waitFor(desk, person.identityId, waitMs, (seen) => isLookedAt(seen, open, desk.clock.now()));
  } catch (error) {
    if (!(error instanceof LedgerUnavailable)) throw error;
    desk.log.error({ identity: person.identityId, err: error }, 'an arrival could not be kept');
  }
  return view(desk, person);
}
