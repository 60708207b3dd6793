import { sql } from 'kysely';
import type { Dialect } from '../database/store.ts';
import type { On } from '../tables.ts';

/** Makes transactions about the same thing wait for each other. On SQLite they do so anyway. */
export async function lock(db: On, dialect: Dialect, name: string): Promise<void> {
  if (dialect === 'sqlite') return;
  await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(db);
}

/** Makes the transactions of a payer wait for each other, in every replica. */
export function lockPayer(db: On, dialect: Dialect, identityId: string): Promise<void> {
  return lock(db, dialect, `payer ${identityId}`);
}
