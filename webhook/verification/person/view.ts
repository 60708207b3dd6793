import type { ActionableReason, IdentityRecord, Status, Verification, WaitingOn } from '../../model.ts';
import type { Context } from '../context.ts';
import { isRarelyRetried } from '../execution/index.ts';
import {
  effectiveStatus,
  effectiveWaitingOn,
  isApprovalExpired,
  mayStart,
  type Permission,
  standingAndStatus,
} from '../policy/index.ts';
import {
  type AttemptStatus,
  attemptStatus,
  hasAgreed,
  isDecided,
  isOutOfRetries,
  latestAttempt,
  newIdentity,
  openAttempt,
} from '../record/index.ts';
import type { Person } from './person.ts';

/** The state of a person's verification, and what they may do: everything that a page or an answer needs, and no ledger row. */
export interface View {
  readonly status: Status;
  readonly waitingOn: WaitingOn;
  /** Why the person may not go on to Jumio now, and until when (epoch milliseconds); null: they may. */
  readonly refusal: { readonly why: RefusalReason; readonly until: number | undefined } | null;
  /** The link to Jumio's hosted page. `ready`: it works; `being-made`: a job makes it; `none`: the person gets one by continuing. */
  readonly link: 'ready' | 'being-made' | 'none';
  /** Jumio refuses to create the execution: only the operator can resolve that. */
  readonly isStuck: boolean;
  /** Jumio created an execution and gave no link to it: the person can only try again. */
  readonly isLinkMissing: boolean;
  /** At least one create call failed: the link takes longer than a moment. */
  readonly isDelayed: boolean;
  /** Creation has failed for a while and is retried rarely: continuing retries it at once. */
  readonly mayRetryNow: boolean;
  /** The token of the attempt for Jumio's SDK, a secret; null: there is none, or the person may not use it now. */
  readonly sdkToken: string | null;
  /** Rejected for a retryable reason as often as the policy allows: there is no further attempt. */
  readonly isOutOfRetries: boolean;
  /** Approved once, and too long ago by the policy: `status` is `expired`. */
  readonly isApprovalExpired: boolean;
  /** Why Jumio rejected, if that is a reason that may be named to the person. */
  readonly reason: ActionableReason | null;
  /** Whether there is an attempt at Jumio, open or past. */
  readonly hasAttempt: boolean;
  /** The status of an undecided attempt beside a decided standing; null: there is none. */
  readonly furtherAttempt: AttemptStatus | null;
  /** When the present wait began, in epoch milliseconds; null: the person waits for nothing. */
  readonly waitingSince: number | null;
  /** The next read of the attempt at Jumio, in epoch milliseconds; null: none is due. `leasedUntil`: until then a step may be running. */
  readonly nextRead: { readonly dueAt: number; readonly lastAt: number | null; readonly leasedUntil: number } | null;
  /** An eID credential was read, and more is needed. */
  readonly isEidInsufficient: boolean;
  /** Where the person goes in the end, checked against the allow-list when it was stored; null: not known. */
  readonly returnTo: string | null;
  /** Whether the person has agreed to the current text (`outdated`: to another version), or has declined since. */
  readonly consent: 'given' | 'wanted' | 'outdated' | 'declined';
}

type RefusalReason = Extract<Permission, { kind: 'no' }>['why'];

/** The next step of a person: a page offers it, and an answer to an application names it. */
export type NextStep =
  /** Read the text, and agree or decline. */
  | { readonly kind: 'consent' }
  /** Go to Jumio: start, continue or renew. */
  | { readonly kind: 'go' }
  /** Nothing: check again in a while. `preparing`: there is no link yet; `checking`: Jumio has all it needs. */
  | { readonly kind: 'wait'; readonly on: 'preparing' | 'checking' }
  /** Nothing for now: not before `until` (epoch milliseconds), or only the operator can help (`stuck`). */
  | { readonly kind: 'later'; readonly why: 'too-many' | 'not-yet' | 'stuck'; readonly until: number | undefined }
  /** Go back to the application: the person is verified, or can do nothing. */
  | { readonly kind: 'done' }
  /** Contact the operator: the person is rejected. */
  | { readonly kind: 'contact' };

