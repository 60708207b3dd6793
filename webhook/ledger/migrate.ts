import { type Kysely, Migrator, sql } from 'kysely';
import { core, type Dialect } from './migrations.ts';
import type { Tables } from './tables.ts';

/**
 * Where Kysely keeps its own tables: by names of ours, and in our schema only. Else it takes those of another schema or
 * application for its own, and neither makes them nor finds them.
 */
async function migrationTables(db: Kysely<Tables>, dialect: Dialect) {
  const names = { migrationTableName: 'ledger_migrations', migrationLockTableName: 'ledger_migrations_lock' };
  if (dialect === 'sqlite') return names;
  const { rows } = await sql<{ schema: string | null }>`select current_schema() as schema`.execute(db);
  const schema = rows[0]?.schema;
  if (!schema) throw new Error('the search_path of DATABASE_URL names no schema that exists');
  return { ...names, migrationTableSchema: schema };
}

const FIRST = '0001_core';

/** The steps of the tables that this program knows, in their order. */
export const migrationNames: readonly string[] = [FIRST];

/**
 * Brings the tables up to date; several replicas may start together (Kysely's migrator takes PostgreSQL's advisory lock).
 * @returns whether the ledger was made by this call, or existed before.
 */
export async function migrate(db: Kysely<Tables>, dialect: Dialect, now: number): Promise<'made' | 'opened'> {
  const migrations = { [FIRST]: core(dialect, now) };
  const provider = { getMigrations: async () => migrations };
  const migrator = new Migrator({ db, provider, ...(await migrationTables(db, dialect)) });
  const { error, results } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
  return results?.some((result) => result.migrationName === FIRST) ? 'made' : 'opened';
}
