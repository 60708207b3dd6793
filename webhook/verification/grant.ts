import type { Change, Snapshot } from '../ledger/types.ts';
import { openAttempt } from './attempts.ts';
import { withIdentity } from './edit.ts';
import { settle } from './settle.ts';

/**
 * An operator grants one attempt, whatever the standing and the limits say. An attempt that is under way is the granted
 * one; else it is made when the person goes on.
 */
export function grant(snapshot: Snapshot, by: string, reason: string | null, now: number): Change {
  const grantedFrom = openAttempt(snapshot)?.requestedAt ?? now;
  const events = [{ kind: 'granted', detail: { by, reason } }];
  return settle(withIdentity(snapshot, { grantedFrom }), now, events);
}
