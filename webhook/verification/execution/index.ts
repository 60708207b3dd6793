export { receive } from './callback.ts';
export { create, isRarelyTried, pressedDue } from './create.ts';
export { prepare } from './prefill.ts';
export { read } from './read.ts';
export { readReference } from './reference.ts';
export { allowedAt, nudge, READ_EVERY_MS } from './schedule.ts';
