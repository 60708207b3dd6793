import type {
  DecidedStatus,
  Identity,
  IdentityRecord,
  Reason,
  Status,
  Verdict,
  Verification,
  WaitingOn,
} from '../../model.ts';
import { attemptStatus, attemptWaitsOn, isGrantUsed, jumioAttempts, openAttempt } from './attempts.ts';

/** The verdict that counts for an identity (docs/design.md#standing). */
export interface Standing {
  readonly status: DecidedStatus;
  /** The verification that gives it; null: it is inherited from a published copy. */
  readonly by: Verification | null;
}

const STATUS: Readonly<Record<Verdict, DecidedStatus>> = { PASSED: 'approved', WARNING: 'review', FAILED: 'rejected' };

/** The derived columns that depend on neither the time nor the policy. */
export type StandingFacts = Pick<
  Identity,
  'standing' | 'decidedAt' | 'reason' | 'rejections' | 'attemptWaitsOn' | 'attemptGrantedAt' | 'erasedAt'
>;

function later(one: Verification, other: Verification): Verification {
  const byTime = (one.completedAt ?? 0) - (other.completedAt ?? 0);
  return (byTime === 0 ? one.attempt - other.attempt : byTime) > 0 ? one : other;
}

/**
 * Of the operator's decisions only the last counts. If it is a rejection, only the operator can lift it; if it is an approval,
 * it is one decision among the others.
 */
function countingDecisions({ verifications }: IdentityRecord): Verification[] {
  const decided = verifications.filter(({ decision }) => decision !== null);
  const byOperator = decided.filter(({ source }) => source === 'operator');
  if (byOperator.length === 0) return decided;
  const last = byOperator.reduce(later);
  return last.decision === 'FAILED' ? [last] : decided.filter((row) => row === last || row.source !== 'operator');
}

/** Whether a rejection cannot be retried: for its reason, or because there were too many. */
function isFinal({ decision, reason, source }: Verification, rejections: number): boolean {
  const isRetryableReason = reason !== null && PUBLISHED_RETRY_RULES.reasons.includes(reason);
  const isRetried = isRetryableReason && rejections < PUBLISHED_RETRY_RULES.maxRejections;
  return decision === 'FAILED' && source === 'jumio' && !isRetried;
}

/** Whether a decision may lift an earlier rejection that cannot be retried: it is the operator's, or of an attempt that was requested since or granted. */
function mayLift({ source, requestedAt, granted }: Verification, rejection: Verification): boolean {
  return source === 'operator' || granted || requestedAt > (rejection.completedAt ?? 0);
}

function byCompletion(one: Verification, other: Verification): number {
  return later(one, other) === one ? 1 : -1;
}

/** The decision that counts of those of Jumio and the operator, and a later one that does not because it may not lift a rejection. */
function reduceDecisions(rejections: number, decisions: readonly Verification[]) {
  let by: Verification | undefined;
  let late: Verification | undefined;
  for (const next of [...decisions].sort(byCompletion)) {
    const isHeld = by !== undefined && isFinal(by, rejections) && !mayLift(next, by);
    if (!isHeld) [by, late] = [next, undefined];
    else if (next.decision !== 'FAILED') late = next;
  }
  return { by, late };
}

function rejectionsOf(attempts: readonly Verification[]): number {
  return attempts.filter(({ decision }) => decision === 'FAILED').length;
}

function standingBy(by: Verification | undefined): Standing | null {
  return by === undefined || by.decision === null ? null : { status: STATUS[by.decision], by };
}

/** Of eIDs the newest counts. */
function newest([first, ...others]: readonly Verification[]): Verification | undefined {
  return first && others.reduce(later, first);
}

/** Whether a verification is an eID's. */
export function isEid({ source }: Pick<Verification, 'source'>): boolean {
  return source.startsWith('eid:');
}

function inheritedStanding({ identity: { inherited } }: IdentityRecord): Standing | null {
  return inherited === null ? null : { status: inherited, by: null };
}

/**
 * The decisions that count beside a status that was inherited after a restore: all of them once the verification that it
 * rests on is decided again, else those of attempts and overrides that were asked for later. The ledger has lost what was before.
 */
