import type { GateRow } from '../../webhook/ledger/ledger.ts';
import type { Snapshot } from '../../webhook/model.ts';

/** What the ledger's one query gives the gate of a snapshot. */
export function gateRowOf({ identity, verifications }: Snapshot): GateRow {
  return { ...identity, attempts: verifications.length };
}
