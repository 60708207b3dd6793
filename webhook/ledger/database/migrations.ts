import { randomBytes } from 'node:crypto';
import { type Kysely, type Migration, type RawBuilder, sql } from 'kysely';
import type { Column, Columns } from '../../columns.ts';
import { deliveryColumns, endpointColumns } from '../../events/model.ts';
import { identityColumns, oneTimeLinkColumns, verificationColumns } from '../../model.ts';
import { attemptColumns, payerColumns, signingKeyColumns, transactionColumns } from '../../transactions/model.ts';
import {
  budgetColumns,
  changedDayColumns,
  countedDayColumns,
  eventColumns,
  keyColumns,
  settingColumns,
  type Tables,
} from '../tables.ts';
import { watchDays } from './day-triggers.ts';
import type { Dialect } from './store.ts';

/** Every table with its columns; `events` has an `id` besides. The last nine are of later migrations. */
const TABLES = {
  identities: identityColumns,
  verifications: verificationColumns,
  events: eventColumns,
  one_time_links: oneTimeLinkColumns,
  budgets: budgetColumns,
  settings: settingColumns,
  keys: keyColumns,
  transactions: transactionColumns,
  attempts: attemptColumns,
  payers: payerColumns,
  signing_keys: signingKeyColumns,
  deliveries: deliveryColumns,
  endpoints: endpointColumns,
  counted_days: countedDayColumns,
  changed_days: changedDayColumns,
} as const satisfies Readonly<Record<string, Columns>>;

/** The changes of a migration besides adding the columns that are marked with its name. */
type MigrationStep = (db: Kysely<Tables>, dialect: Dialect, now: number) => Promise<void>;

/** The migration that makes a ledger. */
export const FIRST = '0001_core';

/** By migration: its changes besides adding columns. A released one never changes. */
const STEPS: Readonly<Record<string, MigrationStep>> = {
  [FIRST]: createLedger,
  '0002_leases': indexLeases,
  '0003_epochs': indexLatePasses,
  '0005_keys': createKeys,
  '0006_backlog': indexBacklog,
  '0009_transactions': createTransactions,
  '0011_events': createEvents,
  '0012_console': indexCases,
  '0013_days': createDays,
  '0014_proposals': indexProposals,
};

/** The migrations that columns are marked with. */
const marks = Object.values<Columns>(TABLES).flatMap((columns) =>
  Object.values(columns).flatMap(({ since }) => since ?? []),
);

/** The names of the migrations that this program knows, in their order. */
export const migrationNames: readonly string[] = [...new Set([...Object.keys(STEPS), ...marks])].sort();

/**
 * The migrations of a database. Each statement may be repeated: SQLite has no transaction around its DDL, so a crash may
 * leave a migration half done.
 */
export function migrations(dialect: Dialect, now: number): Readonly<Record<string, Migration>> {
  const upOf = (name: string) => async (db: Kysely<Tables>) => {
    for (const [table, columns] of Object.entries(TABLES)) await addColumns(db, dialect, { table, columns, name });
    await STEPS[name]?.(db, dialect, now);
  };
  return Object.fromEntries(migrationNames.map((name) => [name, { up: upOf(name) }]));
}

/** The name of a column in the database, as `CamelCasePlugin` makes it too. */
function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The DDL of a column. */
function definitionOf(name: string, { storedAs, isNullable, constraint }: Column<unknown>): RawBuilder<unknown> {
  const target = constraint === 'references identities' ? 'references identities (id)' : constraint;
  const parts = [storedAs, isNullable ? undefined : 'not null', target].filter((part) => part !== undefined);
  return sql`${sql.ref(snakeCase(name))} ${sql.raw(parts.join(' '))}`;
}

/** Creates a table with the columns that are of no later migration. */
async function createTable(
  db: Kysely<Tables>,
  table: keyof typeof TABLES,
  ...more: RawBuilder<unknown>[]
): Promise<void> {
  const columns: Columns = TABLES[table];
  const first = Object.entries(columns).filter(([, { since }]) => since === undefined);
  const definitions = [...more, ...first.map(([name, column]) => definitionOf(name, column))];
  const list = sql.join(definitions, sql.raw(',\n  '));
  await sql`create table if not exists ${sql.table(table)} (${list})`.execute(db);
  for (const [name] of first) await createDueIndex(db, table, name);
}

/**
 * Creates the index of a due column, and nothing for any other column: the claim and `nextDue` read it instead of the
 * table. `jumioDue` needs none, because it is only reported.
 */
async function createDueIndex(db: Kysely<Tables>, table: string, name: string): Promise<void> {
  if (!name.endsWith('Due') || name === 'jumioDue') return;
  const column = snakeCase(name);
  const index = `${table}_${column} on ${table} (${column}) where ${column} is not null`;
  await sql`create index if not exists ${sql.raw(index)}`.execute(db);
}

