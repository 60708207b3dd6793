import { channel } from 'node:diagnostics_channel';
import { type Kysely, sql } from 'kysely';
import type { Announce } from '../events/model.ts';
import type { Change, IdentityRecord, LedgerEvent, Normalize, OneTimeLink } from '../model.ts';
import { createBudgets } from './budgets.ts';
import { createBulkInsert } from './bulk-insert.ts';
import { type Claimed, type ClaimOptions, createClaim } from './claim.ts';
import { migrate } from './database/migrate.ts';
import { openSqlite } from './database/sqlite.ts';
import type { Store } from './database/store.ts';
import { createDeliveryLedger, type DeliveryLedger } from './deliveries/delivery-ledger.ts';
import { createOutbox } from './deliveries/outbox.ts';
import { type Backlog, backlogOf, createNextDue, type DueJob, type NextDue } from './due-jobs.ts';
import { type Epoch, openEpoch } from './epoch.ts';
import { createEventCap } from './event-cap.ts';
import { type GateRow, gateReader } from './hot-paths/gate-row.ts';
import {
  createReadRequests,
  type ReadRequestPatch,
  type ReadRequestRow,
  type RequestRead,
} from './hot-paths/read-request.ts';
import { createGroupedReadRequests } from './hot-paths/read-request-group.ts';
import { type Keys, keyOf, openKeys } from './keys.ts';
import { findLink, redeemLink, saveLink, withdrawLinks } from './one-time-links.ts';
import { aheadOf, events, type FutureTimes, identityReader, type StoredEvent } from './reads.ts';
import { type Cases, createCases } from './reports/cases.ts';
import { createReports, type Reports } from './reports/events.ts';
import { createRows } from './rows.ts';
import { createSecondPerson, findSetting, type SecondPerson, saveSetting, setting } from './settings.ts';
import type { Tables } from './tables.ts';
import { createTransactionLedger, type TransactionLedger } from './transactions/transaction-ledger.ts';

/**
 * The durable record of the service, and the only code that talks SQL (docs/design.md#vocabulary). It decides nothing: the
 * functions that callers pass compute what changes. Every method rejects with `LedgerUnavailable` if the database fails.
 */
export interface Ledger {
  /** When the ledger was made, in epoch milliseconds: no hook reported the sign-up of an older identity. */
  readonly createdAt: number;
  /** Whether this process made the ledger, or opened one that existed. */
  readonly origin: 'made' | 'opened';
  /** Whether this process alone serves from the ledger: then every earlier one is dead. */
  readonly isLocked: boolean;
  /** Raised whenever the ledger may be older than what was published from it (docs/design.md#epochs). */
  readonly epoch: number;
  /** The key of the hashes of eID subjects. It is never rotated: the hashes tell for good which identity an eID belongs to. The tokens of forms (CSRF) use it too. */
  readonly subjectKey: Buffer;
  /** The keys of cookies and references. */
  readonly keys: Keys;
  readonly budgets: ReturnType<typeof createBudgets>;
  /** The reports for operators. */
  readonly reports: Reports;
  /** The queue of the console, and what operators did. */
  readonly cases: Cases;
  /** What is kept of payments that their payers approve. */
  readonly transactions: TransactionLedger;
  /** The signed events that applications are told of changes, and their endpoints. */
  readonly deliveries: DeliveryLedger;
  /** Inserts identities that no hook reported. */
  readonly bulkInsert: ReturnType<typeof createBulkInsert>;
  /** Reads what the gate needs of one identity; committed data only. */
  gate(identityId: string): Promise<GateRow | undefined>;
  /** Reads the record of one identity; committed data only. */
  record(identityId: string): Promise<IdentityRecord | undefined>;
  identityOfVerification(verificationId: string): Promise<string | undefined>;
  identityOfExecution(executionId: string): Promise<string | undefined>;
  /** The identity that the subject of an eID (its keyed hash) belongs to, for good. */
  identityOfSubject(subject: string): Promise<string | undefined>;
  /**
   * Loads a record, lets `decide` compute the change, normalises the result and saves it: one transaction, serial per
   * identity. `decide` returns undefined to change nothing. Returns the record as it is saved.
   */
  change(
    identityId: string,
    now: number,
    decide: (record: IdentityRecord | undefined) => Change | undefined,
  ): Promise<IdentityRecord | undefined>;
  /** Makes a read of an execution due, as `change` would, from a few columns of its rows. `decide` returns what changes; undefined: nothing. */
  readonly requestRead: RequestRead;
  /** Returns the record that `change` would save, and writes nothing. */
  preview: Ledger['change'];
  /** Finds a one-time link that could be redeemed now, without redeeming it. */
  link(hash: string, now: number): Promise<OneTimeLink | undefined>;
  /** Redeems a one-time link, once, and appends the event of it; undefined if it is unknown, redeemed, withdrawn or expired. */
  redeem(hash: string, now: number, eventFor: (link: OneTimeLink) => LedgerEvent): Promise<OneTimeLink | undefined>;
  /** Appends an event that changes no row. The identity need not have a row; without one the event is of none. Drops an event whose `cap` is reached. */
  note(now: number, event: LedgerEvent, identityId?: string): Promise<void>;
  claim<Job extends DueJob, Work>(options: ClaimOptions<Job, Work>): Promise<Claimed<Work>[]>;
  /** The next due time of each job, the earliest first; a job that is due for no row is left out. */
  nextDue<Job extends DueJob>(jobs: readonly Job[]): Promise<NextDue<Job>[]>;
  /** What is due of each job at `now`, and since when. */
  backlog(jobs: readonly DueJob[], now: number): Promise<Backlog[]>;
  /** The identities that are leased for longer than until `leasedAfter`, or whose attempt is asked for after `requestedAfter`. */
  aheadOf(times: FutureTimes): Promise<string[]>;
  /** Reads the events of an identity, oldest first; null: those of none. */
  events(identityId: string | null, most?: number): Promise<StoredEvent[]>;
  /** The acts that two operators must decide, as the service was started: a command may run without the list of operators. */
  readonly secondPerson: SecondPerson;
  /** See `Store.copyTo`. */
  readonly copyTo: Store['copyTo'];
  /**
   * Writes, to check that writing works. Returns the time to compare `now` with (epoch milliseconds): the clock of
   * PostgreSQL; on SQLite the latest time that was written, undefined where `now` is later.
   */
  probe(now: number): Promise<number | undefined>;
  close(): Promise<void>;
}

