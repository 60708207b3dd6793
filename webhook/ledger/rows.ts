import { type CompiledQuery, type Kysely, sql } from 'kysely';
import type { Dialect } from './migrations.ts';
import type { Tables } from './tables.ts';
import type { Identity, LedgerEvent, Snapshot, Verification } from './types.ts';

/** A query built once; running it costs a fifth of building it each time. */
function prepared<Row>(query: CompiledQuery<Row>) {
  return async (db: Kysely<Tables>, parameters: readonly unknown[]): Promise<Row[]> => {
    const { rows } = await db.executeQuery<Row>({ ...query, parameters });
    return rows;
  };
}

const IDENTITY_COLUMNS = [
  'id',
  'metAt',
  'returnTo',
  'inherited',
  'standing',
  'status',
  'content',
  'jumioDue',
  'kratosDue',
  'priority',
  'lease',
  'leasedUntil',
  'nudges',
  'version',
  'published',
  'changedAt',
  'kratosAttempts',
  'readBack',
  'missing',
  'missingSince',
  'gone',
  'stuck',
] as const satisfies readonly (keyof Identity)[];

const VERIFICATION_COLUMNS = [
  'id',
  'identityId',
  'attempt',
  'state',
  'requestedAt',
  'jumioStatus',
  'accountId',
  'executionId',
  'definitionKey',
  'decision',
  'decisionLabel',
  'riskScore',
  'reason',
  'completedAt',
  'attempts',
  'lastError',
  'readDue',
  'lastReadAt',
  'lastReadFor',
  'claimedStatus',
  'looks',
  'aliveAt',
  'notFound',
  'renew',
  'parked',
  'link',
  'linkEndsAt',
  'sdkToken',
  'transactionToken',
] as const satisfies readonly (keyof Verification)[];

function values<Row extends object, Column extends keyof Row>(row: Row, columns: readonly Column[]): Row[Column][] {
  return columns.map((column) => row[column]);
}

function upsert(db: Kysely<Tables>, table: 'identities' | 'verifications', columns: readonly string[]): CompiledQuery {
  const refs = columns.map((column) => sql.ref(column));
  const updates = columns.slice(1).map((column) => sql`${sql.ref(column)} = ${sql.ref(`excluded.${column}`)}`);
  return sql`insert into ${sql.table(table)} (${sql.join(refs)}) values (${sql.join(columns.map(() => null))})
    on conflict (id) do update set ${sql.join(updates)}`.compile(db);
}

/** Loads and saves snapshots. Only inside a transaction does a loaded one stay true: PostgreSQL locks its row. */
export function createRows(db: Kysely<Tables>, dialect: Dialect) {
  const one = db.selectFrom('identities').selectAll().where('id', '=', '');
  const identity = prepared<Identity>(one.compile());
  const locked = prepared<Identity>((dialect === 'postgres' ? one.forUpdate() : one).compile());
  const verifications = prepared<Verification>(
    db.selectFrom('verifications').selectAll().where('identityId', '=', '').orderBy('attempt').compile(),
  );
  const saveIdentity = prepared(upsert(db, 'identities', IDENTITY_COLUMNS));
  const saveVerification = prepared(upsert(db, 'verifications', VERIFICATION_COLUMNS));
  const saveEvent = prepared(
    sql`insert into events (at, identity_id, verification_id, kind, detail, once) values (${sql.join(Array(6).fill(null))})
      on conflict (once) do nothing`.compile(db),
  );

  async function load(on: Kysely<Tables>, id: string, lock: boolean): Promise<Snapshot | undefined> {
    const [found] = await (lock ? locked : identity)(on, [id]);
    return found === undefined ? undefined : { identity: found, verifications: await verifications(on, [id]) };
  }

  /** Writes only the rows that are not the very objects that were loaded. */
  async function save(on: Kysely<Tables>, before: Snapshot | undefined, after: Snapshot): Promise<void> {
    if (after.identity !== before?.identity) await saveIdentity(on, values(after.identity, IDENTITY_COLUMNS));
    const known = new Set(before?.verifications);
    for (const row of after.verifications)
      if (!known.has(row)) await saveVerification(on, values(row, VERIFICATION_COLUMNS));
  }

  async function append(on: Kysely<Tables>, at: number, identityId: string | null, event: LedgerEvent): Promise<void> {
    const detail = JSON.stringify(event.detail ?? {});
    await saveEvent(on, [at, identityId, event.verificationId ?? null, event.kind, detail, event.once ?? null]);
  }

  return { load, save, append };
}

export type Rows = ReturnType<typeof createRows>;
