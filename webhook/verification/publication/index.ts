export { publish, publishAfterFirstTry } from './publish.ts';
export {
  isStricterThanOurs,
  matchesPublished,
  onIdentityFound,
  onIdentityMissing,
  pendingPublication,
  publishNow,
  republish,
} from './state.ts';
