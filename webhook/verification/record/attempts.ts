import type { IdentityRecord, Verification, WaitingOn } from '../../model.ts';

/** What an attempt that has no decision amounts to. */
export type AttemptStatus = 'pending' | 'processing' | 'expired';

/** `lastError` of a verification whose last answer had a word that is not documented. */
export const UNKNOWN_STATUS = 'unknown-status';

/** The attempts at Jumio; what others decided is none. */
export function jumioAttempts({ verifications }: IdentityRecord): Verification[] {
  return verifications.filter(({ source }) => source === 'jumio');
}

export function latestAttempt(record: IdentityRecord): Verification | undefined {
  return jumioAttempts(record).at(-1);
}

/** The attempt that is still under way, if any; a partial unique index allows one. */
export function openAttempt(record: IdentityRecord): Verification | undefined {
  return record.verifications.find(({ state }) => state === 'requested' || state === 'started');
}

/**
 * Whether the attempt that an operator granted has had its decision. Until then it may be renewed like every attempt
 * that was once allowed (docs/design.md#who-may-start-again).
 */
export function isGrantUsed(record: IdentityRecord): boolean {
  const { attemptGrantedAt } = record.identity;
  if (attemptGrantedAt === null) return false;
  return jumioAttempts(record).some(
    ({ requestedAt, decision }) => requestedAt >= attemptGrantedAt && decision !== null,
  );
}

/** What Jumio's word means for an attempt without a decision (the table of docs/design.md#what-jumios-answers-mean). */
export function attemptStatus(verification: Verification): AttemptStatus {
  if (verification.state === 'expired') return 'expired';
  const waiting = verification.jumioStatus === null || verification.jumioStatus === 'INITIATED';
  return verification.state === 'requested' || waiting ? 'pending' : 'processing';
}

/** Asked for, and the person has refused since: only their agreeing makes it due again (decision 47). */
export function isOnHold({ state, readDue }: Verification): boolean {
  return state === 'requested' && readDue === null;
}

/** Whose move an open attempt is. */
export function attemptWaitsOn(attempt: Verification): WaitingOn {
  if (isOnHold(attempt)) return 'person';
  if (attempt.state === 'requested') return attempt.createRefused ? 'operator' : 'jumio';
  const captured = attempt.jumioStatus === 'ACQUIRED' || attempt.jumioStatus === 'PROCESSED';
  if (captured || attempt.lastError === UNKNOWN_STATUS) return 'jumio';
  // Jumio made the execution and gave no link: the tenant has no domain prefix.
  return attempt.linkEndsAt === null ? 'operator' : 'person';
}
