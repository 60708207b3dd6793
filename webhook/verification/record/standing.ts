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
import { attemptStatus, attemptWaitsOn, jumioAttempts, latestAttempt, openAttempt } from './attempts.ts';

export interface Standing {
  readonly status: DecidedStatus;
  /** The verification that gives it; null where it was handed down by a published copy. */
  readonly by: Verification | null;
}

const STATUS: Readonly<Record<Verdict, DecidedStatus>> = { PASSED: 'approved', WARNING: 'review', FAILED: 'rejected' };

/** What follows from an identity's verifications and does not change with the time or the policy. */
export type StandingFacts = Pick<
  Identity,
  'standing' | 'decidedAt' | 'reason' | 'rejections' | 'attemptWaitsOn' | 'attemptGrantedAt' | 'erasedAt'
>;

function later(one: Verification, other: Verification): Verification {
  const byTime = (one.completedAt ?? 0) - (other.completedAt ?? 0);
  return (byTime === 0 ? one.attempt - other.attempt : byTime) > 0 ? one : other;
}

/**
 * The decisions that can count beside each other. Of the operator's own only the last does: a rejection of theirs ends
 * by themselves only, an approval is one decision among the others.
 */
function countingDecisions({ verifications }: IdentityRecord): Verification[] {
  const decided = verifications.filter(({ decision }) => decision !== null);
  const theirs = decided.filter(({ source }) => source === 'operator');
  if (theirs.length === 0) return decided;
  const last = theirs.reduce(later);
  return last.decision === 'FAILED' ? [last] : decided.filter((row) => row === last || row.source !== 'operator');
}

function givenBy([first, ...others]: readonly Verification[]): Standing | null {
  if (first === undefined) return null;
  const by = others.reduce(later, first);
  return by.decision === null ? null : { status: STATUS[by.decision], by };
}

/** Whether an eID answered. */
export function isEid({ source }: Pick<Verification, 'source'>): boolean {
  return source.startsWith('eid:');
}

/** What a published copy handed down, until somebody decides. */
function inheritedBy({ identity: { inherited } }: IdentityRecord): Standing | null {
  return inherited === null ? null : { status: inherited, by: null };
}

/** When a standing was decided; an inherited one: when we met the identity. */
function decidedAt({ by }: Standing, { identity }: IdentityRecord): number | null {
  return by === null ? identity.firstSeenAt : by.completedAt;
}

/**
 * The verdict that counts: of the decided verifications the one that was completed last, equal times: the later
 * started. An open or expired attempt never changes it, so a rejection is not laundered by starting again. Nor does an
 * eID lift a rejection or a review: it counts where nobody else decided, and renews what others approved before it.
 */
export function standingOf(record: IdentityRecord): Standing | null {
  const counting = countingDecisions(record);
  const ofOthers = givenBy(counting.filter((row) => !isEid(row))) ?? inheritedBy(record);
  const ofEid = givenBy(counting.filter(isEid));
  if (ofOthers === null || ofEid === null) return ofOthers ?? ofEid;
  const isNewer = (decidedAt(ofEid, record) ?? 0) > (decidedAt(ofOthers, record) ?? 0);
  return ofOthers.status === 'approved' && isNewer ? ofEid : ofOthers;
}

/** An eID was linked by somebody of whom nothing is known: what their published copy says is still to be read. */
export function isCopyUnread({ identity, verifications }: IdentityRecord): boolean {
  const { eidCheck, eidReportedAt, version, inherited } = identity;
  // Only a hook shows no copy: who comes to a page, or signs in, was met with what theirs says.
  const isToldByHook = eidCheck === 'linked' && eidReportedAt !== null;
  return isToldByHook && version === 0 && inherited === null && verifications.length === 0;
}

/** What is derived from one record: its standing is computed once and handed on. */
export interface DerivedStanding {
  readonly standing: Standing | null;
  readonly status: Status;
  readonly facts: StandingFacts;
}

export function deriveStanding(record: IdentityRecord): DerivedStanding {
  const standing = standingOf(record);
  return { standing, status: statusUnder(standing, record), facts: factsUnder(standing, record) };
}

