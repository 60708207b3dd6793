import type { Kysely } from 'kysely';
import { namesOf } from '../../columns.ts';
import type { LedgerEvent } from '../../model.ts';
import { type SigningKeyRow, signingKeyColumns } from '../../transactions/model.ts';
import type { Store } from '../database/store.ts';
import type { AppendEvent, Tables } from '../tables.ts';
import { lock } from './lock.ts';

/** A change of the signing keys: the rows that are new or other than before. */
export interface SigningKeyChange {
  readonly rows: readonly SigningKeyRow[];
  readonly event: LedgerEvent;
}

/** Every key that there ever was, the oldest first. */
function readRows(db: Kysely<Tables>): Promise<SigningKeyRow[]> {
  return db
    .selectFrom('signingKeys')
    .select(namesOf(signingKeyColumns))
    .orderBy('signsFrom')
    .orderBy('madeAt')
    .orderBy('kid')
    .execute();
}

/** Returns how signing keys are read and changed. */
export function createSigningKeys({ dialect, read, write }: Store, append: AppendEvent) {
  return {
    /** Every key that there ever was, in the order in which they sign. */
    signingKeys: (): Promise<SigningKeyRow[]> => read(readRows),

    /**
     * Changes the keys as `decide` says of those that there are: one replica at a time. Undefined: nothing changes.
     * Returns the keys as they are then.
     */
    changeSigningKeys: (
      now: number,
      decide: (rows: readonly SigningKeyRow[]) => SigningKeyChange | undefined,
    ): Promise<SigningKeyRow[]> =>
      write(async (db) => {
        await lock(db, dialect, 'signing_keys');
        const before = await readRows(db);
        const change = decide(before);
        if (change === undefined) return before;
        for (const row of change.rows)
          await db
            .insertInto('signingKeys')
            .values(row)
            .onConflict((c) => c.column('kid').doUpdateSet(row))
            .execute();
        await append(db, now, null, change.event);
        return readRows(db);
      }),
  };
}
