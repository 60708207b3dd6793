import type { IdentityRecord, Reason, Status, Verification, WaitingOn } from '../../model.ts';
import type { Context } from '../context.ts';
import {
  effectiveStatus,
  effectiveWaitingOn,
  isApprovalExpired,
  mayStart,
  type Permission,
  standingAndStatus,
} from '../policy/index.ts';
import { hasAgreed, isOutOfRetries, latestAttempt, newIdentity, openAttempt } from '../record/index.ts';
import type { Person } from './person.ts';

/** What a person does next: what a page offers, and what an answer to an application names. */
export type NextStep =
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

function refused(why: (View['permission'] & { kind: 'no' })['why'], until: number | undefined): NextStep {
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
  return permission.kind === 'renew' && permission.verification.renewalRequested === 1;
}

/** What comes next for this person, in every situation exactly one thing. */
export function nextStep(view: View): NextStep {
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
  const { activeAt, requestedAt, lastReadAt, renewalRequested } = attempt;
  return renewalRequested === 1 ? (lastReadAt ?? requestedAt) : (activeAt ?? requestedAt);
}

/** Seconds until a page looks again: a tenth of the time that has been waited, so that a long wait costs little. */
export function pollAfterSeconds({ attempt, eidReportedSince }: View, now: number): number {
  const since = attempt === undefined ? (eidReportedSince ?? now) : waitingSince(attempt);
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
  readonly eidReportedSince: number | null;
  /** An eID was read, and more is needed. */
  readonly eidInsufficient: boolean;
  /** Until then (epoch milliseconds) a step of the worker's may be under way. */
  readonly leasedUntil: number;
  readonly returnTo: string | null;
  /** Whether the person has agreed to the text as it reads now (`outdated`: to another one), or has refused since. */
  readonly consent: 'given' | 'wanted' | 'outdated' | 'declined';
}

function consentOf({ identity }: IdentityRecord, version: string): View['consent'] {
  if (hasAgreed(identity, version)) return 'given';
  if (identity.declinedAt !== null) return 'declined';
  return identity.consentVersion === null ? 'wanted' : 'outdated';
}

export function viewOf(ctx: Context, record: IdentityRecord, now: number): View {
  const { policy } = ctx;
  const kept = standingAndStatus(record);
  const reason = kept.standing === 'rejected' ? kept.reason : null;
  return {
    status: effectiveStatus(kept, policy, now),
    waitingOn: effectiveWaitingOn(kept, policy, now),
    permission: mayStart(record, now, policy),
    usedUp: isOutOfRetries(kept, policy.startAgain),
    tooOld: isApprovalExpired(kept, policy, now),
    reason: reason === 'other' ? null : reason,
    attempt: openAttempt(record) ?? latestAttempt(record),
    eidReportedSince: record.identity.eidReportedSince,
    eidInsufficient: record.identity.eidInsufficient === 1,
    leasedUntil: record.identity.leasedUntil,
    returnTo: record.identity.returnTo,
    consent: consentOf(record, ctx.consentVersion),
  };
}

/** A person whom we meet for the first time. */
export function recordOf({ identityId: id, ...person }: Person, now: number): IdentityRecord {
  return newIdentity({ id, ...person }, now);
}

/** Reads only: nothing is created, renewed or spent. */
export async function loadView(ctx: Context, person: Person): Promise<View> {
  const now = ctx.clock.now();
  const record = await ctx.ledger.record(person.identityId);
  return viewOf(ctx, record ?? recordOf(person, now), now);
}
