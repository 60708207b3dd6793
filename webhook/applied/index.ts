export { appliedNow, type Difference, differencesOf, settingsInForce } from './applied.ts';
export { APPLIED_ROUTE, askRunning, localAddress, type RunningAnswer } from './ask.ts';
