import { type Kysely, sql } from 'kysely';
import type { LedgerEvent } from '../../model.ts';
import type { Dialect } from '../database/store.ts';
import type { Tables } from '../tables.ts';

/** The connection that a piece of work runs on. */
export type On = Kysely<Tables>;

/** Makes transactions about the same thing wait for each other. On SQLite they do so anyway. */
export async function lock(db: Kysely<Tables>, dialect: Dialect, name: string): Promise<void> {
  if (dialect === 'sqlite') return;
  await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(db);
}

/** Makes the transactions of a payer wait for each other, in every replica. */
export function lockPayer(db: Kysely<Tables>, dialect: Dialect, identityId: string): Promise<void> {
  return lock(db, dialect, `payer ${identityId}`);
}

/** Appends an event of an identity, or of none. */
export type AppendEvent = (
  db: Kysely<Tables>,
  at: number,
  identityId: string | null,
  event: LedgerEvent,
) => Promise<void>;
