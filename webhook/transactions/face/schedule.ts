import type { ApprovalAttempt } from '../model.ts';

const SECOND_MS = 1_000;

const MINUTE_MS = 60 * SECOND_MS;

const HOUR_MS = 60 * MINUTE_MS;

/** The life of a link to a comparison, as Jumio takes it, and in milliseconds. */
export const FACE_LINK = { lifetime: '5m', ms: 5 * MINUTE_MS } as const;

/** Comparisons of one transaction: each is paid. */
export const MOST_FACES = 3;

/** A comparison that Jumio has not begun after so long is given up: the payer waits, and may take another way. */
export const FACE_START_MS = MINUTE_MS;

/** A comparison that cannot be read, or that Jumio does not end, is given up after so long. */
export const FACE_GIVE_UP_MS = 24 * HOUR_MS;

/**
 * Returns when a comparison is read next, in epoch milliseconds, if no callback comes: often while its payer waits, because a
 * callback may be lost, and then only for the record.
 */
export function nextFaceRead({ startedAt }: Pick<ApprovalAttempt, 'startedAt'>, now: number): number {
  const elapsed = now - startedAt;
  if (elapsed < 2 * FACE_LINK.ms) return now + 15 * SECOND_MS;
  return now + (elapsed < HOUR_MS ? MINUTE_MS : HOUR_MS);
}

/** Returns when a call to create a comparison is repeated: soon, because the payer waits. `random` is in [0, 1). */
export function nextFaceStart({ startedAt }: Pick<ApprovalAttempt, 'startedAt'>, now: number, random: number): number {
  const elapsed = Math.max(0, now - startedAt);
  return now + SECOND_MS + Math.floor(random * Math.min(10 * SECOND_MS, elapsed + SECOND_MS));
}
