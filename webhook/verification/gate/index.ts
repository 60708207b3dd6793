export type { Attempt } from './audit.ts';
export { type Judgement, judge } from './check.ts';
export { gate, UNKNOWN, type Verdict } from './decide.ts';
export { signIn } from './sign-in.ts';
