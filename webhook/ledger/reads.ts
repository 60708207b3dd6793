import { type Kysely, sql } from 'kysely';
import type { Tables } from './tables.ts';

/** An event as it is stored; its `detail` is parsed. */
export interface StoredEvent {
  readonly at: number;
  readonly kind: string;
  readonly verificationId: string | null;
  readonly detail: unknown;
}

/** Returns a query for the identity of a verification, built once. */
export function identityReader(db: Kysely<Tables>, column: 'id' | 'executionId' | 'subject') {
  const query = db.selectFrom('verifications').select('identityId').where(column, '=', '').compile();
  return async (on: Kysely<Tables>, value: string): Promise<string | undefined> => {
    const { rows } = await on.executeQuery<{ identityId: string }>({ ...query, parameters: [value] });
    return rows[0]?.identityId;
  };
}

/** Reads the events of an identity, oldest first; null: those of none. @param most only the newest so many */
export async function events(db: Kysely<Tables>, identityId: string | null, most?: number): Promise<StoredEvent[]> {
  const query = db
    .selectFrom('events')
    .selectAll()
    .where('identityId', identityId === null ? 'is' : '=', identityId);
  const rows =
    most === undefined
      ? await query.orderBy('id').execute()
      : (await query.orderBy('id', 'desc').limit(most).execute()).reverse();
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
