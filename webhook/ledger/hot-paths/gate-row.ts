import { sql } from 'kysely';
import type { Identity } from '../../model.ts';
import type { Store } from '../database/store.ts';
import type { Epoch } from '../epoch.ts';

/*
 * The gate's read. Every sign-in runs it, so it is written for speed: one statement that is prepared once, an array of values
 * from the driver, one object literal, and no query builder between. `test/contract/ledger/cases/gate-cases.ts` compares it
 * with the read of the whole record.
 */

const COLUMNS = [
  'standing',
  'status',
  'decidedAt',
  'reason',
  'rejections',
  'attemptWaitsOn',
  'awaitingConsent',
  'eidCheck',
  'schemaId',
  'kratosCreatedAt',
  'locale',
  'version',
  'published',
  'content',
  'changedAt',
  'deletedInKratos',
  'attemptGrantedAt',
  'erasedAt',
  'handoverUntil',
  'epoch',
  'uncomparedChangedAt',
] as const satisfies readonly (keyof Identity)[];

/** The facts of an identity for the gate, in one row. */
export interface GateRow extends Omit<Pick<Identity, (typeof COLUMNS)[number]>, 'epoch' | 'uncomparedChangedAt'> {
  /** How many verifications it has. */
  readonly attempts: number;
  /**
   * A copy with a later `updated_at` may be of a decision that this ledger has lost (docs/design.md#epochs). Null: the copy
   * was compared in this epoch.
   */
  readonly uncomparedSince: number | null;
}

type DriverValue<T> = T extends boolean ? boolean | 0 | 1 : T;

/** SQLite gives 1 and 0 for booleans. */
type DriverValues<Names extends readonly unknown[]> = {
  readonly [K in keyof Names]: Names[K] extends keyof Identity ? DriverValue<Identity[Names[K]]> : never;
};

/** The values of a row in the order of the columns. */
type GateValues = readonly [id: string, ...DriverValues<typeof COLUMNS>, attempts: number];

function isTrue(value: boolean | 0 | 1): boolean {
  return value === true || value === 1;
}

/** Creates the gate's read: committed data only. It rejects with `LedgerUnavailable` if the database fails. */
export function gateReader(store: Store, epoch: Epoch): (identityId: string) => Promise<GateRow | undefined> {
  const columns = COLUMNS.map((column) => sql.ref(`i.${column}`));
  const query = sql`select i.id, ${sql.join(columns)}, (select count(*) from verifications v where v.identity_id = i.id)
    from identities i`.compile(store.db);
  const read = store.prepareLookup<GateValues>(query.sql, 'i.id');
  return async (identityId) => {
    const row = await read(identityId);
    if (row === undefined) return undefined;
    const changedAt = row[15];
    const isOfEpoch = row[20] === epoch.current();
    return {
      standing: row[1],
      status: row[2],
      decidedAt: row[3],
      reason: row[4],
      rejections: row[5],
      attemptWaitsOn: row[6],
      awaitingConsent: isTrue(row[7]),
      eidCheck: row[8],
      schemaId: row[9],
      kratosCreatedAt: row[10],
      locale: row[11],
      version: row[12],
      published: row[13],
      content: row[14],
      changedAt,
      deletedInKratos: isTrue(row[16]),
      attemptGrantedAt: row[17],
      erasedAt: row[18],
      handoverUntil: row[19],
      attempts: row[22],
      uncomparedSince: row[21] ?? (isOfEpoch ? null : changedAt),
    };
  };
}
