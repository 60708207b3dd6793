export { describeCheck, describeFailures, requestCheck, startSignUp, startUnobservedSignUp } from './evidence.ts';
export { checkCredentials } from './job.ts';
export { refusedLevel } from './levels.ts';
export { handleLinkHook } from './link-hook.ts';
