import type { Identity, IdentityRecord, Verification, WaitingOn } from '../../model.ts';

/** The status of an attempt without a decision. */
export type AttemptStatus = 'pending' | 'processing' | 'expired';

/** `lastError` of a verification whose last answer had an undocumented value. */
export const UNKNOWN_STATUS = 'unknown-status';

/** Returns the attempts at Jumio, oldest first: none of an eID or an operator. */
export function jumioAttempts({ verifications }: IdentityRecord): Verification[] {
  return verifications.filter(({ source }) => source === 'jumio');
}

/** Returns the newest attempt at Jumio; undefined: there is none. */
export function latestAttempt(record: IdentityRecord): Verification | undefined {
  return jumioAttempts(record).at(-1);
}

/** Returns the attempt under way; undefined: there is none. A partial unique index allows one. */
export function openAttempt(record: IdentityRecord): Verification | undefined {
  return record.verifications.find(({ state }) => state === 'requested' || state === 'started');
}

/**
 * Whether the attempt that an operator granted has had its decision. Until then it may be renewed like every attempt
 * that was once allowed (docs/design.md#who-may-start-again).
 */
export function isGrantUsed(
  { attemptGrantedAt }: Pick<Identity, 'attemptGrantedAt'>,
  attempts: readonly Verification[],
): boolean {
  if (attemptGrantedAt === null) return false;
  return attempts.some(({ requestedAt, decision }) => requestedAt >= attemptGrantedAt && decision !== null);
}

/** Returns what Jumio's status means for an attempt without a decision (the table of docs/design.md#what-jumios-answers-mean). */
export function attemptStatus(verification: Verification): AttemptStatus {
  if (verification.state === 'expired') return 'expired';
  const isUntouched = verification.jumioStatus === null || verification.jumioStatus === 'INITIATED';
  return verification.state === 'requested' || isUntouched ? 'pending' : 'processing';
}

/** Whether a requested attempt is on hold because the person refused: only their consent makes it due again (decision 47). */
export function isOnHold({ state, readDue }: Verification): boolean {
  return state === 'requested' && readDue === null;
}

/** Returns on whom an open attempt waits. */
export function attemptWaitsOn(attempt: Verification): WaitingOn {
  if (isOnHold(attempt)) return 'person';
  if (attempt.state === 'requested') return attempt.createRefused ? 'operator' : 'jumio';
  const isCaptured = attempt.jumioStatus === 'ACQUIRED' || attempt.jumioStatus === 'PROCESSED';
  if (isCaptured || attempt.lastError === UNKNOWN_STATUS) return 'jumio';
  // Jumio created the execution without a link: the tenant has no domain prefix.
  return attempt.linkEndsAt === null ? 'operator' : 'person';
}
