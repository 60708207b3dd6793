import { type Kysely, sql } from 'kysely';
import { LedgerUnavailable } from '../errors.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

const LOOK_EVERY_MS = 50;
/** Longer than a statement and an idle transaction of ours may last (postgres.ts). */
const PATIENCE_MS = 30_000;

/** The number that was given out last, to a transaction that is committed or not. */
async function handedOut(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ last: number }>`select last_value as last from events_id_seq`.execute(db);
  return rows[0]?.last ?? 0;
}

/** The transactions that have written events and are still under way: each takes this lock before it has a number. */
async function writing(db: Kysely<Tables>): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select virtualtransaction as id from pg_locks
    where database = (select oid from pg_database where datname = current_database())
      and relation = 'events'::regclass and mode = 'RowExclusiveLock' and granted`.execute(db);
  return rows.map(({ id }) => id);
}

/**
 * Up to which event nothing can come any more. On PostgreSQL a transaction may commit after one that has a higher number:
 * whoever went on behind that number would never see its events. So those under way are waited for, and hold up nobody.
 * Rejects with `LedgerUnavailable` where one does not end.
 */
export async function lastSettled(store: Store): Promise<number> {
  if (store.dialect === 'sqlite') return Number.MAX_SAFE_INTEGER;
  const last = await store.read(handedOut);
  const before = new Set(await store.read(writing));
  const end = performance.now() + PATIENCE_MS;
  while ((await store.read(writing)).some((id) => before.has(id))) {
    if (performance.now() >= end) throw new LedgerUnavailable('a transaction that has written events does not end');
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return last;
}
