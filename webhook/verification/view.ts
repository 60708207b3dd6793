import type { Reason, Snapshot, Status, Verification, WaitingOn } from '../ledger/types.ts';
import { isTooOld, keptOf, statusNow, waitingOnNow } from './as-of-now.ts';
import { latest, openAttempt } from './attempts.ts';
import { hasAgreed } from './consent.ts';
import type { Desk } from './desk.ts';
import type { Person } from './person.ts';
import { meet } from './request.ts';
import { mayStart, type Permission } from './start-again.ts';
import { hasUsedUp } from './whose-move.ts';

/** Where things stand for a person, and whether there is a way on. */
export interface View {
  readonly status: Status;
  readonly waitingOn: WaitingOn;
  readonly permission: Permission;
  /** Rejected for such a reason as often as the policy allows: there is no further try. */
  readonly usedUp: boolean;
  /** Approved once, and by the policy too long ago: `status` is `expired`. */
  readonly tooOld: boolean;
  /** Why Jumio rejected, where that is one of the reasons that a person may be told. */
  readonly reason: Exclude<Reason, 'other'> | null;
  /** How a further attempt beside a decided standing is doing. */
  readonly attempt: Verification | undefined;
  /** Since when (epoch milliseconds) the credential of an eID is to be read; null: there is none to read. */
  readonly evidenceSince: number | null;
  /** An eID was read, and more is needed. */
  readonly evidenceShort: boolean;
  /** Until then (epoch milliseconds) a step of the worker's may be under way. */
  readonly leasedUntil: number;
  readonly returnTo: string | null;
  /** Whether the person has agreed to the text as it reads now (`outdated`: to another one), or has refused since. */
  readonly consent: 'given' | 'wanted' | 'outdated' | 'declined';
}

function consentOf({ identity }: Snapshot, version: string): View['consent'] {
  if (hasAgreed(identity, version)) return 'given';
  if (identity.declinedAt !== null) return 'declined';
  return identity.consentVersion === null ? 'wanted' : 'outdated';
}

export function viewOf(desk: Desk, snapshot: Snapshot, now: number): View {
  const { policy } = desk;
  const kept = keptOf(snapshot);
  const reason = kept.standing === 'rejected' ? kept.reason : null;
  return {
    status: statusNow(kept, policy, now),
    waitingOn: waitingOnNow(kept, policy, now),
    permission: mayStart(snapshot, now, policy),
    usedUp: hasUsedUp(kept, policy.startAgain),
    tooOld: isTooOld(kept, policy, now),
    reason: reason === 'other' ? null : reason,
    attempt: openAttempt(snapshot) ?? latest(snapshot),
    evidenceSince: snapshot.identity.evidenceSince,
    evidenceShort: snapshot.identity.evidenceShort === 1,
    leasedUntil: snapshot.identity.leasedUntil,
    returnTo: snapshot.identity.returnTo,
    consent: consentOf(snapshot, desk.consentVersion),
  };
}

/** A person whom we meet for the first time. */
export function meetPerson({ identityId: id, ...person }: Person, now: number): Snapshot {
  return meet({ id, ...person }, now);
}

/** Reads only: nothing is created, renewed or spent. */
export async function view(desk: Desk, person: Person): Promise<View> {
  const now = desk.clock.now();
  const snapshot = await desk.ledger.snapshot(person.identityId);
  return viewOf(desk, snapshot ?? meetPerson(person, now), now);
}
