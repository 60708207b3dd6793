import { setTimeout as sleep } from 'node:timers/promises';
import { type Kysely, type MigrationResult, Migrator, type RawBuilder, sql } from 'kysely';
import { LedgerTooNew } from '../../errors.ts';
import type { Tables } from '../tables.ts';
import { FIRST, migrationNames, migrations } from './migrations.ts';
import type { Dialect } from './store.ts';

/**
 * Names and schema of Kysely's own tables. By their default names, and without a schema, Kysely would take the tables of
 * another application or schema for its own.
 */
async function migrationTables(db: Kysely<Tables>, dialect: Dialect) {
  const names = { migrationTableName: 'ledger_migrations', migrationLockTableName: 'ledger_migrations_lock' };
  if (dialect === 'sqlite') return names;
  const { rows } = await sql<{ schema: string | null }>`select current_schema() as schema`.execute(db);
  const schema = rows[0]?.schema;
  if (!schema) throw new Error('the search_path of DATABASE_URL names no schema that exists');
  return { ...names, migrationTableSchema: schema };
}

const TRIES = 30;

const PAUSE_MS = 20;

/**
 * Whether Kysely's check of its tables met a schema that was being dropped (invalid_schema_name, undefined_table): it reads
 * the catalogue of the whole database, schemas of other applications included.
 */
function isCatalogueRace(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === '3F000' || error.code === '42P01');
}

/**
 * The migrations that a ledger has had, in their order; none where there is no ledger, or it cannot be read.
 * @param table its own, and not that of another schema on the search path
 */
async function migrationsOf(db: Kysely<Tables>, table: RawBuilder<unknown>): Promise<string[]> {
  try {
    const { rows } = await sql<{ name: string }>`select name from ${table} order by name`.execute(db);
    return rows.map(({ name }) => name);
  } catch {
    return [];
  }
}

/** Whether nothing is to be done. Kysely would read the catalogue of the whole database to find that out, which takes a tenth of a second. */
function isUpToDate(applied: readonly string[]): boolean {
  return applied.join() === migrationNames.join();
}

/** Returns the error of a failed migration: Kysely calls a ledger of a newer version corrupted. */
function inWords(error: unknown, applied: readonly string[]): unknown {
  const unknown = applied.filter((name) => !migrationNames.includes(name));
  return unknown.length > 0 ? new LedgerTooNew(unknown) : error;
}

async function runMigrations(migrator: Migrator): Promise<readonly MigrationResult[]> {
  for (let attempt = 1; ; attempt += 1) {
    const { error, results = [] } = await migrator.migrateToLatest();
    if (error === undefined) return results;
    if (results.length > 0 || !isCatalogueRace(error) || attempt === TRIES) throw error;
    await sleep(PAUSE_MS);
  }
}

/**
 * Brings the tables up to date; several replicas may start together (Kysely's migrator takes PostgreSQL's advisory lock).
 * Rejects with `LedgerTooNew` if a newer version has migrated them, and changes nothing.
 * @returns whether the ledger was made by this call, or existed before.
 */
export async function migrate(db: Kysely<Tables>, dialect: Dialect, now: number): Promise<'made' | 'opened'> {
  const tables = await migrationTables(db, dialect);
  const schema = 'migrationTableSchema' in tables ? [tables.migrationTableSchema] : [];
  const own = sql.id(...schema, tables.migrationTableName);
  if (isUpToDate(await migrationsOf(db, own))) return 'opened';
  const provider = { getMigrations: async () => migrations(dialect, now) };
  const migrator = new Migrator({ db, provider, ...tables });
  const results = await runMigrations(migrator).catch(async (error: unknown) => {
    throw inWords(error, await migrationsOf(db, own));
  });
  return results.some((result) => result.migrationName === FIRST) ? 'made' : 'opened';
}
