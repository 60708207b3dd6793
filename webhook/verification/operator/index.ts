export {
  actOn,
  erase,
  grantAttempt,
  type OperatorResult,
  override,
  recheck,
} from './actions.ts';
export { type BackfillContext, type BackfillProgress, backfill } from './backfill.ts';
export { compareCopies, explainWaiting, nextDue } from './describe.ts';
