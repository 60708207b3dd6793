import type { Kysely } from 'kysely';
import { createListing } from './listing.ts';
import { report } from './report.ts';
import { lastSettled } from './settled.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

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
  const last = await lastSettled(store);
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
export function createRecords(store: Store) {
  return {
    ...createListing(store),
    events: (query: EventQuery) => events(store, query),
    report: (since: number) => report(store, since),
  };
}

export type Records = ReturnType<typeof createRecords>;
