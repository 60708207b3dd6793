import { type CompiledQuery, type Kysely, sql } from 'kysely';
import { namesOf } from '../columns.ts';
import {
  type Identity,
  type IdentityRecord,
  identityColumns,
  type LedgerEvent,
  type Normalize,
  type Verification,
  verificationColumns,
} from '../model.ts';
import type { Dialect } from './database/store.ts';
import type { Outbox } from './deliveries/outbox.ts';
import { type Epoch, inEpoch } from './epoch.ts';
import type { Tables } from './tables.ts';

/** Returns a query that is built once: running it costs a fifth of building it each time. */
export function prepared<Row>(query: CompiledQuery<Row>) {
  return async (db: Kysely<Tables>, parameters: readonly unknown[]): Promise<Row[]> => {
    const { rows } = await db.executeQuery<Row>({ ...query, parameters });
    return rows;
  };
}

const IDENTITY_COLUMNS = namesOf(identityColumns);

const VERIFICATION_COLUMNS = namesOf(verificationColumns);

type Table = 'identities' | 'verifications';

function values<Row extends object, Column extends keyof Row>(row: Row, columns: readonly Column[]): Row[Column][] {
  return columns.map((column) => row[column]);
}

function insert(db: Kysely<Tables>, table: Table, columns: readonly string[]): CompiledQuery {
  const refs = columns.map((column) => sql.ref(column));
  const blanks = columns.map(() => null);
  return sql`insert into ${sql.table(table)} (${sql.join(refs)}) values (${sql.join(blanks)})`.compile(db);
}

function update(db: Kysely<Tables>, table: Table, columns: readonly string[]): CompiledQuery {
  const assignments = columns.map((column) => sql`${sql.ref(column)} = ${null}`);
  return sql`update ${sql.table(table)} set ${sql.join(assignments)} where id = ${''}`.compile(db);
}

/**
 * Returns a function that saves rows of one table. It inserts a new row, and updates only the changed columns of an existing
 * one, so that indexes over other columns cost nothing. There are few combinations of changed columns; each has its
 * statement, built once.
 */
function createSaver<Row extends { readonly id: string }>(
  db: Kysely<Tables>,
  table: Table,
  columns: readonly (keyof Row & string)[],
) {
  const insertRow = prepared(insert(db, table, columns));
  const updates = new Map<string, ReturnType<typeof prepared>>();
  const updateOf = (changed: readonly string[]) => {
    const shape = changed.join();
    const known = updates.get(shape) ?? prepared(update(db, table, changed));
    updates.set(shape, known);
    return known;
  };
  return async (on: Kysely<Tables>, before: Row | undefined, after: Row): Promise<void> => {
    if (before === undefined) return void (await insertRow(on, values(after, columns)));
    const changed = columns.filter((column) => before[column] !== after[column]);
    if (changed.length > 0) await updateOf(changed)(on, [...values(after, changed), after.id]);
  };
}

/**
 * Returns functions that load and save records. `loadLocked` is for a transaction: PostgreSQL locks the row of the identity.
 * Only this code writes identities and verifications, so it is the one place that normalises them (decision 56).
 */
export function createRows(
  db: Kysely<Tables>,
  dialect: Dialect,
  normalize: Normalize,
  { epoch, outbox }: { readonly epoch: Epoch; readonly outbox: Outbox },
) {
  const one = db.selectFrom('identities').select(IDENTITY_COLUMNS).where('id', '=', '');
  const identity = prepared<Identity>(one.compile());
  const locked = prepared<Identity>((dialect === 'postgres' ? one.forUpdate() : one).compile());
  const verifications = prepared<Verification>(
    db
      .selectFrom('verifications')
      .select(VERIFICATION_COLUMNS)
      .where('identityId', '=', '')
      .orderBy('attempt')
      .compile(),
  );
  const saveIdentity = createSaver<Identity>(db, 'identities', IDENTITY_COLUMNS);
  const saveVerification = createSaver<Verification>(db, 'verifications', VERIFICATION_COLUMNS);
  const blanks = IDENTITY_COLUMNS.map(() => null);
  const insertFirst = prepared<{ id: string }>(
    sql<{ id: string }>`insert into identities (${sql.join(IDENTITY_COLUMNS.map((column) => sql.ref(column)))})
      values (${sql.join(blanks)}) on conflict (id) do nothing returning id`.compile(db),
  );
  const saveEvent = prepared(
    sql`insert into events (at, identity_id, verification_id, kind, detail, once) values (${sql.join(Array(6).fill(null))})
      on conflict (once) do nothing`.compile(db),
  );

  async function recordOf(on: Kysely<Tables>, row: Identity | undefined): Promise<IdentityRecord | undefined> {
    return row && { identity: row, verifications: await verifications(on, [row.id]) };
  }

  async function load(on: Kysely<Tables>, id: string): Promise<IdentityRecord | undefined> {
    return recordOf(on, (await identity(on, [id]))[0]);
  }

  async function loadLocked(on: Kysely<Tables>, id: string): Promise<IdentityRecord | undefined> {
    return recordOf(on, (await locked(on, [id]))[0]);
  }

  /** Normalises a changed record and saves it; returns the record as it is saved. */
  async function save(
    on: Kysely<Tables>,
    before: IdentityRecord | undefined,
    changed: IdentityRecord,
    now: number,
  ): Promise<IdentityRecord> {
    const { identity: normalized, verifications: rows } = normalize(changed, now);
    const after = { identity: inEpoch(before?.identity, normalized, epoch.current()), verifications: rows };
    await saveIdentity(on, before?.identity, after.identity);
    const known = new Map(before?.verifications.map((row) => [row.id, row]));
    for (const row of after.verifications) await saveVerification(on, known.get(row.id), row);
    // Of an endpoint that is configured no more events are kept, too.
    const isErased = after.identity.erasedAt !== null && before?.identity.erasedAt === null;
    if (isErased || outbox.subscriptions.length > 0) await outbox.onSaved(on, before, after, now);
    return after;
  }

  async function append(on: Kysely<Tables>, at: number, identityId: string | null, event: LedgerEvent): Promise<void> {
    const detail = JSON.stringify(event.detail ?? {});
    await saveEvent(on, [at, identityId, event.verificationId ?? null, event.kind, detail, event.once ?? null]);
  }

  /** Normalises an identity and inserts it if it has no row; returns whether it did. */
  async function insertNew(on: Kysely<Tables>, found: Identity, now: number): Promise<boolean> {
    const { identity: normalized } = normalize({ identity: found, verifications: [] }, now);
    const row = inEpoch(undefined, normalized, epoch.current());
    return (await insertFirst(on, values(row, IDENTITY_COLUMNS))).length > 0;
  }

  return { load, loadLocked, save, append, insertNew };
}

/** Loads and saves the rows of records and events. */
export type Rows = ReturnType<typeof createRows>;
