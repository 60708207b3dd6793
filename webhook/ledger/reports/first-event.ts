import { type Kysely, sql } from 'kysely';
import type { Tables } from '../tables.ts';

/** The clocks of replicas differ, and one may have been set back: an event may have a time so long before that of the one before it. */
export const MARGIN_MS = 24 * 3_600_000;

/** Returns the least id of which the event is of this time or later, as if times rose with the ids. */
async function idAt(db: Kysely<Tables>, time: number): Promise<number> {
  const ends = await sql<{ first: number | null; last: number | null }>`select (select min(id) from events) as first,
    (select max(id) from events) as last`.execute(db);
  const { first, last } = ends.rows[0] ?? { first: null, last: null };
  let [low, high] = [Number(first ?? 0), Number(last ?? -1) + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const next = db.selectFrom('events').select(['id', 'at']).where('id', '>=', middle).orderBy('id').limit(1);
    const event = await next.executeTakeFirst();
    if (event === undefined || event.at >= time) high = middle;
    else low = event.id + 1;
  }
  return low;
}

/**
 * Returns an id of an event such that those before it are older than `since` (epoch milliseconds). Events have no index of their
 * times, which each write would pay for, but their ids rise with time: some twenty reads find the place among millions.
 */
export function firstEventSince(db: Kysely<Tables>, since: number): Promise<number> {
  return idAt(db, since - MARGIN_MS);
}

/** Returns an id of an event such that it and those behind it are of `until` (epoch milliseconds) or later. */
export function firstEventBehind(db: Kysely<Tables>, until: number): Promise<number> {
  return idAt(db, until + MARGIN_MS);
}
