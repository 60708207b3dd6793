import { type Kysely, sql } from 'kysely';
import type { OneTimeLink } from '../model.ts';
import type { Dialect } from './database/store.ts';
import type { Tables } from './tables.ts';

/** Each new link deletes at most this many expired ones, so that it never waits long. */
const DELETED_AT_ONCE = 100;

/** Deletes expired links, redeemed or not. Two replicas never wait for each other's rows. */
async function deleteExpired(db: Kysely<Tables>, dialect: Dialect, now: number): Promise<void> {
  const skip = dialect === 'postgres' ? sql`for update skip locked` : sql``;
  await sql`delete from one_time_links where hash in (select hash from one_time_links where ends_at <= ${now}
    order by ends_at limit ${DELETED_AT_ONCE} ${skip})`.execute(db);
}

/** Saves a new link, in place of the one with the same key (`replaces`), which stops working. */
export async function saveLink(db: Kysely<Tables>, dialect: Dialect, link: OneTimeLink): Promise<void> {
  await deleteExpired(db, dialect, link.madeAt);
  await db
    .insertInto('oneTimeLinks')
    .values(link)
    .onConflict((c) => c.column('replaces').doUpdateSet(link))
    .execute();
}

/** Finds a link that could be redeemed now; undefined if it is unknown, redeemed, withdrawn or expired. */
export function findLink(db: Kysely<Tables>, hash: string, now: number): Promise<OneTimeLink | undefined> {
  const unused = db.selectFrom('oneTimeLinks').selectAll().where('hash', '=', hash).where('usedAt', 'is', null);
  return unused.where('endsAt', '>', now).executeTakeFirst();
}

/** Deletes every link of an identity. */
export async function withdrawLinks(db: Kysely<Tables>, identityId: string): Promise<void> {
  await db.deleteFrom('oneTimeLinks').where('identityId', '=', identityId).execute();
}

/** Finds and marks a link in one statement, so that of concurrent requests with the same link one redeems it; undefined for the others. */
export function redeemLink(db: Kysely<Tables>, hash: string, now: number): Promise<OneTimeLink | undefined> {
  return db
    .updateTable('oneTimeLinks')
    .set({ usedAt: now })
    .where('hash', '=', hash)
    .where('usedAt', 'is', null)
    .where('endsAt', '>', now)
    .returningAll()
    .executeTakeFirst();
}
