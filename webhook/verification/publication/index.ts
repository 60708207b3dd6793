export { findIdentity, isKratosPaused, publish, publishAfterFirstTry } from './publish.ts';
export {
  describePending,
  isStricterThanOurs,
  matchesPublished,
  onIdentityFound,
  onIdentityMissing,
  pendingPublication,
  publishNow,
  republish,
} from './state.ts';
