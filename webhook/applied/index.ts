export { appliedBy, type Difference, differencesOf } from './applied.ts';
export { APPLIED_ROUTE, askRunning, localAddress, type RunningAnswer } from './ask.ts';