function afterRestore({ identity, verifications }: IdentityRecord): IdentityRecord['verifications'] {
  const { inheritedAt, inheritedFrom } = identity;
  if (inheritedAt === null) return verifications;
  const isFoundAgain = verifications.some(({ id, decision }) => id === inheritedFrom && decision !== null);
  return isFoundAgain
    ? verifications
    : verifications.filter((row) => row.requestedAt > inheritedAt && row.id !== inheritedFrom);
}

/** Returns when a standing was decided; for one that was inherited with the first row, when the identity was first seen. */
function decidedAt({ by }: Standing, { identity }: IdentityRecord): number | null {
  return by === null ? (identity.inheritedAt ?? identity.firstSeenAt) : by.completedAt;
}

/** The standing, and when a decision completed that does not count because it may not lift a rejection. */
interface Weighed {
  readonly standing: Standing | null;
  readonly latePassAt: number | null;
}

function weigh(record: IdentityRecord, attempts = jumioAttempts(record)): Weighed {
  const counting = countingDecisions({ ...record, verifications: afterRestore(record) });
  const others = counting.filter((row) => !isEid(row));
  const { by, late } = reduceDecisions(rejectionsOf(attempts), others);
  const latePassAt = late?.completedAt ?? null;
  const ofOthers = standingBy(by) ?? inheritedStanding(record);
  const ofEid = standingBy(newest(counting.filter(isEid)));
  if (ofOthers === null || ofEid === null) return { standing: ofOthers ?? ofEid, latePassAt };
  const isNewer = (decidedAt(ofEid, record) ?? 0) > (decidedAt(ofOthers, record) ?? 0);
  return { standing: ofOthers.status === 'approved' && isNewer ? ofEid : ofOthers, latePassAt };
}

/**
 * Returns the verdict that counts: the decided verification that was completed last; of two with equal times, the one started
 * later. Null: nothing is decided. A rejection that cannot be retried is lifted only by the operator, or by an attempt that
 * was requested since or granted: a person may have kept an older one open. An open or expired attempt never changes it, so a
 * rejected person cannot lift a rejection by starting again. An eID lifts neither a rejection nor a review: it counts where no
 * other decision exists, and renews an older approval.
 */
export function standingOf(record: IdentityRecord): Standing | null {
  return weigh(record).standing;
}

/**
 * Returns when Jumio decided an older attempt milder than the rejection that counts, in epoch milliseconds: it changes nothing by
 * itself, and the operator decides. Null: there is no such decision.
 */
export function latePassAt(record: IdentityRecord): number | null {
  return weigh(record).latePassAt;
}

/** Whether the published copy is still to be read, because a hook reported a linked eID of an unknown identity. */
export function isCopyUnread({ identity, verifications }: IdentityRecord): boolean {
  const { eidCheck, eidReportedAt, version, inherited } = identity;
  // Only that hook contains no copy: a page and a sign-in make a row with the inherited status.
  const isFromHook = eidCheck === 'linked' && eidReportedAt !== null;
  return isFromHook && version === 0 && inherited === null && verifications.length === 0;
}

/** The standing of a record and what follows from it, computed once per change. */
export interface DerivedStanding {
  /** The attempts at Jumio, oldest first. */
  readonly attempts: readonly Verification[];
  readonly standing: Standing | null;
  readonly status: Status;
  readonly facts: StandingFacts;
  readonly latePassAt: number | null;
}

/** Computes standing, status and facts of a record. */
export function deriveStanding(record: IdentityRecord): DerivedStanding {
  const attempts = jumioAttempts(record);
  const { standing, latePassAt } = weigh(record, attempts);
  const status = statusUnder(standing, record, attempts.at(-1));
  return { attempts, standing, status, facts: factsUnder(standing, record, attempts), latePassAt };
}

function statusUnder(standing: Standing | null, record: IdentityRecord, latest: Verification | undefined): Status {
  const { awaitingConsent, eidCheck } = record.identity;
  const unattempted = awaitingConsent || eidCheck === 'sign-up' ? 'pending' : 'none';
  return standing?.status ?? (latest === undefined ? unattempted : attemptStatus(latest));
}

/** Returns the status: the standing, or what follows from the latest attempt where nothing was decided. */
export function statusOf(record: IdentityRecord): Status {
  return deriveStanding(record).status;
}

