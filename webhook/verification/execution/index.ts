export { handleCallback } from './callback.ts';
export { createExecution, isRarelyRetried, retryCreateDue } from './create.ts';
export { sendPrefill } from './prefill.ts';
export { readExecution } from './read.ts';
export { mintReference, readReference } from './reference.ts';
export { applyReadRequest, earliestRead, READ_INTERVAL_MS } from './schedule.ts';
