export { findIdentity, isKratosPaused, publish, publishAfterFirstTry } from './publish.ts';
export { matchesPublished } from './same-copy.ts';
export {
  describePending,
  isStricterThanOurs,
  onIdentityFound,
  onIdentityMissing,
  pendingPublication,
  publishNow,
  republish,
} from './state.ts';
