import { type Kysely, sql } from 'kysely';
import { LedgerUnavailable } from '../../errors.ts';
import type { Store } from '../database/store.ts';
import type { Tables } from '../tables.ts';
import { report } from './daily.ts';
import { firstEventSince } from './first-event.ts';
import { funnel } from './funnel.ts';
import { createListing } from './listing.ts';
import { statusCounts } from './status-counts.ts';

/** Rows per query: memory stays bounded however long the ledger is. */
const PAGE = 500;

/** Which events to read; without members, all. */
export interface EventQuery {
  /** Epoch milliseconds. */
  readonly since?: number | undefined;
  readonly identity?: string | undefined;
  /** Only events behind the one of this id. */
  readonly after?: number | undefined;
}

/** One event of the audit trail, as it is exported. */
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
  const { since } = query;
  const first = since === undefined ? 0 : await store.read((db) => firstEventSince(db, since));
  for (let after = Math.max(query.after ?? 0, first - 1); ; ) {
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
    const lastOfPage = page.at(-1);
    if (lastOfPage === undefined || page.length < PAGE) return;
    after = lastOfPage.id;
  }
}

/** Returns what operators read of the ledger. Nothing here writes, and all results are streamed or counted. */
export function createReports(store: Store) {
  return {
    ...createListing(store),
    events: (query: EventQuery) => events(store, query),
    report: (since: number) => report(store, since),
    funnel: (since: number) => funnel(store, since),
    statusCounts: () => statusCounts(store),
  };
}

/** The reports for operators. */
export type Reports = ReturnType<typeof createReports>;

const POLL_EVERY_MS = 50;

/** Longer than a statement and an idle transaction of the service may last (postgres.ts). */
const TIMEOUT_MS = 30_000;

/** The event id that was assigned last, whether its transaction is committed or not. */
async function lastAssignedId(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ last: number }>`select last_value as last from events_id_seq`.execute(db);
  return rows[0]?.last ?? 0;
}

/** The open transactions that have written events: each takes this lock before it gets an id. */
async function openWriters(db: Kysely<Tables>): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select virtualtransaction as id from pg_locks
    where database = (select oid from pg_database where datname = current_database())
      and relation = 'events'::regclass and mode = 'RowExclusiveLock' and granted`.execute(db);
  return rows.map(({ id }) => id);
}

/**
 * Returns the id up to which no event can appear any more. On PostgreSQL a transaction may commit after one with a higher
 * id; a reader that continued behind that id would miss its events. So this waits for the open transactions, at most 30 s,
 * without blocking them. Rejects with `LedgerUnavailable` if one does not end.
 */
export async function lastStableEvent(store: Store): Promise<number> {
  if (store.dialect === 'sqlite') return Number.MAX_SAFE_INTEGER;
  const last = await store.read(lastAssignedId);
  const before = new Set(await store.read(openWriters));
  const end = performance.now() + TIMEOUT_MS;
  while ((await store.read(openWriters)).some((id) => before.has(id))) {
    if (performance.now() >= end) throw new LedgerUnavailable('a transaction that has written events does not end');
    await new Promise((resolve) => setTimeout(resolve, POLL_EVERY_MS));
  }
  return last;
}
