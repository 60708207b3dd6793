import type { Identity, Snapshot, Status, WaitingOn } from '../ledger/types.ts';
import type { Policy } from './policy.ts';
import { type StandingFacts, standingFacts, statusOf } from './standing.ts';
import { whoseMove } from './whose-move.ts';

/** What is kept of a standing, and of the status. */
type Kept = StandingFacts & Pick<Identity, 'status'>;

/**
 * Whether the policy calls the approval too old to count. The gate and the pages ask here and nowhere else, so that
 * nobody is sent in circles between them. Where the time of the verdict is not known it is not too old.
 */
export function isTooOld({ standing, decidedAt }: StandingFacts, policy: Policy, now: number): boolean {
  const { verdictLifetimeMs: lifetime } = policy;
  return standing === 'approved' && lifetime !== null && decidedAt !== null && now - decidedAt >= lifetime;
}

/** `expired` in place of an approval that is too old. */
export function statusNow(kept: Kept, policy: Policy, now: number): Status {
  return kept.status === 'approved' && isTooOld(kept, policy, now) ? 'expired' : kept.status;
}

export function waitingOnNow(kept: StandingFacts, policy: Policy, now: number): WaitingOn {
  return whoseMove(isTooOld(kept, policy, now) ? { ...kept, standing: null } : kept, policy.startAgain);
}

export function keptOf(snapshot: Snapshot): Kept {
  return { ...standingFacts(snapshot), status: statusOf(snapshot) };
}
