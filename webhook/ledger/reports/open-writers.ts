import { setTimeout as sleep } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import { LedgerUnavailable } from '../../errors.ts';
import type { Store } from '../database/store.ts';
import type { Tables } from '../tables.ts';

const POLL_EVERY_MS = 50;

/** Longer than a statement and an idle transaction of the service may last (postgres.ts). */
const TIMEOUT_MS = 30_000;

type WrittenTable = 'events' | 'identities' | 'verifications';

/** The open transactions that have written one of the tables: each takes this lock before it writes a row or gets an id. */
async function openWriters(db: Kysely<Tables>, tables: readonly WrittenTable[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select virtualtransaction as id from pg_locks
    where database = (select oid from pg_database where datname = current_database())
      and relation in (${sql.join(tables.map((table) => sql`${sql.lit(table)}::regclass`))}) and mode = 'RowExclusiveLock' and granted`.execute(
    db,
  );
  return rows.map(({ id }) => id);
}

/**
 * Waits for the transactions that have written one of the tables and are open at this moment, at most 30 s, without blocking them. On SQLite
 * there is none beside a reader. Rejects with `LedgerUnavailable` if one does not end.
 * @param pause between two looks; if it rejects, so does this
 */
export async function writersEnded(
  store: Store,
  tables: readonly WrittenTable[],
  pause: () => Promise<void> = () => sleep(POLL_EVERY_MS),
): Promise<void> {
  if (store.dialect === 'sqlite') return;
  const before = new Set(await store.read((db) => openWriters(db, tables)));
  const end = performance.now() + TIMEOUT_MS;
  while (before.size > 0 && (await store.read((db) => openWriters(db, tables))).some((id) => before.has(id))) {
    if (performance.now() >= end)
      throw new LedgerUnavailable('a transaction that has written to the ledger does not end');
    await pause();
  }
}
