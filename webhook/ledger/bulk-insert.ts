import { type Kysely, sql } from 'kysely';
import type { Identity } from '../model.ts';
import type { Store } from './database/store.ts';
import type { Rows } from './rows.ts';
import type { Tables } from './tables.ts';

const MARK = 'backfill';

/** Two replicas, or a replica and a command, meet on this before either makes the first row of an identity. */
async function lockAll(db: Kysely<Tables>, store: Store, identities: readonly Identity[]): Promise<void> {
  if (store.dialect !== 'postgres') return;
  const ids = identities.map(({ id }) => id).sort();
  for (const id of ids) await sql`select pg_advisory_xact_lock(hashtextextended(${id}, 0))`.execute(db);
}

async function setMark(db: Kysely<Tables>, value: string | undefined): Promise<void> {
  if (value === undefined) return void (await db.deleteFrom('settings').where('name', '=', MARK).execute());
  const row = { name: MARK, value };
  await db
    .insertInto('settings')
    .values(row)
    .onConflict((c) => c.column('name').doUpdateSet(row))
    .execute();
}

/** First rows of identities that never met a hook, many at a time, and a mark of how far that went. */
export function createBulkInsert(store: Store, rows: Rows) {
  return {
    /**
     * Writes those that have no row, and leaves every row that there is as it is, a tombstone too; in the same
     * transaction as the mark that follows from the new ones. `undefined`: no mark any more.
     * @returns the new ones
     */
    meet: (identities: readonly Identity[], now: number, mark: (made: readonly Identity[]) => string | undefined) =>
      store.write(async (db) => {
        await lockAll(db, store, identities);
        const made: Identity[] = [];
        for (const identity of identities) if (await rows.meet(db, identity, now)) made.push(identity);
        await setMark(db, mark(made));
        return made;
      }),

    /** The mark that was set last. */
    mark: (): Promise<string | undefined> =>
      store.read(async (db) => {
        const row = await db.selectFrom('settings').select('value').where('name', '=', MARK).executeTakeFirst();
        return row?.value;
      }),
  };
}
