import { type Kysely, sql } from 'kysely';
import type { Identity } from '../model.ts';
import type { Store } from './database/store.ts';
import type { Rows } from './rows.ts';
import { findSetting, saveSetting } from './settings.ts';
import type { Tables } from './tables.ts';

/** The setting that holds the mark. */
const MARK = 'backfill';

/** Locks ids that have no row yet: two replicas, or a replica and a command, may insert the same identity. */
async function lockAll(db: Kysely<Tables>, store: Store, identities: readonly Identity[]): Promise<void> {
  if (store.dialect !== 'postgres') return;
  const ids = identities.map(({ id }) => id).sort();
  for (const id of ids) await sql`select pg_advisory_xact_lock(hashtextextended(${id}, 0))`.execute(db);
}

async function setMark(db: Kysely<Tables>, value: string | undefined): Promise<void> {
  if (value === undefined) return void (await db.deleteFrom('settings').where('name', '=', MARK).execute());
  await saveSetting(db, MARK, value);
}

/** Inserts the first rows of identities that no hook reported, many at a time, and stores a mark of the progress. */
export function createBulkInsert(store: Store, rows: Rows) {
  return {
    /**
     * Inserts the identities that have no row, and changes no existing row, tombstones included.
     * @param markAfter returns the mark to store in the same transaction, given the inserted ones; `undefined` removes it
     * @returns the inserted ones
     */
    insert: (
      identities: readonly Identity[],
      now: number,
      markAfter: (inserted: readonly Identity[]) => string | undefined,
    ) =>
      store.write(async (db) => {
        await lockAll(db, store, identities);
        const inserted: Identity[] = [];
        for (const identity of identities) if (await rows.insertNew(db, identity, now)) inserted.push(identity);
        await setMark(db, markAfter(inserted));
        return inserted;
      }),

    /** The mark that was stored last; undefined if there is none. */
    mark: (): Promise<string | undefined> => store.read((db) => findSetting(db, MARK)),
  };
}
