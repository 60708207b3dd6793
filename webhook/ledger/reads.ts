import { type Kysely, sql } from 'kysely';
import type { Identity } from '../model.ts';
import type { Epoch } from './epoch.ts';
import type { Tables } from './tables.ts';

const GATE_COLUMNS = [
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
] as const satisfies readonly (keyof Identity)[];

/** The facts of an identity for the gate, in one row. */
export interface GateRow extends Pick<Identity, (typeof GATE_COLUMNS)[number]> {
  /** How many verifications it has. */
  readonly attempts: number;
  /**
   * A copy with a later `updated_at` may be of a decision that this ledger has lost (docs/design.md#epochs). Null: the copy
   * was compared in this epoch.
   */
  readonly uncomparedSince: number | null;
}

type StoredGateRow = Omit<GateRow, 'uncomparedSince'> & Pick<Identity, 'epoch' | 'uncomparedChangedAt'>;

/** The gate's read. The query is built once: building it costs five times as much as running it (docs/reference/ecosystem.md#9-seen-in-a-trial-of-the-whole-core). */
export function gateReader(db: Kysely<Tables>, epoch: Epoch): (identityId: string) => Promise<GateRow | undefined> {
  const columns = GATE_COLUMNS.map((column) => sql.ref(`i.${column}`));
  const query = sql<StoredGateRow>`select ${sql.join(columns)}, i.epoch, i.uncompared_changed_at,
    (select count(*) from verifications v where v.identity_id = i.id) as attempts
    from identities i where i.id = ${''}`.compile(db);
  return async (identityId) => {
    const { rows } = await db.executeQuery<StoredGateRow>({ ...query, parameters: [identityId] });
    const [row] = rows;
    if (row === undefined) return undefined;
    const isOfEpoch = row.epoch === epoch.current();
    const uncomparedSince = row.uncomparedChangedAt ?? (isOfEpoch ? null : row.changedAt);
    return Object.assign(row, { uncomparedSince });
  };
}

/** An event as it is stored; its `detail` is parsed. */
export interface StoredEvent {
  readonly at: number;
  readonly kind: string;
  readonly verificationId: string | null;
  readonly detail: unknown;
}

/** Returns a query for the identity of a verification. It is built once, because every callback runs it. */
export function identityReader(db: Kysely<Tables>, column: 'id' | 'executionId' | 'subject') {
  const query = db.selectFrom('verifications').select('identityId').where(column, '=', '').compile();
  return async (on: Kysely<Tables>, value: string): Promise<string | undefined> => {
    const { rows } = await on.executeQuery<{ identityId: string }>({ ...query, parameters: [value] });
    return rows[0]?.identityId;
  };
}

/** Reads the events of an identity, oldest first; null: those of none. */
export async function events(db: Kysely<Tables>, identityId: string | null): Promise<StoredEvent[]> {
  const query = db
    .selectFrom('events')
    .selectAll()
    .where('identityId', identityId === null ? 'is' : '=', identityId);
  const rows = await query.orderBy('id').execute();
  return rows.map(({ at, kind, verificationId, detail }) => ({ at, kind, verificationId, detail: JSON.parse(detail) }));
}

/** Which times are later than they can be, in epoch milliseconds. */
export interface FutureTimes {
  readonly leasedAfter: number;
  readonly requestedAfter: number;
  /** At most this many identities. */
  readonly limit: number;
}

/** Finds the identities with times that are later than they can be. Reads two small indexes, and no table. */
export async function aheadOf(db: Kysely<Tables>, times: FutureTimes): Promise<string[]> {
  const { leasedAfter, requestedAfter, limit } = times;
  const { rows } = await sql<{ id: string }>`select id from identities where leased_until > ${leasedAfter}
    and leased_until > 0 union select identity_id from verifications where state = 'requested'
    and read_due > ${requestedAfter} and requested_at > ${requestedAfter} limit ${limit}`.execute(db);
  return rows.map(({ id }) => id);
}
