import type { Identity, IdentityRecord, Status, Verification, WaitingOn } from '../../model.ts';
import {
  isCopyUnread,
  isRetryable,
  jumioAttempts,
  openAttempt,
  type StandingFacts,
  standingFacts,
  statusOf,
  waitingOnOf,
} from '../record/index.ts';
import type { Policy } from './rules.ts';

/** What is kept of a standing, and of the status. */
type StandingAndStatus = StandingFacts & Pick<Identity, 'status'>;

/**
 * Whether the policy calls the approval too old to count. The gate and the pages ask here and nowhere else, so that
 * nobody is sent in circles between them. Where the time of the verdict is not known it is not too old.
 */
export function isApprovalExpired({ standing, decidedAt }: StandingFacts, policy: Policy, now: number): boolean {
  const { verdictLifetimeMs: lifetime } = policy;
  return standing === 'approved' && lifetime !== null && decidedAt !== null && now - decidedAt >= lifetime;
}

/** `expired` in place of an approval that is too old. */
export function effectiveStatus(kept: StandingAndStatus, policy: Policy, now: number): Status {
  return kept.status === 'approved' && isApprovalExpired(kept, policy, now) ? 'expired' : kept.status;
}

export function effectiveWaitingOn(kept: StandingFacts, policy: Policy, now: number): WaitingOn {
  return waitingOnOf(isApprovalExpired(kept, policy, now) ? { ...kept, standing: null } : kept, policy.startAgain);
}

export function standingAndStatus(record: IdentityRecord): StandingAndStatus {
  return { ...standingFacts(record), status: statusOf(record) };
}

/** `not-yet`: the policy wants a while between a rejection and the next attempt. `too-old`: so is the approval. */
export type Refusal = 'approved' | 'review' | 'rejected' | 'processing' | 'too-many' | 'not-yet' | 'too-old';

/** Whether this person may start, go on with, or renew an attempt. */
export type Permission =
  | { readonly kind: 'start' }
  /** There is an attempt to go on with; its link may still be in the making. */
  | { readonly kind: 'continue'; readonly verification: Verification }
  /** The attempt's link has ended: a new one after Jumio was asked whether anything paid would be lost. */
  | { readonly kind: 'renew'; readonly verification: Verification }
  | { readonly kind: 'no'; readonly why: Refusal; readonly until?: number };

function refusedByStanding(record: IdentityRecord, now: number, policy: Policy): Permission | undefined {
  const facts = standingFacts(record);
  const { standing, decidedAt, attemptGrantedAt, erasedAt } = facts;
  if (erasedAt !== null) return { kind: 'no', why: standing ?? 'rejected' };
  if (standing === null || attemptGrantedAt !== null) return undefined;
  if (isApprovalExpired(facts, policy, now))
    return policy.startAgain.afterLifetime ? undefined : { kind: 'no', why: 'too-old' };
  if (!isRetryable(facts, policy.startAgain)) return { kind: 'no', why: standing };
  // Jumio's clock may be ahead of ours: nobody is made to wait for that.
  const until = Math.min(decidedAt ?? 0, now) + policy.startAgain.waitMs;
  return until > now ? { kind: 'no', why: 'not-yet', until } : undefined;
}

/** An execution that nobody ever got the link of does not count (docs/design.md#who-may-start-again). */
function counts({ state, linkEndsAt }: Verification): boolean {
  return state === 'requested' || linkEndsAt !== null;
}

/** The time from which one more execution is allowed; undefined: now. A grant lets the count begin anew. */
function limitedUntil(record: IdentityRecord, now: number, { startAgain }: Policy): number | undefined {
  const { maxExecutions, windowMs } = startAgain;
  const since = Math.max(now - windowMs, record.identity.attemptGrantedAt ?? 0);
  const recent = jumioAttempts(record)
    .filter(counts)
    .map(({ requestedAt }) => requestedAt)
    .filter((at) => at > since);
  const oldestThatCounts = recent.sort((a, b) => a - b)[recent.length - maxExecutions];
  return oldestThatCounts === undefined ? undefined : oldestThatCounts + windowMs;
}

function within(record: IdentityRecord, now: number, policy: Policy, granted: Permission): Permission {
  const until = limitedUntil(record, now, policy);
  return until === undefined ? granted : { kind: 'no', why: 'too-many', until };
}

function goOn(record: IdentityRecord, open: Verification, now: number, policy: Policy): Permission {
  if (open.state === 'requested') return { kind: 'continue', verification: open };
  if (open.jumioStatus === 'ACQUIRED' || open.jumioStatus === 'PROCESSED') return { kind: 'no', why: 'processing' };
  const alive = open.link !== null && (open.linkEndsAt ?? 0) > now;
  return alive
    ? { kind: 'continue', verification: open }
    : within(record, now, policy, { kind: 'renew', verification: open });
}

/**
 * Who may start again: by the policy, which says what docs/design.md#who-may-start-again says unless the operator wants another. Judged by the standing of now, also for an attempt that is already open: a
 * final rejection that arrives late closes the way on.
 */
export function mayStart(record: IdentityRecord, now: number, policy: Policy): Permission {
  const refused = refusedByStanding(record, now, policy);
  if (refused !== undefined) return refused;
  // Whether an eID answers for this person, or a copy says that they were rejected, is not known yet: nothing is made
  // before it is.
  if (record.identity.eidCheck === 'sign-up' || isCopyUnread(record)) return { kind: 'no', why: 'processing' };
  const open = openAttempt(record);
  return open === undefined ? within(record, now, policy, { kind: 'start' }) : goOn(record, open, now, policy);
}