function stepOnRefusal({ why, until }: NonNullable<View['refusal']>): NextStep {
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

/** Returns the next step of this person: exactly one in every state. */
export function nextStep({ refusal, isStuck, consent, link }: View): NextStep {
  if (refusal !== null) return stepOnRefusal(refusal);
  // Before the consent: an agreement would not help.
  if (isStuck) return { kind: 'later', why: 'stuck', until: undefined };
  if (consent !== 'given') return { kind: 'consent' };
  return link === 'being-made' ? { kind: 'wait', on: 'preparing' } : { kind: 'go' };
}

/** A wait begins with the request, the first activity, or the last read before a renewal. */
function waitingSince(attempt: Verification | undefined, { identity }: IdentityRecord): number | null {
  if (attempt === undefined) return identity.eidReportedSince;
  const { activeAt, requestedAt, lastReadAt, renewalRequested } = attempt;
  return renewalRequested ? (lastReadAt ?? requestedAt) : (activeAt ?? requestedAt);
}

function consentOf({ identity }: IdentityRecord, version: string): View['consent'] {
  if (hasAgreed(identity, version)) return 'given';
  if (identity.declinedAt !== null) return 'declined';
  return identity.consentVersion === null ? 'wanted' : 'outdated';
}

function nextReadOf({ executionId, readDue, lastReadAt }: Verification, { identity }: IdentityRecord) {
  if (executionId === null || readDue === null) return null;
  return { dueAt: readDue, lastAt: lastReadAt, leasedUntil: identity.leasedUntil };
}

/** The options of a person with an attempt, or the reason why there are none. */
type AttemptOptions = Pick<
  View,
  'refusal' | 'link' | 'isStuck' | 'isLinkMissing' | 'isDelayed' | 'mayRetryNow' | 'sdkToken' | 'nextRead'
>;

const NO_ATTEMPT: AttemptOptions = {
  refusal: null,
  link: 'none',
  isStuck: false,
  isLinkMissing: false,
  isDelayed: false,
  mayRetryNow: false,
  sdkToken: null,
  nextRead: null,
};

/** The options by a permission, and by the attempt that the person may continue or renew. */
function attemptOptionsOf(permission: Permission, record: IdentityRecord, waitingOn: WaitingOn): AttemptOptions {
  switch (permission.kind) {
    case 'no':
      return { ...NO_ATTEMPT, refusal: { why: permission.why, until: permission.until } };
    case 'start':
      return NO_ATTEMPT;
    case 'continue': {
      const { verification } = permission;
      return {
        ...NO_ATTEMPT,
        link: verification.link === null ? 'being-made' : 'ready',
        isStuck: verification.link === null && waitingOn === 'operator',
        isDelayed: verification.attempts > 0,
        mayRetryNow: isRarelyRetried(verification),
        sdkToken: verification.sdkToken,
        nextRead: nextReadOf(verification, record),
      };
    }
    case 'renew': {
      const { verification } = permission;
      return {
        ...NO_ATTEMPT,
        link: verification.renewalRequested ? 'being-made' : 'none',
        isLinkMissing: verification.linkEndsAt === null,
        isDelayed: verification.attempts > 0,
        nextRead: nextReadOf(verification, record),
      };
    }
    default:
      return permission satisfies never;
  }
}

/** Returns the view of a record as of `now`. */
export function viewOf(ctx: Context, record: IdentityRecord, now: number): View {
  const { policy } = ctx;
  const facts = standingAndStatus(record);
  const status = effectiveStatus(facts, policy, now);
  const waitingOn = effectiveWaitingOn(facts, policy, now);
  const reason = facts.standing === 'rejected' ? facts.reason : null;
  const attempt = openAttempt(record) ?? latestAttempt(record);
  const isFurther = isDecided(status) && attempt !== undefined && attempt.decision === null;
  return {
    status,
    waitingOn,
    ...attemptOptionsOf(mayStart(record, now, policy), record, waitingOn),
    isOutOfRetries: isOutOfRetries(facts, policy.startAgain),
    isApprovalExpired: isApprovalExpired(facts, policy, now),
    reason: reason === 'other' ? null : reason,
    hasAttempt: attempt !== undefined,
    furtherAttempt: isFurther ? attemptStatus(attempt) : null,
    waitingSince: waitingSince(attempt, record),
    isEidInsufficient: record.identity.eidInsufficient,
    returnTo: record.identity.returnTo,
    consent: consentOf(record, ctx.consentVersion),
  };
}

/** Returns a new record for a person without a row in the ledger. */
export function recordOf({ identityId: id, ...person }: Person, now: number): IdentityRecord {
  return newIdentity({ id, ...person }, now);
}

/** Returns the view of a person. Writes nothing. @throws LedgerUnavailable if the ledger cannot be read */
export async function loadView(ctx: Context, person: Person): Promise<View> {
  const now = ctx.clock.now();
  const record = await ctx.ledger.record(person.identityId);
  return viewOf(ctx, record ?? recordOf(person, now), now);
}
