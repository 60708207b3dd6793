import type { Verification } from '../ledger/types.ts';

/** Jumio's documented polling schedule, as delays since the last look, in seconds (jumio.md §7.7). */
const DOCUMENTED = [40, 60, 100, 160, 240, 340, 460, 600, 760, 940];
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** After this long past the link's end an execution that cannot be read is given up. */
export const GIVE_UP_MS = 30 * DAY_MS;

/** Jumio needs a moment to notice that a link has ended. */
const LINK_END_MARGIN_MS = 1_000;

/** Statuses after which Jumio does nothing more by itself (jumio.md §6.3). */
export function isTerminal(status: string | null): boolean {
  return status === 'PROCESSED' || status === 'SESSION_EXPIRED' || status === 'TOKEN_EXPIRED';
}

/** The delay whose turn it is, told by the time and not by a count: a person who reloads a page uses none of it up. */
function delay(elapsed: number): number {
  let turn = 0;
  for (const seconds of DOCUMENTED) {
    turn += seconds * 1000;
    if (elapsed < turn) return seconds * 1000;
  }
  return elapsed < turn + DAY_MS ? HOUR_MS : DAY_MS;
}

/**
 * When an execution that is still under way is looked at next: at its link's end, and from the first sign of life on
 * the documented schedule, then hourly for a day, then daily. Without any, the schedule begins at the link's end.
 */
export function nextLook({ aliveAt, linkEndsAt, requestedAt }: Verification, now: number): number {
  const end = (linkEndsAt ?? requestedAt) + LINK_END_MARGIN_MS;
  if (aliveAt === null && end > now) return end;
  const scheduled = now + delay(now - (aliveAt ?? end));
  return end > now ? Math.min(end, scheduled) : scheduled;
}

/** Full jitter, capped at 15 minutes (design §4). `random` is in [0, 1). */
export function backOff(attempts: number, random: number): number {
  const ceiling = Math.min(15 * 60_000, 1000 * 2 ** Math.min(attempts, 20));
  return Math.max(250, Math.floor(random * ceiling));
}
