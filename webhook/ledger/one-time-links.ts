import { type Kysely, sql } from 'kysely';
import type { OneTimeLink } from '../model.ts';
import type { Dialect } from './database/store.ts';
import type { Tables } from './tables.ts';

/** At most so many addresses that have ended are thrown away whenever one is made: nobody waits long for it. */
const SWEPT_AT_ONCE = 100;

/** An address that has ended, used or not, says nothing any more; two replicas never wait for each other's rows. */
async function sweep(db: Kysely<Tables>, dialect: Dialect, now: number): Promise<void> {
  const skip = dialect === 'postgres' ? sql`for update skip locked` : sql``;
  await sql`delete from one_time_links where hash in (select hash from one_time_links where ends_at <= ${now}
    order by ends_at limit ${SWEPT_AT_ONCE} ${skip})`.execute(db);
}

/** Keeps a new address in place of the one with the same key, which is then as good as never made. */
export async function saveLink(db: Kysely<Tables>, dialect: Dialect, address: OneTimeLink): Promise<void> {
  await sweep(db, dialect, address.madeAt);
  await db
    .insertInto('oneTimeLinks')
    .values(address)
    .onConflict((c) => c.column('replaces').doUpdateSet(address))
    .execute();
}

/** An address that would be let in now. */
export function findLink(db: Kysely<Tables>, hash: string, now: number): Promise<OneTimeLink | undefined> {
  const good = db.selectFrom('oneTimeLinks').selectAll().where('hash', '=', hash).where('usedAt', 'is', null);
  return good.where('endsAt', '>', now).executeTakeFirst();
}

export async function withdrawLinks(db: Kysely<Tables>, identityId: string): Promise<void> {
  await db.deleteFrom('oneTimeLinks').where('identityId', '=', identityId).execute();
}

/** One statement finds and marks it, so that of many who come with the same address one is let in. */
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
