import type { IdentityRecord } from '../../model.ts';
import { updateIdentity } from './record.ts';

/** Records that a hand-over cookie of this identity may be in use until then (docs/design.md#hand-over-cookie). */
export function withHandover(record: IdentityRecord, until: number): IdentityRecord {
  const { handoverUntil } = record.identity;
  return updateIdentity(record, { handoverUntil: Math.max(handoverUntil ?? 0, until) });
}

/** Ends every hand-over cookie of this identity that was set before: they carry an older counter. */
export function endHandovers(record: IdentityRecord): IdentityRecord {
  const { handoverCounter } = record.identity;
  return updateIdentity(record, { handoverCounter: handoverCounter + 1, handoverUntil: null });
}
