import { LedgerUnavailable } from '../../errors.ts';
import type { Snapshot, Verification } from '../../model.ts';
import type { Desk, Worker } from '../context.ts';
import { nudge, READ_EVERY_MS } from '../execution/index.ts';
import { find, openAttempt } from '../record/index.ts';
import { waitFor } from '../waiting.ts';
import type { Person } from './person.ts';
import { type View, view } from './view.ts';

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

/** Longer than any look takes to come and to be answered; whatever happens, nobody is kept waiting for one beyond it. */
const BELIEVED_MS = 60_000;

/** Time for the page to be read, and for a look that is under way to be answered. */
const SHORTEST_MS = 3_000;

/**
 * In how many milliseconds to see what Jumio says now, for somebody who came back at `since` and is said to have
 * finished: as long as the look that the arrival asked for is postponed by a few seconds, or under way. Undefined: it
 * has been made, or none comes soon, and what we know is what counts.
 */
export function lookComesIn({ permission, leasedUntil }: View, since: number, now: number): number | undefined {
  const attempt = permission.kind === 'no' || permission.kind === 'start' ? undefined : permission.verification;
  if (!attempt?.executionId || attempt.readDue === null || now - since > BELIEVED_MS) return undefined;
  const { lastReadAt, readDue } = attempt;
  // What is claimed is due again when its lease ends, or earlier where somebody knocked meanwhile.
  if (leasedUntil > now && readDue <= leasedUntil) return SHORTEST_MS;
  const isMade = (lastReadAt ?? 0) >= since;
  return isMade || readDue - now > READ_EVERY_MS ? undefined : Math.max(SHORTEST_MS, readDue - now);
}
