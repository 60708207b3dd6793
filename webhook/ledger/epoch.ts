import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Identity } from '../model.ts';
import type { Store } from './database/store.ts';
import { findSetting, saveSetting } from './settings.ts';
import type { Tables } from './tables.ts';

/** The current epoch of a ledger. */
export interface Epoch {
  /** Raised whenever the ledger may be older than what was published from it (docs/design.md#epochs). */
  current(): number;
  /** Begins the next epoch if the database has become another one. Called in each transaction that writes. */
  follow(db: Kysely<Tables>): Promise<void>;
}

/** Stores the next epoch, unless another replica has begun it for this lineage. Returns the current one. */
async function advance(db: Kysely<Tables>, lineage: string): Promise<number> {
  const epoch = Number((await findSetting(db, 'epoch')) ?? 0);
  if (epoch > 0 && (await findSetting(db, 'lineage')) === lineage) return epoch;
  await saveSetting(db, 'lineage', lineage);
  await saveSetting(db, 'epoch', String(epoch + 1));
  return epoch + 1;
}

/**
 * Opens the epoch of a ledger. SQLite does not show whether its file was restored, so each start of the service begins an
 * epoch there. PostgreSQL shows it: a promoted standby has another timeline, a restored dump another table.
 * @param begins false: a command beside the service, which stays in the epoch of the service
 */
export async function openEpoch(store: Store, begins: boolean): Promise<Epoch> {
  let known = await store.readLineage();
  let epoch = begins
    ? await store.write((db) => advance(db, known ?? randomUUID()))
    : Number((await store.read((db) => findSetting(db, 'epoch'))) ?? 0);
  const isAnother = (): boolean => store.lineage() !== known;
  return {
    // Until a transaction has begun the next epoch, no copy counts as compared.
    current: () => (isAnother() ? epoch + 1 : epoch),
    follow: async (db) => {
      const lineage = store.lineage();
      if (lineage === known || lineage === undefined) return;
      epoch = await advance(db, lineage);
      known = lineage;
    },
  };
}

/** Marks a row that is written for the first time in an epoch: its copy is compared before anything is published. */
export function inEpoch(before: Identity | undefined, after: Identity, epoch: number): Identity {
  if (after.epoch === epoch) return after;
  if (before === undefined) return { ...after, epoch };
  const uncomparedVersion = before.uncomparedVersion ?? before.version;
  const uncomparedChangedAt = before.uncomparedChangedAt ?? before.changedAt;
  return { ...after, epoch, uncomparedVersion, uncomparedChangedAt };
}
