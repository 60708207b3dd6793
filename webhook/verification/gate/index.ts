export { type ApiDecision, type ApiSubject, decideForApi } from './api-decision.ts';
export type { SignInAttempt } from './audit.ts';
export { evaluateGate, type GateResult, UNKNOWN } from './decide.ts';
export { decideSignIn, type Remaining } from './sign-in.ts';
