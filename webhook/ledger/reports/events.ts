import { type Kysely, sql } from 'kysely';
import type { Store } from '../database/store.ts';
import type { Tables } from '../tables.ts';
import { report } from './daily.ts';
import { countDays } from './days/counted.ts';
import type { SlicePause } from './days/slices.ts';
import { firstEventSince } from './first-event.ts';
import { createListing } from './listing.ts';
import { writersEnded } from './open-writers.ts';
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

/** Returns what operators read of the ledger. All results are streamed or counted, and only `countDays` writes. */
export function createReports(store: Store) {
  return {
    ...createListing(store),
    events: (query: EventQuery) => events(store, query),
    /** What happened on each day since a time (epoch milliseconds), and the funnel of what began since then. */
    report: (since: number) => report(store, since),
    /** See `countDays`. */
    countDays: (now: number, pause: SlicePause) => countDays(store, now, pause),
    statusCounts: () => statusCounts(store),
  };
}

/** The reports for operators. */
export type Reports = ReturnType<typeof createReports>;

/** The event id that was assigned last, whether its transaction is committed or not. */
async function lastAssignedId(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ last: number }>`select last_value as last from events_id_seq`.execute(db);
  return rows[0]?.last ?? 0;
}

/**
 * Returns the id up to which no event can appear any more. On PostgreSQL a transaction may commit after one with a higher
 * id; a reader that continued behind that id would miss its events. So this waits for the open transactions, at most 30 s,
 * without blocking them. Rejects with `LedgerUnavailable` if one does not end.
 */
export async function lastStableEvent(store: Store): Promise<number> {
  if (store.dialect === 'sqlite') return Number.MAX_SAFE_INTEGER;
  const last = await store.read(lastAssignedId);
  await writersEnded(store, ['events']);
  return last;
}
