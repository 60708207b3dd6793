import type { Identity, LedgerEvent, Verification } from '../../model.ts';
import type { Prepare, Store } from '../database/store.ts';
import type { Epoch } from '../epoch.ts';
import type { Rows } from '../rows.ts';

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

/** Returns what changes; undefined: nothing. */
export type Decide = (row: ReadRequestRow) => ReadRequestPatch | undefined;

/**
 * `unknown`: no execution, or one of another verification. `wide`: nothing was written, and the whole record is to be changed. It
 * begins an epoch, or deletes secrets whose time is over; or another transaction has locked the row, and the change waits for it.
 */
export type ReadRequestOutcome = 'requested' | 'nothing' | 'unknown' | 'wide';

/** The execution that a callback names, and the verification that its reference names; undefined: it has none. */
export interface NamedExecution {
  readonly executionId: string;
  readonly verificationId?: string;
}

/** The values of a row, in the order of `selectText`. */
export type ReadRequestValues = readonly [
  executionId: string,
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

/** What is read, of `identities i` and `verifications v`. @param now the placeholder of the time */
export function selectText(now: string): string {
  return `select v.execution_id, v.id, v.identity_id, v.state, v.decision, v.jumio_status, v.last_read_at, v.last_read_for, v.read_due,
    v.active_at, v.claimed_status, v.not_found, i.erased_at, i.leased_until, i.read_requests, i.jumio_due, i.epoch,
    (select count(*) from verifications o where o.identity_id = i.id
      and (o.link is not null or o.sdk_token is not null or o.transaction_token is not null)
      and (o.state <> 'started' or o.link_ends_at <= ${now})) as stale_secrets
    from identities i join verifications v on v.identity_id = i.id`;
}

/** The rows of these values. */
export function rowOf(row: ReadRequestValues): ReadRequestRow {
  const [executionId, id, , state, decision, jumioStatus, ...others] = row;
  const [lastReadAt, lastReadFor, readDue, activeAt, claimedStatus, notFound] = others;
  const read = { lastReadAt, lastReadFor, readDue };
  return {
    verification: { id, executionId, state, decision, jumioStatus, ...read, activeAt, claimedStatus, notFound },
    identity: { erasedAt: row[12], leasedUntil: row[13], readRequests: row[14], jumioDue: row[15] },
  };
}

/** Decides one request of an execution that was found, whose rows are now as in `row`. A patch is to be saved. */
export function decideRequest(
  values: ReadRequestValues,
  row: ReadRequestRow,
  { verificationId }: NamedExecution,
  epoch: Epoch,
  decide: Decide,
): ReadRequestPatch | Exclude<ReadRequestOutcome, 'requested'> {
  const [epochOfRow, staleSecrets] = [values[16], values[17]];
  if (verificationId !== undefined && verificationId !== row.verification.id) return 'unknown';
  const patch = decide(row);
  if (patch === undefined) return 'nothing';
  return epochOfRow !== epoch.current() || staleSecrets > 0 ? 'wide' : patch;
}

/** Makes a read of an execution due. */
export type RequestRead = (execution: NamedExecution, now: number, decide: Decide) => Promise<ReadRequestOutcome>;

/** Creates the write of read requests on SQLite, whose writer groups all writes. */
export function createReadRequests(
  { write, prepare }: Pick<Store, 'write'> & { readonly prepare: Prepare },
  rows: Rows,
  epoch: Epoch,
): RequestRead {
  const select = prepare<ReadRequestValues>(`${selectText('?2')} where v.execution_id = ?1`);
  const saveVerification = prepare(
    'update verifications set read_due = ?, active_at = ?, claimed_status = ?, not_found = ? where id = ?',
  );
  const saveIdentity = prepare('update identities set read_requests = ?, jumio_due = ? where id = ?');
  return (execution, now, decide) =>
    write(async (db) => {
      const row = await select(db, [execution.executionId, now]);
      if (row === undefined) return 'unknown';
      const patch = decideRequest(row, rowOf(row), execution, epoch, decide);
      if (typeof patch === 'string') return patch;
      const { verification, identity, event } = patch;
      const { readDue, activeAt, claimedStatus, notFound } = verification;
      await saveVerification(db, [readDue, activeAt, claimedStatus, notFound, row[1]]);
      await saveIdentity(db, [identity.readRequests, identity.jumioDue, row[2]]);
      if (event !== undefined) await rows.append(db, now, row[2], event);
      return 'requested';
    });
}
