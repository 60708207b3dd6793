export {
  type AttemptStatus,
  attemptStatus,
  attemptsOf,
  isOnHold,
  latest,
  openAttempt,
  UNKNOWN_WORD,
} from './attempts.ts';
export { type Content, published } from './content.ts';
export { kratosTurn, settle } from './normalize.ts';
export { type Copy, decidedStatus, isDecided, readCopy } from './published-copy.ts';
export {
  begin,
  find,
  hasAgreed,
  invitedWhereBare,
  meet,
  type Particulars,
  request,
  requested,
  tellsNews,
  withIdentity,
  withoutRequest,
  withParticulars,
  withVerification,
} from './record.ts';
export {
  canBeMended,
  hasUsedUp,
  isCopyUnread,
  isEid,
  type StandingFacts,
  type StartAgain,
  standingFacts,
  standingOf,
  statusOf,
  waitingOn,
  whoseMove,
} from './standing.ts';
export { NOTHING_OWED } from './tombstone.ts';