/** While the eID of the sign-up is unread, the person need do nothing: that is published as `jumio`. */
function withoutAttemptWaitsOn({ identity }: IdentityRecord): WaitingOn | null {
  return identity.eidCheck === 'sign-up' ? 'jumio' : null;
}

function factsUnder(
  standing: Standing | null,
  record: IdentityRecord,
  attempts: readonly Verification[],
): StandingFacts {
  const open = openAttempt(record);
  return {
    standing: standing?.status ?? null,
    decidedAt: standing && decidedAt(standing, record),
    reason: standing?.by?.reason ?? null,
    rejections: rejectionsOf(attempts),
    attemptWaitsOn: open === undefined ? withoutAttemptWaitsOn(record) : attemptWaitsOn(open),
    attemptGrantedAt: isGrantUsed(record.identity, attempts) ? null : record.identity.attemptGrantedAt,
    erasedAt: record.identity.erasedAt,
  };
}

/** Returns the facts that the ledger stores with an identity. */
export function standingFacts(record: IdentityRecord): StandingFacts {
  return deriveStanding(record).facts;
}

/** The rules by which a rejection is retryable. */
export type PublishedRetryRules = Pick<RetryRules, 'reasons' | 'maxRejections'>;

/** The rules behind the published `waiting_on`, whatever the policy says (docs/design.md#who-may-start-again). */
export const PUBLISHED_RETRY_RULES: PublishedRetryRules = {
  reasons: [
    'unreadable',
    'face_unreadable',
    'document_unusable',
    'expired_document',
    'unsupported_document',
    'not_finished',
  ],
  maxRejections: 3,
};

function hasRetryableReason({ standing, reason }: StandingFacts, { reasons }: PublishedRetryRules): boolean {
  return standing === 'rejected' && reason !== null && reasons.includes(reason);
}

/** Whether the standing is a rejection that the person can act on, and the number of rejections allows another attempt. */
export function isRetryable(facts: StandingFacts, rules: PublishedRetryRules): boolean {
  return hasRetryableReason(facts, rules) && facts.rejections < rules.maxRejections;
}

/** Whether the standing is a rejection that the person could act on, but the number of rejections allows no other attempt. */
export function isOutOfRetries(facts: StandingFacts, rules: PublishedRetryRules): boolean {
  return hasRetryableReason(facts, rules) && !isRetryable(facts, rules);
}

function standingWaitsOn(status: DecidedStatus, facts: StandingFacts, rules: PublishedRetryRules): WaitingOn {
  switch (status) {
    case 'approved':
      return 'nobody';
    case 'review':
      return 'operator';
    case 'rejected':
      return isRetryable(facts, rules) ? 'person' : 'operator';
    default:
      return status satisfies never;
  }
}

/** Returns on whom the next step depends, by the given rules. */
export function waitingOnOf(facts: StandingFacts, rules: PublishedRetryRules): WaitingOn {
  if (facts.erasedAt !== null) return 'nobody';
  const ofAttempt = facts.attemptWaitsOn ?? 'person';
  if (facts.standing === null) return ofAttempt;
  const ofStanding = facts.attemptGrantedAt === null ? standingWaitsOn(facts.standing, facts, rules) : 'person';
  // The standing may no longer let the person continue an open attempt: then it decides.
  return ofStanding === 'nobody' || ofAttempt === 'person' ? ofStanding : ofAttempt;
}

/** Returns the published `waiting_on`, whatever the policy says (docs/design.md#who-may-start-again). */
export function waitingOn(record: IdentityRecord): WaitingOn {
  return waitingOnOf(standingFacts(record), PUBLISHED_RETRY_RULES);
}

/** The rules for starting again. Their defaults are `DEFAULT_START_AGAIN` of policy/eligibility.ts. */
export interface RetryRules {
  /** Reasons of a rejection that a person can act on. */
  readonly reasons: readonly Reason[];
  /** From this number of rejections on the person may not start again. */
  readonly maxRejections: number;
  /** Milliseconds from a rejection to the next attempt. */
  readonly waitMs: number;
  /** The largest number of executions within `windowMs` milliseconds. */
  readonly maxExecutions: number;
  readonly windowMs: number;
  /** Whether a person may renew an approval that is too old. */
  readonly afterLifetime: boolean;
}
