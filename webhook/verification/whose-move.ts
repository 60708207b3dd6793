import type { DecidedStatus, Snapshot, WaitingOn } from '../ledger/types.ts';
import type { StartAgain } from './policy.ts';
import { type StandingFacts, standingFacts } from './standing.ts';

/** Which rejections can be mended: three in all, each for a reason that a person can act on (design §3). */
export type Mending = Pick<StartAgain, 'reasons' | 'maxRejections'>;
export const PUBLISHED_MENDING: Mending = {
  reasons: ['unreadable', 'expired_document', 'unsupported_document', 'not_finished'],
  maxRejections: 3,
};

/** Rejected for a reason that a person can act on. */
function isActedOn({ standing, reason }: StandingFacts, { reasons }: Mending): boolean {
  return standing === 'rejected' && reason !== null && reasons.includes(reason);
}

/** Rejected for a reason that a person can act on, and not too often. */
export function canBeMended(facts: StandingFacts, mending: Mending): boolean {
  return isActedOn(facts, mending) && facts.rejections < mending.maxRejections;
}

/** Rejected for a reason that a person can act on, and too often. */
export function hasUsedUp(facts: StandingFacts, mending: Mending): boolean {
  return isActedOn(facts, mending) && !canBeMended(facts, mending);
}

function standingWaitsOn(status: DecidedStatus, facts: StandingFacts, mending: Mending): WaitingOn {
  switch (status) {
    case 'approved':
      return 'nobody';
    case 'review':
      return 'operator';
    case 'rejected':
      return canBeMended(facts, mending) ? 'person' : 'operator';
    default:
      return status satisfies never;
  }
}

export function whoseMove(facts: StandingFacts, mending: Mending): WaitingOn {
  if (facts.erasedAt !== null) return 'nobody';
  const ofAttempt = facts.attemptWaitsOn ?? 'person';
  if (facts.standing === null) return ofAttempt;
  const ofStanding = facts.grantedFrom === null ? standingWaitsOn(facts.standing, facts, mending) : 'person';
  // An open attempt that the standing no longer lets the person go on with is not the person's move.
  return ofStanding === 'nobody' || ofAttempt === 'person' ? ofStanding : ofAttempt;
}

/** As it is published: by the rules of design §3, whatever the operator's policy says. */
export function waitingOn(snapshot: Snapshot): WaitingOn {
  return whoseMove(standingFacts(snapshot), PUBLISHED_MENDING);
}
