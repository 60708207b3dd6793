export { act, type Done, erase, grant, inKratos, override, personOf, recheck } from './actions.ts';
export { type BackfillDesk, backfill, type Progress } from './backfill.ts';
export { copies, debtsNext, whyWaiting } from './describe.ts';
