import type { Change, LedgerEvent, Snapshot, Verification } from '../ledger/types.ts';
import { withIdentity } from './edit.ts';
import { requested, withoutRequest } from './request.ts';
import { settle } from './settle.ts';
import { standingOf } from './standing.ts';

/** A decision of the operator's own. */
export interface Override {
  readonly verdict: 'PASSED' | 'FAILED';
  /** A key of theirs, or words without personal data; at most 100 characters. */
  readonly reason: string;
  /** Who answers for it. */
  readonly by: string;
}

/** After everything that is decided already, also where Jumio's clock is ahead of ours. */
function decidedAt({ verifications }: Snapshot, now: number): number {
  return Math.max(now, ...verifications.map(({ completedAt }) => completedAt ?? 0));
}

/**
 * Decides in place of Jumio. The decision is a verification of its own, with its own time: a rejection ends by the
 * operator only, an approval is replaced by a decision that is completed later (`standingOf`). What was granted before
 * is withdrawn.
 */
export function override(snapshot: Snapshot, decision: Override, id: string, now: number): Change {
  const { verdict, reason, by } = decision;
  const row: Verification = {
    ...requested(snapshot, id, now),
    source: 'operator',
    state: 'decided',
    decision: verdict,
    decisionLabel: reason,
    completedAt: decidedAt(snapshot, now),
    readDue: null,
  };
  const decided = { ...snapshot, verifications: [...snapshot.verifications, row] };
  const previous = standingOf(snapshot)?.status ?? null;
  const events: LedgerEvent[] = [{ kind: 'overridden', verificationId: id, detail: { verdict, reason, by, previous } }];
  return settle(withIdentity(withoutRequest(decided, events), { grantedFrom: null }), now, events);
}
