import type { Store } from '../database/store.ts';
import type { Rows } from '../rows.ts';
import { createCatchUp } from './catch-up.ts';
import { createDeliveryClaims } from './claims.ts';
import { createEndpoints } from './endpoints.ts';
import { createKept } from './kept.ts';
import type { Outbox } from './outbox.ts';

/** Returns what the ledger keeps of signed events (docs/events.md). It prepares nothing: without endpoints it costs nothing. */
export function createDeliveryLedger(store: Store, rows: Rows, outbox: Outbox) {
  const catchUp = createCatchUp(store, rows);
  return {
    ...createDeliveryClaims(store, rows.append),
    ...createEndpoints(store, outbox, catchUp),
    ...createKept(store, outbox, catchUp),
  };
}

/** The endpoints and deliveries of the ledger. Every method rejects with `LedgerUnavailable` if the database fails. */
export type DeliveryLedger = ReturnType<typeof createDeliveryLedger>;
