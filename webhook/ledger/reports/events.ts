import { type Kysely, sql } from 'kysely';
import { LedgerUnavailable } from '../../errors.ts';
import type { Store } from '../database/store.ts';
import type { Tables } from '../tables.ts';
import { report } from './daily.ts';
import { createListing } from './listing.ts';

/** So many rows at a time: memory stays bounded however long the ledger is. */
const PAGE = 500;

export interface EventQuery {
  /** Epoch milliseconds. */
  readonly since?: number | undefined;
  readonly identity?: string | undefined;
  /** Behind this event. */
  readonly after?: number | undefined;
}

/** One line of the audit trail, as it is given away. */
export interface EventRecord {
  readonly id: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly kind: string;
  readonly identity: string | null;
  readonly verification: string | null;
  readonly detail: unknown;
}

function eventPage(db: Kysely<Tables>, query: EventQuery, after: number, last: number) {
  let rows = db.selectFrom('events').selectAll().where('id', '>', after).where('id', '<=', last);
  if (query.since !== undefined) rows = rows.where('at', '>=', query.since);
  if (query.identity !== undefined) rows = rows.where('identityId', '=', query.identity);
  return rows.orderBy('id').limit(PAGE).execute();
}

async function* events(store: Store, query: EventQuery): AsyncGenerator<EventRecord> {
  const last = await lastStableEvent(store);
  for (let after = query.after ?? 0; ; ) {
    const page = await store.read((db) => eventPage(db, query, after, last));
    for (const { id, at, kind, identityId, verificationId, detail } of page)
      yield {
        id,
        at: new Date(at).toISOString(),
        kind,
        identity: identityId,
        verification: verificationId,
        detail: JSON.parse(detail),
      };
    const seen = page.at(-1);
    if (seen === undefined || page.length < PAGE) return;
    after = seen.id;
  }
}

/** What operators read of the ledger: nothing here writes, and nothing is held in memory as a whole. */
export function createReports(store: Store) {
  return {
    ...createListing(store),
    events: (query: EventQuery) => events(store, query),
    report: (since: number) => report(store, since),
  };
}

export type Reports = ReturnType<typeof createReports>;

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
export async function lastStableEvent(store: Store): Promise<number> {
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
