import { type Kysely, sql } from 'kysely';
import type { Change, IdentityRecord, LedgerEvent, Normalize, OneTimeLink } from '../model.ts';
import { createBudgets } from './budgets.ts';
import { createBulkInsert } from './bulk-insert.ts';
import { type Claimed, type ClaimOptions, createClaim } from './claim.ts';
import { migrate } from './database/migrations.ts';
import { openPostgres } from './database/postgres.ts';
import { openSqlite } from './database/sqlite.ts';
import type { Store } from './database/store.ts';
import { createNextDue, type DueJob } from './due-jobs.ts';
import { findLink, redeemLink, saveLink, withdrawLinks } from './one-time-links.ts';
import { events, type GateRow, gateReader, identityReader, type StoredEvent, setting } from './reads.ts';
import { createReports, type Reports } from './reports/events.ts';
import { createRows } from './rows.ts';
import type { Tables } from './tables.ts';

/**
 * Our durable record and the only code that talks SQL (docs/design.md#vocabulary). Decides nothing: what changes is computed by the
 * functions that are handed in. Every method rejects with `LedgerUnavailable` where the database cannot serve.
 */
export interface Ledger {
  /** When the ledger was made, epoch milliseconds: identities older than this never met us. */
  readonly createdAt: number;
  readonly origin: 'made' | 'opened';
  readonly referenceKey: Buffer;
  readonly budgets: ReturnType<typeof createBudgets>;
  /** What operators read. */
  readonly reports: Reports;
  /** Identities that never met a hook. */
  readonly bulkInsert: ReturnType<typeof createBulkInsert>;
  /** What the gate needs of one identity; committed data only. */
  gate(identityId: string): Promise<GateRow | undefined>;
  record(identityId: string): Promise<IdentityRecord | undefined>;
  identityOfVerification(verificationId: string): Promise<string | undefined>;
  identityOfExecution(executionId: string): Promise<string | undefined>;
  /** The identity that an eID's subject (its keyed hash) belongs to for ever. */
  identityOfSubject(subject: string): Promise<string | undefined>;
  /**
   * Loads, lets `decide` say what is new, normalises and saves: one transaction, serial per identity. `undefined`:
   * nothing to do. Returns the record as it is saved.
   */
  change(
    identityId: string,
    now: number,
    decide: (record: IdentityRecord | undefined) => Change | undefined,
  ): Promise<IdentityRecord | undefined>;
  /** Returns the record that `change` would save, and writes nothing. */
  preview: Ledger['change'];
  /** An address that is good now; it stays so. */
  link(hash: string, now: number): Promise<OneTimeLink | undefined>;
  /** Uses an address up, once, and notes it; `undefined`: there is none, or it was used, withdrawn, or has ended. */
  redeem(hash: string, now: number, noted: (address: OneTimeLink) => LedgerEvent): Promise<OneTimeLink | undefined>;
  /** Notes something that changes no row: of an identity, whether it has one or not, or of none that we know. */
  note(now: number, event: LedgerEvent, identityId?: string): Promise<void>;
  claim<Job extends DueJob, Work>(options: ClaimOptions<Job, Work>): Promise<Claimed<Work>[]>;
  /** The earliest due time of any of the jobs; undefined: nothing is due. */
  nextDue(jobs: readonly DueJob[]): Promise<number | undefined>;
  events(identityId: string | null): Promise<StoredEvent[]>;
  /** See `Store.copyTo`. */
  readonly copyTo: Store['copyTo'];
  /** Rejects where a write would. Gives the database's own clock (epoch milliseconds); undefined: it has none. */
  probe(): Promise<number | undefined>;
  close(): Promise<void>;
}

/**
 * @param url `file:<path>` for SQLite, `postgres://…` for PostgreSQL.
 * @param now the clock's time: the birthday of a ledger that is made by this call.
 * @param normalize ends every change before it is saved.
 */
export async function openLedger(url: string, now: number, normalize: Normalize): Promise<Ledger> {
  const store = url.startsWith('file:') ? openSqlite(url.slice('file:'.length)) : openPostgres(url);
  try {
    const origin = await store.read((db) => migrate(db, store.dialect, now));
    return await createLedger(store, origin, normalize);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function createLedger(store: Store, origin: Ledger['origin'], normalize: Normalize): Promise<Ledger> {
  const rows = createRows(store.db, store.dialect, normalize);
  const gate = gateReader(store.db);
  const claim = createClaim(store, rows);
  const nextDue = createNextDue(store.db);
  const ofVerification = identityReader(store.db, 'id');
  const ofExecution = identityReader(store.db, 'executionId');
  const ofSubject = identityReader(store.db, 'subject');
  return {
    createdAt: Number(await store.read((db) => setting(db, 'created_at'))),
    referenceKey: Buffer.from(await store.read((db) => setting(db, 'reference_key')), 'base64'),
    origin,
    budgets: createBudgets(store),
    reports: createReports(store),
    bulkInsert: createBulkInsert(store, rows),
    gate: (id) => store.read(() => gate(id)),
    record: (id) => store.read((db) => rows.load(db, id, false)),
    identityOfVerification: (id) => store.read((db) => ofVerification(db, id)),
    identityOfExecution: (id) => store.read((db) => ofExecution(db, id)),
    identityOfSubject: (subject) => store.read((db) => ofSubject(db, subject)),
    change: (id, now, decide) =>
      store.write(async (db) => {
        // A first row does not exist yet and cannot be locked: two replicas meet on this instead.
        if (store.dialect === 'postgres')
          await sql`select pg_advisory_xact_lock(hashtextextended(${id}, 0))`.execute(db);
        const before = await rows.load(db, id, true);
        const change = decide(before);
        if (change === undefined) return before;
        const after = await rows.save(db, before, change.record, now);
        for (const event of change.events ?? []) await rows.append(db, now, id, event);
        if (change.withdrawLinks) await withdrawLinks(db, id);
        if (change.link !== undefined) await saveLink(db, store.dialect, change.link);
        return after;
      }),
    preview: async (id, now, decide) => {
      const before = await store.read((db) => rows.load(db, id, false));
      const change = decide(before);
      return change === undefined ? before : normalize(change.record, now);
    },
    link: (hash, now) => store.read((db) => findLink(db, hash, now)),
    redeem: (hash, now, noted) =>
      store.write(async (db) => {
        const address = await redeemLink(db, hash, now);
        if (address !== undefined) await rows.append(db, now, address.identityId, noted(address));
        return address;
      }),
    note: (now, event, identityId) => store.write((db) => rows.append(db, now, identityId ?? null, event)),
    claim: (options) => store.write((db) => claim(db, options)),
    nextDue: (jobs) => store.read((db) => nextDue(db, jobs)),
    events: (id) => store.read((db) => events(db, id)),
    copyTo: store.copyTo,
    probe: () => store.write((db) => probe(db, store)),
    close: () => store.close(),
  };
}

async function probe(db: Kysely<Tables>, { dialect }: Store): Promise<number | undefined> {
  const row = { name: 'probe', value: '' };
  await db
    .insertInto('settings')
    .values(row)
    .onConflict((c) => c.column('name').doUpdateSet(row))
    .execute();
  return dialect === 'sqlite' ? undefined : serverClock(db);
}

async function serverClock(db: Kysely<Tables>): Promise<number | undefined> {
  const clock = sql<{ now: number }>`select (extract(epoch from clock_timestamp()) * 1000)::bigint as now`;
  return (await clock.execute(db)).rows[0]?.now;
}

export type { GateRow };
