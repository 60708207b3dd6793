import type { DecidedStatus, Snapshot, Status, Verdict, Verification } from '../ledger/types.ts';

/** Whose move it is (design §3). */
export type WaitingOn = 'person' | 'jumio' | 'operator' | 'nobody';

/** What an attempt that has no decision amounts to. */
export type AttemptStatus = 'pending' | 'processing' | 'expired';

export interface Standing {
  readonly status: DecidedStatus;
  /** The verification that gives it; null where it was handed down by a published copy. */
  readonly by: Verification | null;
}

const STATUS: Readonly<Record<Verdict, DecidedStatus>> = { PASSED: 'approved', WARNING: 'review', FAILED: 'rejected' };

/** How many rejected executions a person may have in all, where each was for a reason to act on (design §3). */
export const MAX_REJECTIONS = 3;

function later(one: Verification, other: Verification): Verification {
  const byTime = (one.completedAt ?? 0) - (other.completedAt ?? 0);
  return (byTime === 0 ? one.attempt - other.attempt : byTime) > 0 ? one : other;
}

/**
 * The verdict that counts: of the decided verifications the one that Jumio completed last, equal times: the later
 * started. An open or expired attempt never changes it, so a rejection is not laundered by starting again.
 */
export function standingOf(snapshot: Snapshot): Standing | null {
  const decided = snapshot.verifications.filter((verification) => verification.decision !== null);
  const [first, ...others] = decided;
  if (first === undefined) {
    const { inherited } = snapshot.identity;
    return inherited === null ? null : { status: inherited, by: null };
  }
  const by = others.reduce(later, first);
  return by.decision === null ? null : { status: STATUS[by.decision], by };
}

export function latest(snapshot: Snapshot): Verification | undefined {
  return snapshot.verifications.at(-1);
}

/** The attempt that is still under way, if any; a partial unique index allows one. */
export function openAttempt(snapshot: Snapshot): Verification | undefined {
  return snapshot.verifications.find(({ state }) => state === 'requested' || state === 'started');
}

/** What Jumio's word means for an attempt without a decision (the table of design §3). */
export function attemptStatus(verification: Verification): AttemptStatus {
  if (verification.state === 'expired') return 'expired';
  const waiting = verification.jumioStatus === null || verification.jumioStatus === 'INITIATED';
  return verification.state === 'requested' || waiting ? 'pending' : 'processing';
}

export function statusOf(snapshot: Snapshot): Status {
  const attempt = latest(snapshot);
  const withoutAttempt = snapshot.identity.invited === 1 ? 'pending' : 'none';
  return standingOf(snapshot)?.status ?? (attempt === undefined ? withoutAttempt : attemptStatus(attempt));
}

/** `lastError` of a verification whose last answer had a word that is not documented. */
export const UNKNOWN_WORD = 'unknown-status';

function attemptWaitsOn(attempt: Verification): WaitingOn {
  if (attempt.state === 'requested') return attempt.parked === 1 ? 'operator' : 'jumio';
  const captured = attempt.jumioStatus === 'ACQUIRED' || attempt.jumioStatus === 'PROCESSED';
  if (captured || attempt.lastError === UNKNOWN_WORD) return 'jumio';
  // Jumio made the execution and gave no link: the tenant has no domain prefix.
  return attempt.linkEndsAt === null ? 'operator' : 'person';
}

/** Rejected for a reason that a person can act on, and not too often. */
export function canBeMended(snapshot: Snapshot, standing: Standing): boolean {
  const { by } = standing;
  if (by === null || by.reason === null || by.reason === 'other') return false;
  return snapshot.verifications.filter(({ decision }) => decision === 'FAILED').length < MAX_REJECTIONS;
}

function standingWaitsOn(snapshot: Snapshot, standing: Standing): WaitingOn {
  switch (standing.status) {
    case 'approved':
      return 'nobody';
    case 'review':
      return 'operator';
    case 'rejected':
      return canBeMended(snapshot, standing) ? 'person' : 'operator';
    default:
      return standing.status satisfies never;
  }
}

export function waitingOn(snapshot: Snapshot): WaitingOn {
  const open = openAttempt(snapshot);
  const ofAttempt = open === undefined ? 'person' : attemptWaitsOn(open);
  const standing = standingOf(snapshot);
  if (standing === null) return ofAttempt;
  const ofStanding = standingWaitsOn(snapshot, standing);
  // An open attempt that the standing no longer lets the person go on with is not the person's move.
  return ofStanding === 'nobody' || ofAttempt === 'person' ? ofStanding : ofAttempt;
}
