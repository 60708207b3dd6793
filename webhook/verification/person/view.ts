import type { Reason, Snapshot, Status, Verification, WaitingOn } from '../../model.ts';
import type { Desk } from '../context.ts';
import { isTooOld, keptOf, mayStart, type Permission, statusNow, waitingOnNow } from '../policy/index.ts';
import { hasAgreed, hasUsedUp, latest, meet, openAttempt } from '../record/index.ts';
import type { Person } from './person.ts';

/** What a person does next: what a page offers, and what an answer to an application names. */
export type Next =
  /** Read the text, and agree or refuse. */
  | { readonly kind: 'consent' }
  /** Go on to Jumio: start, continue or renew. */
  | { readonly kind: 'go' }
  /** Nothing: look again in a while. `preparing`: there is no link yet; `checking`: Jumio has all it needs. */
  | { readonly kind: 'wait'; readonly on: 'preparing' | 'checking' }
  /** Nothing for now: not before `until` (epoch milliseconds), or only the operator can help (`stuck`). */
  | { readonly kind: 'later'; readonly why: 'too-many' | 'not-yet' | 'stuck'; readonly until: number | undefined }
  /** Go back to the application: verified, or nothing that the person could do. */
  | { readonly kind: 'done' }
  /** Rejected: only the operator can say more. */
  | { readonly kind: 'contact' };

function refused(why: (View['permission'] & { kind: 'no' })['why'], until: number | undefined): Next {
  switch (why) {
    case 'approved':
    case 'review':
      return { kind: 'done' };
    case 'rejected':
    case 'too-old':
      return { kind: 'contact' };
    case 'processing':
      return { kind: 'wait', on: 'checking' };
    case 'too-many':
    case 'not-yet':
      return { kind: 'later', why, until };
    default:
      return why satisfies never;
  }
}

/** The attempt is there and its link is not. */
function isBeingMade({ permission }: View): boolean {
  return permission.kind === 'continue' && permission.verification.link === null;
}

function isRenewing({ permission }: View): boolean {
  return permission.kind === 'renew' && permission.verification.renew === 1;
}

/** What comes next for this person, in every situation exactly one thing. */
export function nextOf(view: View): Next {
  const { permission } = view;
  if (permission.kind === 'no') return refused(permission.why, permission.until);
  // Jumio refuses to start: only the operator can mend that, and asking the person for anything would lead nowhere.
  if (isBeingMade(view) && view.waitingOn === 'operator') return { kind: 'later', why: 'stuck', until: undefined };
  if (view.consent !== 'given') return { kind: 'consent' };
  return isBeingMade(view) || isRenewing(view) ? { kind: 'wait', on: 'preparing' } : { kind: 'go' };
}

const FIRST_LOOK_S = 5;

const LONGEST_LOOK_S = 60;

/** When the wait began: with the attempt, with the first sign of life, or with the look that a new link waits for. */
function waitingSince(attempt: Verification): number {
  const { aliveAt, requestedAt, lastReadAt, renew } = attempt;
  return renew === 1 ? (lastReadAt ?? requestedAt) : (aliveAt ?? requestedAt);
}

/** Seconds until a page looks again: a tenth of the time that has been waited, so that a long wait costs little. */
export function lookAgainAfter({ attempt, evidenceSince }: View, now: number): number {
  const since = attempt === undefined ? (evidenceSince ?? now) : waitingSince(attempt);
  return Math.min(LONGEST_LOOK_S, Math.max(FIRST_LOOK_S, Math.round((now - since) / 10_000)));
}

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
