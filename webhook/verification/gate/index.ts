export { type ApiDecision, type ApiSubject, decideForApi } from './api-decision.ts';
export type { SignInAttempt } from './audit.ts';
export type { Remaining } from './check.ts';
export { evaluateGate, type GateResult, UNKNOWN } from './decide.ts';
export { decideSignIn } from './sign-in.ts';
