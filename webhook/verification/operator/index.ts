export { actOn, erase, type OperatorResult, recheck } from './actions.ts';
export { type BackfillContext, type BackfillProgress, backfill } from './backfill.ts';
export { type CaseDecision, type CaseRefusal, type Decided, decideCase, isAttemptInVain } from './decide.ts';
export { compareCopies, explainWaiting, nextDue } from './describe.ts';
