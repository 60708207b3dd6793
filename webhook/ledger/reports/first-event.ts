import { type Kysely, sql } from 'kysely';
import type { Tables } from '../tables.ts';

/** The clocks of replicas differ, and one may have been set back: events that are a day older are read, too. */
const MARGIN_MS = 24 * 3_600_000;

/**
 * Returns an id of an event such that those before it are older than `since` (epoch milliseconds). Events have no index of their
 * times, which each write would pay for, but their ids rise with time: some twenty reads find the place among millions.
 */
export async function firstEventSince(db: Kysely<Tables>, since: number): Promise<number> {
  const ends = await sql<{ first: number | null; last: number | null }>`select (select min(id) from events) as first,
    (select max(id) from events) as last`.execute(db);
  const { first, last } = ends.rows[0] ?? { first: null, last: null };
  let [low, high] = [Number(first ?? 0), Number(last ?? -1) + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const next = db.selectFrom('events').select(['id', 'at']).where('id', '>=', middle).orderBy('id').limit(1);
    const event = await next.executeTakeFirst();
    if (event === undefined || event.at >= since - MARGIN_MS) high = middle;
    else low = event.id + 1;
  }
  return low;
}