/** Options of `openLedger`. */
export interface LedgerOptions {
  /** False: for a command beside the service (docs/design.md#epochs). */
  readonly beginsEpoch?: boolean;
  /** True: no other process may serve from a SQLite ledger meanwhile. */
  readonly locks?: boolean;
  /** Says what applications are told of a change; nobody is told before `deliveries.configure` or `deliveries.follow` says who. */
  readonly announce?: Announce;
}

/**
 * Opens a ledger, and makes it if it does not exist. Rejects with `LedgerUnavailable` if the database fails, with `LedgerInUse`
 * if another process has locked it, with `LedgerTooNew` if a newer version has changed it, with `LedgerDamaged` if one of
 * its keys is none.
 * @param url `file:<path>` for SQLite, `postgres://…` for PostgreSQL
 * @param now the time of the clock: `createdAt` of a ledger that is made by this call
 * @param normalize applied to every record before it is saved
 */
export async function openLedger(
  url: string,
  now: number,
  normalize: Normalize,
  { beginsEpoch = true, locks = false, announce }: LedgerOptions = {},
): Promise<Ledger> {
  const opened = await open(url, locks);
  try {
    const origin = await opened.read((db) => migrate(db, opened.dialect, now));
    const epoch = await openEpoch(opened, beginsEpoch);
    const store = opened.dialect === 'postgres' ? following(opened, epoch) : opened;
    return await createLedger(store, epoch, origin, { normalize, announce, now });
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** Loads the driver of PostgreSQL only where it is used: it takes a twentieth of the start. */
async function open(url: string, locks: boolean): Promise<Store> {
  if (url.startsWith('file:')) return openSqlite(url.slice('file:'.length), locks);
  const { openPostgres } = await import('./database/postgres.ts');
  return openPostgres(url);
}

/** A store whose transactions begin the next epoch first, where the database has become another one. */
function following(store: Store, epoch: Epoch): Store {
  const write: Store['write'] = (work) =>
    store.write(async (db) => {
      await epoch.follow(db);
      return work(db);
    });
  return { ...store, write };
}

/**
 * Tells whoever traces (tracing/start.js) that an identity was changed, or that an execution is to be read, in the context of the request or step
 * that did it. Without a subscriber it is a look at a flag.
 */
const written = channel('jumio-bridge.written');

function tellWritten(id: string): void {
  if (written.hasSubscribers) written.publish({ id });
}

async function createLedger(
  store: Store,
  epoch: Epoch,
  origin: Ledger['origin'],
  {
    normalize,
    announce,
    now: openedAt,
  }: { readonly normalize: Normalize; readonly announce: Announce | undefined; readonly now: number },
): Promise<Ledger> {
  const outbox = createOutbox(announce);
  const rows = createRows(store.db, store.dialect, normalize, { epoch, outbox });
  const gate = gateReader(store, epoch);
  const claim = createClaim(store, rows);
  const { write, prepare } = store;
  const requestRead =
    prepare === undefined
      ? createGroupedReadRequests(store, epoch)
      : createReadRequests({ write, prepare }, rows, epoch);
  const cap = createEventCap();
  const nextDue = createNextDue(store.db);
  const ofVerification = identityReader(store.db, 'id');
  const ofExecution = identityReader(store.db, 'executionId');
  const ofSubject = identityReader(store.db, 'subject');
  return {
    createdAt: Number(await store.read((db) => setting(db, 'created_at'))),
    subjectKey: keyOf('reference_key', await store.read((db) => findSetting(db, 'reference_key'))),
    keys: await openKeys(store, openedAt, (db, now, event) => rows.append(db, now, null, event)),
    origin,
    isLocked: store.isLocked,
    get epoch() {
      return epoch.current();
    },
    budgets: createBudgets(store),
    reports: createReports(store),
    cases: createCases(store),
    transactions: createTransactionLedger(store, rows.append),
    deliveries: createDeliveryLedger(store, rows, outbox),
    bulkInsert: createBulkInsert(store, rows),
    gate,
    record: (id) => store.read((db) => rows.load(db, id)),
    identityOfVerification: (id) => store.read((db) => ofVerification(db, id)),
    identityOfExecution: (id) => store.read((db) => ofExecution(db, id)),
    identityOfSubject: (subject) => store.read((db) => ofSubject(db, subject)),
    change: async (id, now, decide) => {
      let isChanged = false;
      const saved = await store.write(async (db) => {
        // A row that does not exist yet cannot be locked: this makes two replicas wait for each other.
        if (store.dialect === 'postgres')
          await sql`select pg_advisory_xact_lock(hashtextextended(${id}, 0))`.execute(db);
        const before = await rows.loadLocked(db, id);
        const change = decide(before);
        isChanged = change !== undefined;
        if (change === undefined) return before;
        const after = await rows.save(db, before, change.record, now);
        for (const event of change.events ?? []) await rows.append(db, now, id, event);
        if (change.withdrawLinks) await withdrawLinks(db, id);
        if (change.link !== undefined) await saveLink(db, store.dialect, change.link);
        return after;
      });
      if (isChanged) tellWritten(id);
      return saved;
    },
    requestRead: async (execution, now, decide) => {
      const outcome = await requestRead(execution, now, decide);
      if (outcome === 'requested') tellWritten(execution.executionId);
      return outcome;
    },
    preview: async (id, now, decide) => {
      const before = await store.read((db) => rows.load(db, id));
      const change = decide(before);
      return change === undefined ? before : normalize(change.record, now);
    },
    link: (hash, now) => store.read((db) => findLink(db, hash, now)),
    redeem: (hash, now, eventFor) =>
      store.write(async (db) => {
        const link = await redeemLink(db, hash, now);
        if (link !== undefined) await rows.append(db, now, link.identityId, eventFor(link));
        return link;
      }),
    note: (now, event, identityId) =>
      cap.limited(now, event, () => store.write((db) => rows.append(db, now, identityId ?? null, event))),
    claim: (options) => store.write((db) => claim(db, options)),
    nextDue: (jobs) => store.read((db) => nextDue(db, jobs)),
    backlog: (jobs, now) => store.read((db) => backlogOf(db, jobs, now)),
    aheadOf: (times) => store.read((db) => aheadOf(db, times)),
    events: (id, most) => store.read((db) => events(db, id, most)),
    secondPerson: createSecondPerson(store),
    copyTo: store.copyTo,
    probe: (now) => store.write((db) => probe(db, store, now)),
    close: () => store.close(),
  };
}

async function probe(db: Kysely<Tables>, { dialect }: Store, now: number): Promise<number | undefined> {
  const latest = dialect === 'sqlite' ? await latestTime(db, now) : undefined;
  await saveSetting(db, 'probe', String(now));
  return dialect === 'sqlite' ? latest : serverClock(db);
}

/** The latest of the probes and refills: a clock that shows less was set back since. */
async function latestTime(db: Kysely<Tables>, now: number): Promise<number | undefined> {
  const { rows } = await sql<{ at: number }>`select max(at) as at from (select refilled_at as at from budgets
    union all select cast(value as integer) from settings where name = 'probe') as times`.execute(db);
  const at = rows[0]?.at ?? now;
  return at > now ? at : undefined;
}

async function serverClock(db: Kysely<Tables>): Promise<number | undefined> {
  const clock = sql<{ now: number }>`select (extract(epoch from clock_timestamp()) * 1000)::bigint as now`;
  return (await clock.execute(db)).rows[0]?.now;
}

export type { KeyInfo } from './keys.ts';
export type { GateRow, ReadRequestPatch, ReadRequestRow };
