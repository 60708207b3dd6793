import type { Kysely } from 'kysely';
import type { Store } from './database/store.ts';
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

/** The acts that two operators must decide, in the order of the list of operators. */
export interface SecondPerson {
  keep(acts: readonly string[]): Promise<void>;
  kept(): Promise<readonly string[]>;
}

const SECOND_PERSON = 'second_person';

/** Returns what a ledger keeps of them. Every method rejects with `LedgerUnavailable` if the database fails. */
export function createSecondPerson({ read, write }: Pick<Store, 'read' | 'write'>): SecondPerson {
  const kept = async (): Promise<readonly string[]> => {
    const text = await read((db) => findSetting(db, SECOND_PERSON));
    return text ? text.split(' ') : [];
  };
  return {
    kept,
    keep: async (acts) => {
      const text = acts.join(' ');
      if ((await kept()).join(' ') !== text) await write((db) => saveSetting(db, SECOND_PERSON, text));
    },
  };
}
