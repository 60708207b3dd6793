import type { LedgerEvent, Snapshot } from '../ledger/types.ts';
import { hasAgreed } from './consent.ts';
import type { Desk } from './desk.ts';
import { lookedAgain } from './evidence-owed.ts';
import { settle } from './settle.ts';
import { waitFor } from './start.ts';
import { mayStart } from './start-again.ts';
import type { Worker } from './worker.ts';

/** About to be led to Jumio, where an eID could make that needless. It never lifts a rejection or a review. */
function isWorthALook(desk: Desk, snapshot: Snapshot, now: number): boolean {
  const { evidence, standing } = snapshot.identity;
  const isOpen = standing === null || standing === 'approved';
  const isLed = hasAgreed(snapshot.identity, desk.consentVersion) && mayStart(snapshot, now, desk.policy).kind !== 'no';
  return isOpen && isLed && evidence === 0;
}

/** It was read, or could not be: whoever has no eID waits for one read of Kratos, and for nobody who is down. */
function isTried({ identity }: Snapshot): boolean {
  return identity.evidence === 0 || identity.evidenceTries > 0;
}

/**
 * Before a press leads to Jumio, what is linked is read once: an eID that Kratos links during a sign-in is told by no
 * hook (decisions.md, 54). Waits a little for it; what is not read by then stays owed, and the person goes on.
 * @param come the identity as it is when the person has come, with what they bring along
 */
export async function lookFirst(
  desk: Desk,
  worker: Worker,
  identityId: string,
  come: (found: Snapshot | undefined) => { readonly snapshot: Snapshot; readonly events: readonly LedgerEvent[] },
  waitMs: number,
): Promise<void> {
  if (desk.eid === undefined) return;
  const now = desk.clock.now();
  let isOwed = false;
  await desk.ledger.change(identityId, now, (found) => {
    const { snapshot, events } = come(found);
    isOwed = isWorthALook(desk, snapshot, now);
    return isOwed ? settle(lookedAgain(snapshot, now), now, events) : undefined;
  });
  if (!isOwed) return;
  worker.wake();
  await waitFor(desk, identityId, waitMs, isTried);
}
