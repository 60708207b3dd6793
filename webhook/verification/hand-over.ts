import { LedgerUnavailable } from '../errors.ts';
import type { DecidedStatus, Snapshot, Status, Verification } from '../ledger/types.ts';
import type { Desk } from './desk.ts';
import { find, withIdentity, withVerification } from './edit.ts';
import { allowedAt, nudge } from './nudge.ts';
import { reappeared } from './publication.ts';
import { meet, request } from './request.ts';
import { settle } from './settle.ts';
import { canBeMended, latest, openAttempt, standingOf, statusOf, type WaitingOn, waitingOn } from './standing.ts';
import { turnComesWithin, waitFor } from './start.ts';
import { mayStart, type Permission } from './start-again.ts';
import type { Worker } from './worker.ts';

/** The person at the browser: known by a session, or by the hand-over cookie. */
export interface Person {
  readonly identityId: string;
  /** The decided status of the published copy that the session shows; inherited by a row that is made now. */
  readonly inherited: DecidedStatus | null;
}

/** Where things stand for a person, and whether there is a way on. */
export interface View {
  readonly status: Status;
  readonly waitingOn: WaitingOn;
  readonly permission: Permission;
  /** Rejected, for a reason that the person can act on. */
  readonly mendable: boolean;
  /** How a further attempt beside a decided standing is doing. */
  readonly attempt: Verification | undefined;
  readonly returnTo: string | null;
}

function viewOf(snapshot: Snapshot, now: number): View {
  const standing = standingOf(snapshot);
  return {
    status: statusOf(snapshot),
    waitingOn: waitingOn(snapshot),
    permission: mayStart(snapshot, now),
    mendable: standing !== null && canBeMended(snapshot, standing),
    attempt: openAttempt(snapshot) ?? latest(snapshot),
    returnTo: snapshot.identity.returnTo,
  };
}

/** Reads only: nothing is created, renewed or spent. */
export async function view(desk: Desk, person: Person): Promise<View> {
  const now = desk.clock.now();
  const snapshot = await desk.ledger.snapshot(person.identityId);
  return viewOf(snapshot ?? meet({ id: person.identityId, inherited: person.inherited }, now), now);
}

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

/** Due for a look at once; but pressing again and again must not use up the reads of others. */
function askToRenew(snapshot: Snapshot, row: Verification, now: number): Snapshot {
  const allowed = allowedAt(row, undefined, now);
  const asked = withVerification(snapshot, row.id, { renew: 1, readDue: Math.min(row.readDue ?? allowed, allowed) });
  return withIdentity(asked, { nudges: snapshot.identity.nudges + 1, priority: 1 });
}

function grant(snapshot: Snapshot, newId: string, now: number) {
  const permission = mayStart(snapshot, now);
  switch (permission.kind) {
    case 'start':
      return request(withIdentity(snapshot, { priority: 1 }), newId, now);
    case 'renew':
      return settle(askToRenew(snapshot, permission.verification, now), now);
    case 'continue': {
      const isWaiting = permission.verification.state === 'requested';
      return settle(isWaiting ? withIdentity(snapshot, { priority: 1 }) : snapshot, now);
    }
    case 'no':
      return settle(snapshot, now);
    default:
      return permission satisfies never;
  }
}

/** The hosted link of an attempt, as long as it leads somewhere. A secret: it goes into a redirect and nowhere else. */
export function liveLink(snapshot: Snapshot, now: number): string | undefined {
  const permission = mayStart(snapshot, now);
  return permission.kind === 'continue' ? (permission.verification.link ?? undefined) : undefined;
}

/**
 * The person goes on: makes or renews an attempt where that is allowed, and waits a little for its link.
 * `link` undefined: there is none (yet); the view says why.
 */
export async function goOn(
  desk: Desk,
  worker: Worker,
  person: Person,
  returnTo: string | null,
  waitMs: number,
): Promise<{ readonly link: string | undefined; readonly view: View }> {
  const now = desk.clock.now();
  await desk.ledger.change(person.identityId, now, (found) => {
    const met = found ?? meet({ id: person.identityId, inherited: person.inherited }, now);
    const kept = withIdentity(reappeared(met, now), { returnTo: returnTo ?? met.identity.returnTo });
    return grant(kept, desk.newId(), now);
  });
  worker.wake();
  const isDone = (snapshot: Snapshot): boolean => hasWayOn(snapshot, desk.clock.now());
  const wait = (await turnComesWithin(desk, waitMs)) ? waitMs : 0;
  const snapshot = await waitFor(desk, person.identityId, wait, isDone);
  const link = snapshot && liveLink(snapshot, desk.clock.now());
  return { link, view: await view(desk, person) };
}

function hasWayOn(snapshot: Snapshot, now: number): boolean {
  return liveLink(snapshot, now) !== undefined || mayStart(snapshot, now).kind === 'no';
}
