export { payKratos, payKratosWhenLate } from './publish.ts';
export { debtToKratos, isOurCopy, knowsWorse, missed, publishedNow, reappeared, republish } from './state.ts';
