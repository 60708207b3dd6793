import type { Store } from '../database/store.ts';
import type { AppendEvent } from '../tables.ts';
import { createAttempts } from './attempts.ts';
import { createDueAttempts } from './due-attempts.ts';
import { createPayers } from './payers.ts';
import { createRecords } from './records.ts';
import { createRetention } from './retention.ts';
import { createSends } from './sends.ts';
import { createSigningKeys } from './signing-keys.ts';

/** Returns what the ledger keeps of payments (docs/payments.md). It prepares nothing: without payments it costs nothing. */
export function createTransactionLedger(store: Store, append: AppendEvent) {
  return {
    ...createRecords(store, append),
    ...createAttempts(store, append),
    ...createDueAttempts(store, append),
    ...createRetention(store, append),
    ...createPayers(store, append),
    ...createSends(store),
    ...createSigningKeys(store, append),
  };
}

/** The transactions, attempts, payers and signing keys of the ledger. Every method rejects with `LedgerUnavailable` if the database fails. */
export type TransactionLedger = ReturnType<typeof createTransactionLedger>;

export type { ApprovalFacts, Judgement, NewAttempt, NoAttempt, Settled } from './attempts.ts';
export type { NewTransaction } from './records.ts';
