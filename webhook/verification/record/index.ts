export {
  type AttemptStatus,
  attemptStatus,
  isOnHold,
  jumioAttempts,
  latestAttempt,
  openAttempt,
  UNKNOWN_STATUS,
} from './attempts.ts';
export { type PublishedContent, type PublishedStatus, publishedContent } from './content.ts';
export { endHandovers, withHandover } from './handover.ts';
export { kratosFreeAt, NO_EID_CHECK, normalize } from './normalize.ts';
export { BY_COMMAND, NO_PROPOSAL, PROPOSAL_LASTS_MS, type Proposal, proposalOf } from './proposal.ts';
export {
  type Inheritance,
  inheritanceOf,
  isDecided,
  isStricter,
  member,
  NO_INHERITANCE,
  type Origin,
  originOf,
  type PublishedCopy,
  readPublishedCopy,
} from './published-copy.ts';
export {
  cancelRequestedVerification,
  findVerification,
  hasAgreed,
  hasNewDetails,
  type IdentityDetails,
  inviteIfUndecided,
  newIdentity,
  newVerification,
  requestVerification,
  startOrInvite,
  updateIdentity,
  updateVerification,
  withDetails,
} from './record.ts';
export { referenceFace } from './reference-face.ts';
export { mayBeLostDecision, onCopyCompared, uncompared } from './restored.ts';
export {
  isCopyUnread,
  isEid,
  isOutOfRetries,
  isRetryable,
  latePassAt,
  PUBLISHED_RETRY_RULES,
  type RetryRules,
  type StandingFacts,
  standingFacts,
  standingOf,
  statusOf,
  waitingOn,
  waitingOnOf,
} from './standing.ts';