/** The names of the columns that a table of an SQLite file has. */
async function existingColumns(db: Kysely<Tables>, table: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from pragma_table_info(${table})`.execute(db);
  return rows.map(({ name }) => name);
}

/** Adds the columns that are marked with the name of a migration. Rows that exist get their blank values. */
export async function addColumns(
  db: Kysely<Tables>,
  dialect: Dialect,
  { table, columns, name }: { readonly table: string; readonly columns: Columns; readonly name: string },
): Promise<void> {
  const added = Object.entries(columns).filter(([, { since }]) => since === name);
  // SQLite has no transaction around the migration and no `add column if not exists`.
  const existing = dialect === 'sqlite' && added.length > 0 ? await existingColumns(db, table) : [];
  for (const [key, column] of added) {
    const blank = column.isNullable ? sql`` : sql` default ${sql.lit(column.blank)}`;
    if (!existing.includes(snakeCase(key)))
      await sql`alter table ${sql.table(table)} add column ${definitionOf(key, column)}${blank}`.execute(db);
    await createDueIndex(db, table, key);
  }
}

/** Makes the database itself refuse to change or delete an event: events are the audit trail. */
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

const INDEXES = [
  'unique index verifications_attempt on verifications (identity_id, attempt)',
  "unique index verifications_one_open on verifications (identity_id) where state in ('requested', 'started')",
  'unique index verifications_execution on verifications (execution_id) where execution_id is not null',
  'unique index verifications_subject on verifications (subject) where subject is not null',
  'index events_identity on events (identity_id, id)',
  'index one_time_links_end on one_time_links (ends_at)',
] as const;

async function createIndexes(db: Kysely<Tables>): Promise<void> {
  for (const index of INDEXES) {
    const statement = index.replace('index ', 'index if not exists ');
    await sql`create ${sql.raw(statement)}`.execute(db);
  }
}

/** The key of the hashes of eID subjects, first of the references too, and the time at which the ledger was made: once in its life. */
async function insertSettings(db: Kysely<Tables>, now: number): Promise<void> {
  const key = randomBytes(32).toString('base64');
  await sql`insert into settings (name, value) values ('reference_key', ${key}), ('created_at', ${String(now)})
    on conflict do nothing`.execute(db);
}

/** The first migration. It is frozen: test/fixtures/ledger holds its statements. */
async function createLedger(db: Kysely<Tables>, dialect: Dialect, now: number): Promise<void> {
  const eventId = dialect === 'sqlite' ? sql`id integer primary key autoincrement` : sql`id bigserial primary key`;
  await createTable(db, 'identities');
  await createTable(db, 'verifications');
  await createTable(db, 'events', eventId);
  await guardEvents(db, dialect);
  await createTable(db, 'one_time_links');
  await createTable(db, 'budgets');
  await createTable(db, 'settings');
  await createIndexes(db);
  await insertSettings(db, now);
}

/** Finds the few identities of `list --stuck` without reading the table. */
async function indexLatePasses(db: Kysely<Tables>): Promise<void> {
  await sql`create index if not exists identities_late_pass on identities (id)
    where late_pass_at is not null`.execute(db);
}

/**
 * Finds leases, and attempts that wait for their execution, without reading the tables: few are of either kind at any
 * moment, and a lease that was given back is 0.
 */
async function indexLeases(db: Kysely<Tables>): Promise<void> {
  await sql`create index if not exists identities_leased_until on identities (leased_until)
    where leased_until > 0`.execute(db);
  await sql`create index if not exists verifications_requested on verifications (read_due)
    where state = 'requested'`.execute(db);
}

/** Makes a key for cookies. The key of the references of before is the first of its use, so that they stay valid. */
async function createKeys(db: Kysely<Tables>, _dialect: Dialect, now: number): Promise<void> {
  await createTable(db, 'keys');
  await sql`insert into keys (id, use, secret, made_at, signs_from)
    values ('cookies-1', 'cookies', ${randomBytes(32).toString('base64')}, ${now}, ${now})
    on conflict do nothing`.execute(db);
  await sql`insert into keys (id, use, secret, made_at, signs_from)
    select 'references-1', 'references', value, ${now}, ${now} from settings where name = 'reference_key'
    on conflict do nothing`.execute(db);
}

const BACKLOG_INDEXES = [
  // The claim: those whose person waits, then the order of the due times of its job; the probe's order.
  'identities_priority on identities (id) where priority',
  "verifications_readable on verifications (read_due) where state <> 'requested'",
  "verifications_probe on verifications (create_refused, requested_at) where state = 'requested'",
  // `list --stuck`.
  'identities_publish_refused on identities (id) where publish_refused',
  'identities_gone on identities (id) where deleted_in_kratos',
  'identities_eid_failing on identities (id) where eid_failures > 0',
  'identities_erased on identities (id) where erased_at is not null',
  'verifications_refused on verifications (identity_id) where create_refused',
  "verifications_not_created on verifications (identity_id) where state = 'requested' and attempts >= 3",
  `verifications_unreadable on verifications (identity_id) where state <> 'requested' and read_due is not null
    and last_error is not null and (attempts >= 3 or last_error in ('foreign-result', 'unknown-status'))`,
  "events_contradiction on events (identity_id) where kind = 'contradiction'",
] as const;

/** Finds what is due, and what is stuck, without sorting a backlog or reading a table. */
async function indexBacklog(db: Kysely<Tables>): Promise<void> {
  for (const index of BACKLOG_INDEXES) await sql`create index if not exists ${sql.raw(index)}`.execute(db);
  await sql`drop index if exists verifications_read_due`.execute(db);
}

const TRANSACTION_INDEXES = [
  'unique index transactions_idempotency on transactions (client_id, idempotency_key)',
  'unique index transactions_hint on transactions (client_id, hint_jti)',
  'index transactions_payer on transactions (identity_id, state)',
  'index transactions_ended on transactions (ended_at)',
  // Those whose time may be over without anybody having read them since.
  'index transactions_unended on transactions (expires_at) where ended_at is null',
  "unique index attempts_one_open on attempts (identity_id) where state in ('requested', 'started')",
  'index attempts_transaction on attempts (transaction_id)',
  'unique index attempts_sid on attempts (sid)',
  'unique index attempts_execution on attempts (execution_id)',
  'index attempts_due on attempts (due) where due is not null',
] as const;

/** The tables of payments that the payer approves (docs/payments.md). */
async function createTransactions(db: Kysely<Tables>): Promise<void> {
  for (const table of ['transactions', 'attempts', 'payers', 'signing_keys'] as const) await createTable(db, table);
  for (const index of TRANSACTION_INDEXES)
    await sql`create ${sql.raw(index.replace('index ', 'index if not exists '))}`.execute(db);
}

const EVENT_INDEXES = [
  'unique index deliveries_message on deliveries (identity_id, endpoint, version)',
  'index deliveries_due on deliveries (endpoint, due) where due is not null',
  'index deliveries_leased on deliveries (endpoint) where leased_until > 0',
  'index deliveries_ended on deliveries (ended_at) where ended_at is not null',
] as const;

/** The tables of signed events (docs/events.md). */
async function createEvents(db: Kysely<Tables>): Promise<void> {
  for (const table of ['deliveries', 'endpoints'] as const) await createTable(db, table);
  for (const index of EVENT_INDEXES)
    await sql`create ${sql.raw(index.replace('index ', 'index if not exists '))}`.execute(db);
}

const CASE_INDEXES = [
  // The queue of the console: what waits on an operator, the oldest first.
  "identities_review on identities (decided_at, id) where standing = 'review' and erased_at is null",
  'identities_late_pass_at on identities (late_pass_at, id) where late_pass_at is not null',
  'identities_taken on identities (taken_by) where taken_by is not null',
  // Its search.
  'verifications_account on verifications (account_id) where account_id is not null',
  // Its audit: what operators did, among the events of everybody.
  `events_operator on events (id) where kind in ('overridden', 'granted', 'rechecked', 'erased', 'proposed',
    'turned_down', 'withdrawn', 'case_viewed', 'evidence_viewed', 'evidence_refused', 'exported')`,
] as const;

/** Finds the cases of the console without reading the tables. */
async function indexCases(db: Kysely<Tables>): Promise<void> {
  for (const index of CASE_INDEXES) await sql`create index if not exists ${sql.raw(index)}`.execute(db);
}

const DAY_INDEXES = [
  'unique index counted_days_part on counted_days (part, day)',
  'index changed_days_day on changed_days (day)',
  // What began on a day, without reading the tables.
  `index identities_signed_up on identities (first_seen_at, kratos_created_at)
    where kratos_created_at is null or first_seen_at - kratos_created_at < 86400000`,
  "index verifications_requested_at on verifications (requested_at) where source = 'jumio'",
] as const;

/** The counts of days that are over, and what notices that one of them has changed. */
async function createDays(db: Kysely<Tables>, dialect: Dialect): Promise<void> {
  await createTable(db, 'counted_days');
  await createTable(db, 'changed_days');
  for (const index of DAY_INDEXES)
    await sql`create ${sql.raw(index.replace('index ', 'index if not exists '))}`.execute(db);
  await watchDays(db, dialect);
}

const PROPOSAL_INDEXES = [
  // What was proposed about anybody, the oldest first.
  'identities_proposed on identities (proposed_at, id) where proposed_at is not null',
  // A search is something that operators do, too.
  `events_operator on events (id) where kind in ('overridden', 'granted', 'rechecked', 'erased', 'proposed',
    'turned_down', 'withdrawn', 'case_viewed', 'searched', 'evidence_viewed', 'evidence_refused', 'exported')`,
] as const;

/** Finds proposals and searches, and takes the erased out of the queue: nothing is decided about them any more. */
async function indexProposals(db: Kysely<Tables>): Promise<void> {
  await sql`drop index if exists events_operator`.execute(db);
  for (const index of PROPOSAL_INDEXES) await sql`create index if not exists ${sql.raw(index)}`.execute(db);
  await sql`update identities set late_pass_at = null where late_pass_at is not null and erased_at is not null`.execute(
    db,
  );
}
