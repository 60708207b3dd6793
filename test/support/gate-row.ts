import type { GateRow } from '../../webhook/ledger/ledger.ts';
import type { Snapshot } from '../../webhook/ledger/types.ts';

/** What the ledger's one query gives the gate of a snapshot. */
export function gateRowOf({ identity, verifications }: Snapshot): GateRow {
  const { standing, status, content, changedAt, version, published, gone, invited, schemaId, bornAt, locale } =
    identity;
  const told = { invited, schemaId, bornAt, locale };
  return { standing, status, content, changedAt, version, published, gone, ...told, attempts: verifications.length };
}
