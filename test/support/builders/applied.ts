import type { Change } from '../../../webhook/model.ts';
import { normalize } from '../../../webhook/verification/record/normalize.ts';

/** A pure change as the ledger saves it: its record is normalised at the time of the change. */
export function applied<Decided extends Change>(change: Decided, now: number): Decided;
export function applied<Decided extends Change>(change: Decided | undefined, now: number): Decided | undefined;
export function applied<Decided extends Change>(change: Decided | undefined, now: number): Decided | undefined {
  return change && { ...change, record: normalize(change.record, now) };
}
