import { randomBytes } from 'node:crypto';
import { type Kysely, type Migration, Migrator, sql } from 'kysely';
import type { Tables } from '../tables.ts';
import type { Dialect } from './store.ts';

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

async function createIdentities(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('identities')
    .ifNotExists()
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('first_seen_at', 'bigint', (c) => c.notNull())
    .addColumn('return_to', 'text')
    .addColumn('inherited', 'text')
    .addColumn('standing', 'text')
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('decided_at', 'bigint')
    .addColumn('reason', 'text')
    .addColumn('rejections', 'integer', (c) => c.notNull())
    .addColumn('attempt_waits_on', 'text')
    .addColumn('content', 'text')
    .addColumn('jumio_due', 'bigint')
    .addColumn('kratos_due', 'bigint')
    .addColumn('priority', 'integer', (c) => c.notNull())
    .addColumn('lease', 'bigint', (c) => c.notNull())
    .addColumn('leased_until', 'bigint', (c) => c.notNull())
    .addColumn('read_requests', 'bigint', (c) => c.notNull())
    .addColumn('version', 'bigint', (c) => c.notNull())
    .addColumn('published', 'bigint', (c) => c.notNull())
    .addColumn('changed_at', 'bigint', (c) => c.notNull())
    .addColumn('kratos_attempts', 'integer', (c) => c.notNull())
    .addColumn('read_back', 'integer', (c) => c.notNull())
    .addColumn('missing_count', 'integer', (c) => c.notNull())
    .addColumn('missing_since', 'bigint')
    .addColumn('deleted_in_kratos', 'integer', (c) => c.notNull())
    .addColumn('publish_refused', 'integer', (c) => c.notNull())
    .addColumn('schema_id', 'text')
    .addColumn('kratos_created_at', 'bigint')
    .addColumn('locale', 'text')
    .addColumn('consent_version', 'text')
    .addColumn('consent_language', 'text')
    .addColumn('consent_at', 'bigint')
    .addColumn('declined_at', 'bigint')
    .addColumn('awaiting_consent', 'integer', (c) => c.notNull())
    .addColumn('attempt_granted_at', 'bigint')
    .addColumn('revocation', 'integer', (c) => c.notNull())
    .addColumn('pending_state', 'text')
    .addColumn('deactivated', 'integer', (c) => c.notNull())
    .addColumn('inactive_since', 'bigint')
    .addColumn('eid_check', 'integer', (c) => c.notNull())
    .addColumn('eid_reported_since', 'bigint')
    .addColumn('eid_reported_at', 'bigint')
    .addColumn('eid_due', 'bigint')
    .addColumn('eid_failures', 'integer', (c) => c.notNull())
    .addColumn('eid_insufficient', 'integer', (c) => c.notNull())
    .addColumn('erased_at', 'bigint')
    .execute();
}

