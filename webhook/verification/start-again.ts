import type { Snapshot, Verification } from '../ledger/types.ts';
import { canBeMended, openAttempt, standingOf } from './standing.ts';

/** At most so many executions per identity within `WINDOW_MS` (design §3). */
export const MAX_EXECUTIONS = 5;
const WINDOW_MS = 30 * 24 * 3_600_000;

export type Refusal = 'approved' | 'review' | 'rejected' | 'processing' | 'too-many';

/** Whether this person may start, go on with, or renew an attempt. */
export type Permission =
  | { readonly kind: 'start' }
  /** There is an attempt to go on with; its link may still be in the making. */
  | { readonly kind: 'continue'; readonly verification: Verification }
  /** The attempt's link has ended: a new one after Jumio was asked whether anything paid would be lost. */
  | { readonly kind: 'renew'; readonly verification: Verification }
  | { readonly kind: 'no'; readonly why: Refusal; readonly until?: number };

function refusedByStanding(snapshot: Snapshot): Permission | undefined {
  const standing = standingOf(snapshot);
  if (standing === null || (standing.status === 'rejected' && canBeMended(snapshot, standing))) return undefined;
  return { kind: 'no', why: standing.status };
}

/** An execution that nobody ever got the link of does not count (design §4). */
function counts({ state, linkEndsAt }: Verification): boolean {
  return state === 'requested' || linkEndsAt !== null;
}

/** The time from which one more execution is allowed; undefined: now. */
function limitedUntil(snapshot: Snapshot, now: number): number | undefined {
  const recent = snapshot.verifications
    .filter(counts)
    .map(({ requestedAt }) => requestedAt)
    .filter((at) => at > now - WINDOW_MS);
  const oldestThatCounts = recent.sort((a, b) => a - b)[recent.length - MAX_EXECUTIONS];
  return oldestThatCounts === undefined ? undefined : oldestThatCounts + WINDOW_MS;
}

function within(snapshot: Snapshot, now: number, granted: Permission): Permission {
  const until = limitedUntil(snapshot, now);
  return until === undefined ? granted : { kind: 'no', why: 'too-many', until };
}

function goOn(snapshot: Snapshot, open: Verification, now: number): Permission {
  if (open.state === 'requested') return { kind: 'continue', verification: open };
  if (open.jumioStatus === 'ACQUIRED' || open.jumioStatus === 'PROCESSED') return { kind: 'no', why: 'processing' };
  const alive = open.link !== null && (open.linkEndsAt ?? 0) > now;
  return alive
    ? { kind: 'continue', verification: open }
    : within(snapshot, now, { kind: 'renew', verification: open });
}

/**
 * "Who may start again" of design §3. Judged by the standing of now, also for an attempt that is already open: a
 * final rejection that arrives late closes the way on.
 */
export function mayStart(snapshot: Snapshot, now: number): Permission {
  const refused = refusedByStanding(snapshot);
  if (refused !== undefined) return refused;
  const open = openAttempt(snapshot);
  return open === undefined ? within(snapshot, now, { kind: 'start' }) : goOn(snapshot, open, now);
}
