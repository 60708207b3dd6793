import { READ_EVERY_MS } from './nudge.ts';
import type { View } from './view.ts';

/** Longer than any look takes to come and to be answered; whatever happens, nobody is kept waiting for one beyond it. */
const BELIEVED_MS = 60_000;

/** Time for the page to be read, and for a look that is under way to be answered. */
const SHORTEST_MS = 3_000;

/**
 * In how many milliseconds to see what Jumio says now, for somebody who came back at `since` and is said to have
 * finished: as long as the look that the arrival asked for is postponed by a few seconds, or under way. Undefined: it
 * has been made, or none comes soon, and what we know is what counts.
 */
export function lookComesIn({ permission, leasedUntil }: View, since: number, now: number): number | undefined {
  const attempt = permission.kind === 'no' || permission.kind === 'start' ? undefined : permission.verification;
  if (!attempt?.executionId || attempt.readDue === null || now - since > BELIEVED_MS) return undefined;
  const { lastReadAt, readDue } = attempt;
  // What is claimed is due again when its lease ends, or earlier where somebody knocked meanwhile.
  if (leasedUntil > now && readDue <= leasedUntil) return SHORTEST_MS;
  const isMade = (lastReadAt ?? 0) >= since;
  return isMade || readDue - now > READ_EVERY_MS ? undefined : Math.max(SHORTEST_MS, readDue - now);
}
