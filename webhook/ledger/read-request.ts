import type { Kysely } from 'kysely';
import type { Identity, LedgerEvent, Verification } from '../model.ts';
import type { Dialect, Store } from './database/store.ts';
import type { Epoch } from './epoch.ts';
import type { Rows } from './rows.ts';
import type { Tables } from './tables.ts';

/*
 * The write of a callback: it makes a read due and changes nothing else, so it reads a few columns of two rows, where `change` loads
 * and normalises the whole record. Every callback of Jumio runs it. `test/contract/ledger/cases/read-request-cases.ts` compares the
 * rows that both leave.
 */

/** The columns of a verification that a read request depends on. */
export type ReadableVerification = Pick<
  Verification,
  | 'id'
  | 'state'
  | 'executionId'
  | 'decision'
  | 'jumioStatus'
  | 'lastReadAt'
  | 'lastReadFor'
  | 'readDue'
  | 'activeAt'
  | 'claimedStatus'
  | 'notFound'
>;

/** What is read for a read request. */
export interface ReadRequestRow {
  readonly verification: ReadableVerification;
  readonly identity: Pick<Identity, 'erasedAt' | 'leasedUntil' | 'readRequests' | 'jumioDue'>;
}

/** What a read request changes. */
export interface ReadRequestPatch {
  readonly verification: Pick<Verification, 'readDue' | 'activeAt' | 'claimedStatus' | 'notFound'>;
  readonly identity: Pick<Identity, 'readRequests' | 'jumioDue'>;
  readonly event?: LedgerEvent | undefined;
}

/**
 * `unknown`: no execution, or one of another verification. `wide`: nothing was written, because a change of the record changes
 * more here: it begins an epoch, or deletes secrets whose time is over.
 */
export type ReadRequestOutcome = 'requested' | 'nothing' | 'unknown' | 'wide';

/** The execution that a callback names, and the verification that its reference names; undefined: it has none. */
export interface NamedExecution {
  readonly executionId: string;
  readonly verificationId?: string;
}

type Values = readonly [
  id: string,
  identityId: string,
  state: Verification['state'],
  decision: Verification['decision'],
  jumioStatus: string | null,
  lastReadAt: number | null,
  lastReadFor: string | null,
  readDue: number | null,
  activeAt: number | null,
  claimedStatus: string | null,
  notFound: Verification['notFound'],
  erasedAt: number | null,
  leasedUntil: number,
  readRequests: number,
  jumioDue: number | null,
  epoch: number,
  staleSecrets: number,
];

/** The order of the tables is the order in which PostgreSQL locks the rows: everybody locks the identity first. */
function selectText(dialect: Dialect): string {
  const [execution, now, lock] = dialect === 'postgres' ? ['$1', '$2', 'for update of i, v'] : ['?1', '?2', ''];
  return `select v.id, v.identity_id, v.state, v.decision, v.jumio_status, v.last_read_at, v.last_read_for, v.read_due,
    v.active_at, v.claimed_status, v.not_found, i.erased_at, i.leased_until, i.read_requests, i.jumio_due, i.epoch,
    (select count(*) from verifications o where o.identity_id = i.id
      and (o.link is not null or o.sdk_token is not null or o.transaction_token is not null)
      and (o.state <> 'started' or o.link_ends_at <= ${now})) as stale_secrets
    from identities i join verifications v on v.identity_id = i.id where v.execution_id = ${execution}
    ${lock}`;
}

function rowOf(row: Values, executionId: string): ReadRequestRow {
  const [id, , state, decision, jumioStatus, lastReadAt, lastReadFor, readDue, activeAt, claimedStatus, notFound] = row;
  const read = { lastReadAt, lastReadFor, readDue };
  return {
    verification: { id, executionId, state, decision, jumioStatus, ...read, activeAt, claimedStatus, notFound },
    identity: { erasedAt: row[11], leasedUntil: row[12], readRequests: row[13], jumioDue: row[14] },
  };
}

/** On SQLite a statement costs little; on PostgreSQL each costs a round trip, so there it is one. */
function createSave({ dialect, prepare }: Store, rows: Rows): Save {
  if (dialect === 'sqlite') {
    const saveVerification = prepare(
      'update verifications set read_due = ?, active_at = ?, claimed_status = ?, not_found = ? where id = ?',
    );
    const saveIdentity = prepare('update identities set read_requests = ?, jumio_due = ? where id = ?');
    return async (db, now, { id, identityId }, { verification, identity, event }) => {
      const { readDue, activeAt, claimedStatus, notFound } = verification;
      await saveVerification(db, [readDue, activeAt, claimedStatus, notFound, id]);
      await saveIdentity(db, [identity.readRequests, identity.jumioDue, identityId]);
      if (event !== undefined) await rows.append(db, now, identityId, event);
    };
  }
  const save = prepare(`with v as (
      update verifications set read_due = $1, active_at = $2, claimed_status = $3, not_found = $4 where id = $5),
    e as (insert into events (at, identity_id, verification_id, kind, detail, once)
      select $6::bigint, $7::text, $5::text, $8::text, $9::text, $10::text where $8::text is not null
      on conflict (once) do nothing)
    update identities set read_requests = $11, jumio_due = $12 where id = $7`);
  return async (db, now, { id, identityId }, { verification, identity, event }) => {
    const { readDue, activeAt, claimedStatus, notFound } = verification;
    const { readRequests, jumioDue } = identity;
    const noted = [event?.kind ?? null, JSON.stringify(event?.detail ?? {}), event?.once ?? null];
    const columns = [readDue, activeAt, claimedStatus, notFound, id];
    await save(db, [...columns, now, identityId, ...noted, readRequests, jumioDue]);
  };
}

type Save = (
  db: Kysely<Tables>,
  now: number,
  ids: { readonly id: string; readonly identityId: string },
  patch: ReadRequestPatch,
) => Promise<void>;

/** Creates the write of read requests. */
export function createReadRequests(store: Store, rows: Rows, epoch: Epoch) {
  const select = store.prepare<Values>(selectText(store.dialect));
  const save = createSave(store, rows);
  return async (
    db: Kysely<Tables>,
    { executionId, verificationId }: NamedExecution,
    now: number,
    decide: (row: ReadRequestRow) => ReadRequestPatch | undefined,
  ): Promise<ReadRequestOutcome> => {
    const row = await select(db, [executionId, now]);
    if (row === undefined || (verificationId !== undefined && verificationId !== row[0])) return 'unknown';
    const patch = decide(rowOf(row, executionId));
    if (patch === undefined) return 'nothing';
    const [epochOfRow, staleSecrets] = [row[15], row[16]];
    if (epochOfRow !== epoch.current() || staleSecrets > 0) return 'wide';
    await save(db, now, { id: row[0], identityId: row[1] }, patch);
    return 'requested';
  };
}
