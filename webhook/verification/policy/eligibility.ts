import type { Identity, IdentityRecord, Status, Verification, WaitingOn } from '../../model.ts';
import {
  isCopyUnread,
  isRetryable,
  jumioAttempts,
  openAttempt,
  PUBLISHED_RETRY_RULES,
  type StandingFacts,
  standingFacts,
  statusOf,
  waitingOnOf,
} from '../record/index.ts';
import type { Policy } from './rules.ts';

/** The limits of starting again where the policy names none (docs/design.md#who-may-start-again). */
export const DEFAULT_START_AGAIN = { ...PUBLISHED_RETRY_RULES, maxExecutions: 5, window: '30d' } as const;

/** The facts of the standing, and the status. */
type StandingAndStatus = StandingFacts & Pick<Identity, 'status'>;

/**
 * Whether an approval is too old by the policy. The gate and the pages both use this function: if they disagreed they would
 * send a person back and forth. An approval without a known time is not too old.
 */
export function isApprovalExpired({ standing, decidedAt }: StandingFacts, policy: Policy, now: number): boolean {
  const { verdictLifetimeMs: lifetime } = policy;
  return standing === 'approved' && lifetime !== null && decidedAt !== null && now - decidedAt >= lifetime;
}

/** Returns the status as of `now`: `expired` in place of an approval that is too old. */
export function effectiveStatus(facts: StandingAndStatus, policy: Policy, now: number): Status {
  return facts.status === 'approved' && isApprovalExpired(facts, policy, now) ? 'expired' : facts.status;
}

/** Returns on whom the next step depends as of `now`. An approval that is too old counts as no standing. */
export function effectiveWaitingOn(facts: StandingFacts, policy: Policy, now: number): WaitingOn {
  return waitingOnOf(isApprovalExpired(facts, policy, now) ? { ...facts, standing: null } : facts, policy.startAgain);
}

/** Returns the standing and the status of a record. */
export function standingAndStatus(record: IdentityRecord): StandingAndStatus {
  return { ...standingFacts(record), status: statusOf(record) };
}

/** Why a person may not start. `not-yet`: the wait after a rejection has not ended. `too-old`: the approval has expired, and the policy allows no renewal. */
export type Refusal = 'approved' | 'review' | 'rejected' | 'processing' | 'too-many' | 'not-yet' | 'too-old';

/** Whether a person may start, continue or renew an attempt. */
export type Permission =
  | { readonly kind: 'start' }
  /** There is an open attempt; its link may not exist yet. */
  | { readonly kind: 'continue'; readonly verification: Verification }
  /** The link of the attempt has ended. A new one follows a read at Jumio: a paid execution must not be lost. */
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
  // Jumio's clock may be ahead of ours: that must not prolong the wait.
  const until = Math.min(decidedAt ?? 0, now) + policy.startAgain.waitMs;
  return until > now ? { kind: 'no', why: 'not-yet', until } : undefined;
}

/** An orphan execution does not count (docs/design.md#who-may-start-again). */
function isCounted({ state, linkEndsAt }: Verification): boolean {
  return state === 'requested' || linkEndsAt !== null;
}

/** The time from which one more execution is allowed; undefined: now. The count restarts at a grant. */
function limitedUntil(record: IdentityRecord, now: number, { startAgain }: Policy): number | undefined {
  const { maxExecutions, windowMs } = startAgain;
  const since = Math.max(now - windowMs, record.identity.attemptGrantedAt ?? 0);
  const recent = jumioAttempts(record)
    .filter(isCounted)
    .map(({ requestedAt }) => requestedAt)
    .filter((at) => at > since);
  const oldestThatCounts = recent.sort((a, b) => a - b)[recent.length - maxExecutions];
  return oldestThatCounts === undefined ? undefined : oldestThatCounts + windowMs;
}

function withinLimits(record: IdentityRecord, now: number, policy: Policy, granted: Permission): Permission {
  const until = limitedUntil(record, now, policy);
  return until === undefined ? granted : { kind: 'no', why: 'too-many', until };
}

function continueOrRenew(record: IdentityRecord, open: Verification, now: number, policy: Policy): Permission {
  if (open.state === 'requested') return { kind: 'continue', verification: open };
  if (open.jumioStatus === 'ACQUIRED' || open.jumioStatus === 'PROCESSED') return { kind: 'no', why: 'processing' };
  const isLive = open.link !== null && (open.linkEndsAt ?? 0) > now;
  return isLive
    ? { kind: 'continue', verification: open }
    : withinLimits(record, now, policy, { kind: 'renew', verification: open });
}

/**
 * Returns whether a person may start, continue or renew an attempt, by the policy (docs/design.md#who-may-start-again). The
 * current standing decides, also for an open attempt: a late final rejection ends it.
 */
export function mayStart(record: IdentityRecord, now: number, policy: Policy): Permission {
  const refused = refusedByStanding(record, now, policy);
  if (refused !== undefined) return refused;
  // An eID may make an execution needless, and an unread copy may contain a rejection: both are read first.
  if (record.identity.eidCheck === 'sign-up' || isCopyUnread(record)) return { kind: 'no', why: 'processing' };
  const open = openAttempt(record);
  return open === undefined
    ? withinLimits(record, now, policy, { kind: 'start' })
    : continueOrRenew(record, open, now, policy);
}
