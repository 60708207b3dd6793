import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** Reads a setting of the ledger; undefined: there is none of that name. */
export async function findSetting(db: Kysely<Tables>, name: string): Promise<string | undefined> {
  const row = await db.selectFrom('settings').select('value').where('name', '=', name).executeTakeFirst();
  return row?.value;
}

/** Reads a setting; rejects if there is none of that name. */
export async function setting(db: Kysely<Tables>, name: string): Promise<string> {
  const row = await db.selectFrom('settings').select('value').where('name', '=', name).executeTakeFirstOrThrow();
  return row.value;
}

/** Writes a setting, in place of its former value. */
export async function saveSetting(db: Kysely<Tables>, name: string, value: string): Promise<void> {
  const row = { name, value };
  await db
    .insertInto('settings')
    .values(row)
    .onConflict((c) => c.column('name').doUpdateSet(row))
    .execute();
}