function statusUnder(standing: Standing | null, record: IdentityRecord): Status {
  const attempt = latestAttempt(record);
  const { awaitingConsent, eidCheck } = record.identity;
  const withoutAttempt = awaitingConsent || eidCheck === 'sign-up' ? 'pending' : 'none';
  return standing?.status ?? (attempt === undefined ? withoutAttempt : attemptStatus(attempt));
}

export function statusOf(record: IdentityRecord): Status {
  return statusUnder(standingOf(record), record);
}

/** Whether an eID answers is still to be read: nobody but the other side can go on. */
function withoutAttemptWaitsOn({ identity }: IdentityRecord): WaitingOn | null {
  return identity.eidCheck === 'sign-up' ? 'jumio' : null;
}

function factsUnder(standing: Standing | null, record: IdentityRecord): StandingFacts {
  const open = openAttempt(record);
  return {
    standing: standing?.status ?? null,
    decidedAt: standing && decidedAt(standing, record),
    reason: standing?.by?.reason ?? null,
    rejections: jumioAttempts(record).filter(({ decision }) => decision === 'FAILED').length,
    attemptWaitsOn: open === undefined ? withoutAttemptWaitsOn(record) : attemptWaitsOn(open),
    attemptGrantedAt: record.identity.attemptGrantedAt,
    erasedAt: record.identity.erasedAt,
  };
}

/** What the ledger keeps beside an identity, computed with every change. */
export function standingFacts(record: IdentityRecord): StandingFacts {
  return factsUnder(standingOf(record), record);
}

/** Which rejections can be mended: three in all, each for a reason that a person can act on (docs/design.md#who-may-start-again). */
export type PublishedRetryRules = Pick<RetryRules, 'reasons' | 'maxRejections'>;

export const PUBLISHED_RETRY_RULES: PublishedRetryRules = {
  reasons: ['unreadable', 'expired_document', 'unsupported_document', 'not_finished'],
  maxRejections: 3,
};

/** Rejected for a reason that a person can act on. */
function isActedOn({ standing, reason }: StandingFacts, { reasons }: PublishedRetryRules): boolean {
  return standing === 'rejected' && reason !== null && reasons.includes(reason);
}

/** Rejected for a reason that a person can act on, and not too often. */
export function isRetryable(facts: StandingFacts, mending: PublishedRetryRules): boolean {
  return isActedOn(facts, mending) && facts.rejections < mending.maxRejections;
}

/** Rejected for a reason that a person can act on, and too often. */
export function isOutOfRetries(facts: StandingFacts, mending: PublishedRetryRules): boolean {
  return isActedOn(facts, mending) && !isRetryable(facts, mending);
}

function standingWaitsOn(status: DecidedStatus, facts: StandingFacts, mending: PublishedRetryRules): WaitingOn {
  switch (status) {
    case 'approved':
      return 'nobody';
    case 'review':
      return 'operator';
    case 'rejected':
      return isRetryable(facts, mending) ? 'person' : 'operator';
    default:
      return status satisfies never;
  }
}

export function waitingOnOf(facts: StandingFacts, mending: PublishedRetryRules): WaitingOn {
  if (facts.erasedAt !== null) return 'nobody';
  const ofAttempt = facts.attemptWaitsOn ?? 'person';
  if (facts.standing === null) return ofAttempt;
  const ofStanding = facts.attemptGrantedAt === null ? standingWaitsOn(facts.standing, facts, mending) : 'person';
  // An open attempt that the standing no longer lets the person go on with is not the person's move.
  return ofStanding === 'nobody' || ofAttempt === 'person' ? ofStanding : ofAttempt;
}

/** As it is published: by the rules of docs/design.md#who-may-start-again, whatever the operator's policy says. */
export function waitingOn(record: IdentityRecord): WaitingOn {
  return waitingOnOf(standingFacts(record), PUBLISHED_RETRY_RULES);
}

/** Who may start again, how often, after how long (docs/design.md#who-may-start-again by default). */
export interface RetryRules {
  /** Reasons of a rejection that a person can act on. */
  readonly reasons: readonly Reason[];
  /** From so many rejections on nobody starts again. */
  readonly maxRejections: number;
  /** Milliseconds from a rejection to the next attempt. */
  readonly waitMs: number;
  /** At most so many executions within `windowMs`. */
  readonly maxExecutions: number;
  readonly windowMs: number;
  /** Whether a person may renew an approval that is too old. */
  readonly afterLifetime: boolean;
}