async function createVerifications(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('verifications')
    .ifNotExists()
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('identity_id', 'text', (c) => c.notNull().references('identities.id'))
    .addColumn('source', 'text', (c) => c.notNull())
    .addColumn('level', 'text')
    .addColumn('subject', 'text')
    .addColumn('prefill', 'integer', (c) => c.notNull())
    .addColumn('attempt', 'integer', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('requested_at', 'bigint', (c) => c.notNull())
    .addColumn('jumio_status', 'text')
    .addColumn('account_id', 'text')
    .addColumn('execution_id', 'text')
    .addColumn('definition_key', 'text')
    .addColumn('decision', 'text')
    .addColumn('decision_label', 'text')
    .addColumn('risk_score', 'double precision')
    .addColumn('reason', 'text')
    .addColumn('completed_at', 'bigint')
    .addColumn('attempts', 'integer', (c) => c.notNull())
    .addColumn('last_error', 'text')
    .addColumn('read_due', 'bigint')
    .addColumn('last_read_at', 'bigint')
    .addColumn('last_read_for', 'text')
    .addColumn('claimed_status', 'text')
    .addColumn('reads', 'integer', (c) => c.notNull())
    .addColumn('active_at', 'bigint')
    .addColumn('not_found', 'integer', (c) => c.notNull())
    .addColumn('renewal_requested', 'integer', (c) => c.notNull())
    .addColumn('create_refused', 'integer', (c) => c.notNull())
    .addColumn('link', 'text')
    .addColumn('link_ends_at', 'bigint')
    .addColumn('sdk_token', 'text')
    .addColumn('transaction_token', 'text')
    .addColumn('prefill_due', 'bigint')
    .addColumn('prefill_tries', 'integer', (c) => c.notNull())
    .addColumn('prefill_url', 'text')
    .addUniqueConstraint('verifications_attempt', ['identity_id', 'attempt'])
    .execute();
}

async function createEvents(db: Kysely<Tables>, dialect: Dialect): Promise<void> {
  const id = dialect === 'sqlite' ? sql`id integer primary key autoincrement` : sql`id bigserial primary key`;
  await sql`create table if not exists events (${id}, at bigint not null, identity_id text, verification_id text,
    kind text not null, detail text not null, once text unique)`.execute(db);
  await sql`create index if not exists events_identity on events (identity_id, id)`.execute(db);
}

/** Events are the audit trail: the database itself refuses to change or delete one. */
async function guardEvents(db: Kysely<Tables>, dialect: Dialect): Promise<void> {
  if (dialect === 'sqlite') {
    for (const verb of ['update', 'delete'])
      await sql`create trigger if not exists ${sql.raw(`events_no_${verb}`)} before ${sql.raw(verb)} on events
        begin select raise(abort, 'events are append-only'); end`.execute(db);
    return;
  }
  await sql`create or replace function events_are_append_only() returns trigger language plpgsql as
    $$ begin raise exception 'events are append-only'; end $$`.execute(db);
  await sql`create trigger events_append_only before update or delete or truncate on events
    for each statement execute function events_are_append_only()`.execute(db);
}

async function createAddresses(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('addresses')
    .ifNotExists()
    .addColumn('hash', 'text', (c) => c.primaryKey())
    .addColumn('identity_id', 'text', (c) => c.notNull().references('identities.id'))
    .addColumn('purpose', 'text', (c) => c.notNull())
    .addColumn('replaces', 'text', (c) => c.unique())
    .addColumn('return_to', 'text')
    .addColumn('made_at', 'bigint', (c) => c.notNull())
    .addColumn('ends_at', 'bigint', (c) => c.notNull())
    .addColumn('used_at', 'bigint')
    .execute();
  await sql`create index if not exists addresses_end on addresses (ends_at)`.execute(db);
}

async function createIndexes(db: Kysely<Tables>): Promise<void> {
  await sql`create unique index if not exists verifications_one_open on verifications (identity_id)
    where state in ('requested', 'started')`.execute(db);
  await sql`create unique index if not exists verifications_execution on verifications (execution_id)
    where execution_id is not null`.execute(db);
  await sql`create unique index if not exists verifications_subject on verifications (subject)
    where subject is not null`.execute(db);
  await sql`create index if not exists verifications_due on verifications (read_due) where read_due is not null`.execute(
    db,
  );
  await sql`create index if not exists verifications_prepared_due on verifications (prefill_due)
    where prefill_due is not null`.execute(db);
  await sql`create index if not exists identities_jumio_due on identities (jumio_due) where jumio_due is not null`.execute(
    db,
  );
  await sql`create index if not exists identities_kratos_due on identities (kratos_due)
    where kratos_due is not null`.execute(db);
  await sql`create index if not exists identities_evidence_due on identities (eid_due)
    where eid_due is not null`.execute(db);
}

async function createSettings(db: Kysely<Tables>, now: number): Promise<void> {
  await sql`create table if not exists settings (name text primary key, value text not null)`.execute(db);
  await sql`create table if not exists budgets (name text primary key, tokens double precision not null,
    refilled_at bigint not null, paused_until bigint not null, reason text, refusals integer not null)`.execute(db);
  const settings = [
    { name: 'reference_key', value: randomBytes(32).toString('base64') },
    { name: 'created_at', value: String(now) },
  ];
  await db
    .insertInto('settings')
    .values(settings)
    .onConflict((c) => c.doNothing())
    .execute();
}

/** Every step may be repeated: SQLite has no transaction around its DDL, and a crash may come between two of them. */
export function core(dialect: Dialect, now: number): Migration {
  return {
    async up(db) {
      await createIdentities(db);
      await createVerifications(db);
      await createEvents(db, dialect);
      await guardEvents(db, dialect);
      await createAddresses(db);
      await createIndexes(db);
      await createSettings(db, now);
    },
  };
}
