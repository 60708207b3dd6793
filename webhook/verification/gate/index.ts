export type { SignInAttempt } from './audit.ts';
export { checkGate, type GateCheck, type Remaining } from './check.ts';
export { evaluateGate, type GateResult, UNKNOWN } from './decide.ts';
export { decideSignIn } from './sign-in.ts';
