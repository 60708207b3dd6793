import { CompiledQuery } from 'kysely';
import { LedgerUnavailable } from '../../errors.ts';
import type { LedgerEvent } from '../../model.ts';
import { perTurn } from '../database/per-turn.ts';
import { isRow, type Store } from '../database/store.ts';
import type { Epoch } from '../epoch.ts';
import { prepared } from '../rows.ts';
import {
  type Decide,
  decideRequest,
  type NamedExecution,
  type ReadRequestOutcome,
  type ReadRequestRow,
  type ReadRequestValues,
  type RequestRead,
  rowOf,
  selectText,
} from './read-request.ts';

/*
 * The write of callbacks on PostgreSQL. All that arrive in one turn of the event loop share one transaction of four round trips: a round
 * trip costs as much processor time as the rest of a callback. The transaction waits for no row, because another one that has locked it
 * may itself wait for a row of the group.
 */

interface Request {
  readonly execution: NamedExecution;
  readonly now: number;
  readonly decide: Decide;
}

/** The rows of a group as its requests change them, one after the other. */
interface GroupRows {
  readonly found: ReadonlyMap<string, ReadRequestValues>;
  readonly verifications: Map<string, ReadRequestRow['verification']>;
  readonly identities: Map<string, ReadRequestRow['identity']>;
  readonly events: (LedgerEvent & { readonly at: number; readonly identityId: string })[];
}

/** At most so many in a transaction: its rows are locked until it ends. */
const MOST_IN_GROUP = 100;

/**
 * The order of the tables is the order of the locks: everybody locks the identity first. The locked rows are read as they are now. The
 * count of stale secrets may be older; whoever changed it has dropped them.
 */
const SELECT = `${selectText('$2')} where v.execution_id = any($1) for update of i, v skip locked`;

/** The values of a row, by its execution. */
function entryOf(row: object): [string, ReadRequestValues] {
  const values: unknown = Object.values(row);
  if (!isRow<ReadRequestValues>(values)) throw new Error('the database gave a row without values');
  return [values[0], values];
}

const SAVE = `with v as (
    update verifications set read_due = u.read_due, active_at = u.active_at, claimed_status = u.claimed_status,
      not_found = u.not_found
    from unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[])
      as u (id, read_due, active_at, claimed_status, not_found) where verifications.id = u.id),
  e as (insert into events (at, identity_id, verification_id, kind, detail, once)
    select at, identity_id, verification_id, kind, detail, once
    from unnest($6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[])
      as u (at, identity_id, verification_id, kind, detail, once)
    on conflict (once) do nothing)
  update identities set read_requests = u.read_requests, jumio_due = u.jumio_due
    from unnest($12::text[], $13::bigint[], $14::bigint[]) as u (id, read_requests, jumio_due)
    where identities.id = u.id`;

function parametersOf({ verifications, identities, events }: GroupRows): unknown[] {
  const [rows, owners] = [[...verifications.values()], [...identities.values()]];
  return [
    [...verifications.keys()],
    rows.map(({ readDue }) => readDue),
    rows.map(({ activeAt }) => activeAt),
    rows.map(({ claimedStatus }) => claimedStatus),
    rows.map(({ notFound }) => notFound),
    events.map(({ at }) => at),
    events.map(({ identityId }) => identityId),
    events.map(({ verificationId }) => verificationId ?? null),
    events.map(({ kind }) => kind),
    events.map(({ detail }) => JSON.stringify(detail ?? {})),
    events.map(({ once }) => once ?? null),
    [...identities.keys()],
    owners.map(({ readRequests }) => readRequests),
    owners.map(({ jumioDue }) => jumioDue),
  ];
}

/** Decides one request of a group, on what those before it have made of the rows. */
function apply(rows: GroupRows, { execution, now, decide }: Request, epoch: Epoch): ReadRequestOutcome {
  const { found, verifications, identities, events } = rows;
  const values = found.get(execution.executionId);
  if (values === undefined) return 'wide';
  const [, id, identityId] = values;
  const read = rowOf(values);
  const row = {
    verification: verifications.get(id) ?? read.verification,
    identity: identities.get(identityId) ?? read.identity,
  };
  const patch = decideRequest(values, row, execution, epoch, decide);
  if (typeof patch === 'string') return patch;
  verifications.set(id, { ...row.verification, ...patch.verification });
  identities.set(identityId, { ...row.identity, ...patch.identity });
  if (patch.event !== undefined) events.push({ ...patch.event, at: now, identityId });
  return 'requested';
}

/** Creates the write of read requests on PostgreSQL. An execution that is not found is `wide`: another transaction may have its row. */
export function createGroupedReadRequests(store: Store, epoch: Epoch): RequestRead {
  const select = prepared<object>(CompiledQuery.raw(SELECT));
  const save = prepared(CompiledQuery.raw(SAVE));

  /** Writes what a group asks for. The outcomes are in the order of the requests. */
  const write = (group: readonly Request[]): Promise<ReadRequestOutcome[]> =>
    store.write(async (db) => {
      const now = Math.max(...group.map((request) => request.now));
      const found = await select(db, [group.map(({ execution }) => execution.executionId), now]);
      const changed = { verifications: new Map(), identities: new Map(), events: [] };
      const rows: GroupRows = { found: new Map(found.map(entryOf)), ...changed };
      const outcomes = group.map((request) => apply(rows, request, epoch));
      if (rows.identities.size > 0) await save(db, parametersOf(rows));
      return outcomes;
    });

  const request = perTurn<Request, ReadRequestOutcome>(MOST_IN_GROUP, async (group) => {
    try {
      return await write(group);
    } catch (error) {
      if (error instanceof LedgerUnavailable) throw error;
      // A mistake in one must not fail the others: each then goes its own way.
      return group.map(() => 'wide');
    }
  });
  return (execution, now, decide) => request({ execution, now, decide });
}
