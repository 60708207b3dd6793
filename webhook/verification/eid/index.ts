export { beginBy, beginUntold, lookedAgain } from './evidence.ts';
export { payEvidence } from './job.ts';
export { levelMissed } from './levels.ts';
export { onLinkChanged } from './link-hook.ts';
