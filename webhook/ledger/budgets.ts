import { type Kysely, sql } from 'kysely';
import { LONGEST_PAUSE_MS } from '../errors.ts';
import { CLOCK_TOLERANCE_MS } from '../model.ts';
import type { Dialect, Store } from './database/store.ts';
import type { BudgetName, BudgetRow, Tables } from './tables.ts';

export interface BudgetReport {
  readonly name: BudgetName;
  readonly pausedUntil: number;
  readonly reason: string | null;
}

/** Creates the operations on the shared budgets: pauses, refusals in a row, and the end of a pause. */
export function createBudgets(store: Store) {
  /** Loads, changes and saves a budget; `then` runs in the same transaction. */
  const edit = (
    name: BudgetName,
    now: number,
    change: (row: BudgetRow) => BudgetRow,
    then?: (db: Kysely<Tables>, before: BudgetRow, after: BudgetRow) => Promise<void>,
  ): Promise<BudgetRow> =>
    store.write(async (db) => {
      await lockBudgets(db, store.dialect);
      const before = await loadBudget(db, name, now);
      const after = change(before);
      await saveBudget(db, after);
      await noteChange(db, before, after, now);
      await then?.(db, before, after);
      return after;
    });

  return {
    /** After a 429: no replica takes from this budget for `delay` milliseconds, at most `LONGEST_PAUSE_MS`. The longer of two pauses counts. */
    pause: (name: BudgetName, now: number, delay: number) => {
      const end = Math.ceil(now + Math.min(delay, LONGEST_PAUSE_MS));
      return edit(name, now, (row) => ({ ...row, pausedUntil: Math.max(row.pausedUntil, end) }));
    },

    /** Pauses creation as a whole for a reason that an operator must fix. One create call every five minutes is the trial. */
    stop: (reason: string, now: number) =>
      edit('account', now, (row) => ({ ...row, reason, pausedUntil: now + PROBE_EVERY_MS })),

    /**
     * Records that Jumio refused (400) to create one identity's execution. Two refusals in a row pause creation as a
     * whole; then all refused attempts are due, because the cause is not theirs and one of them may become the trial.
     * @param isNew false: this attempt was refused before, and does not count again
     * @returns whether creation as a whole is paused now
     */
    async refused(reason: string, now: number, isNew: boolean): Promise<boolean> {
      const count = (row: BudgetRow): BudgetRow => ({ ...row, refusals: row.refusals + (isNew ? 1 : 0) });
      const pause = (row: BudgetRow): BudgetRow =>
        row.reason === null && row.refusals < REFUSALS_THAT_PAUSE
          ? row
          : { ...row, reason, pausedUntil: now + PROBE_EVERY_MS };
      const resume = async (db: Kysely<Tables>, _before: BudgetRow, after: BudgetRow): Promise<void> => {
        if (after.reason !== null) await makeRefusedDue(db, store, now);
      };
      return (await edit('account', now, (row) => pause(count(row)), resume)).reason !== null;
    },

    /** After a successful create: ends a pause with a reason, and makes the refused attempts due. */
    async cleared(now: number): Promise<void> {
      const seen = await store.read((db) => loadBudget(db, 'account', now));
      if (seen.reason === null && seen.refusals === 0) return;
      const clear = (row: BudgetRow): BudgetRow => ({
        ...row,
        reason: null,
        pausedUntil: row.reason === null ? row.pausedUntil : 0,
        refusals: 0,
      });
      await edit('account', now, clear, async (db, before) => {
        if (before.reason !== null) await makeRefusedDue(db, store, now);
      });
    },

    /**
     * Milliseconds until the budget has a token for the last of the attempts that are due for creation. At most the attempts
     * of the next minute are counted, because each sign-up asks and no handler waits longer: a crowd would cost its square.
     */
    turn: (rate: Rate, now: number): Promise<number> =>
      store.read(async (db) => {
        const row = await loadBudget(db, 'account', now);
        const most = Math.ceil(rate.burst + rate.perSecond * COUNTED_S) + 1;
        const { rows } = await sql<{ waiting: number }>`select count(*) as waiting from (select 1 from verifications
          where state = 'requested' and read_due <= ${now} limit ${most}) as due`.execute(db);
        return turn(row, rate, rows[0]?.waiting ?? 0, now);
      }),

    /** The calls that each budget with a rate has left at `now`; none while it is paused. */
    levels: (rates: Rates, now: number): Promise<Record<keyof Rates, number>> =>
      store.read(async (db) => {
        const left = async (name: keyof Rates): Promise<number> => {
          const row = await loadBudget(db, name, now);
          return row.pausedUntil > now ? 0 : Math.max(0, refill(row, rates[name], now).tokens);
        };
        return { account: await left('account'), retrieval: await left('retrieval') };
      }),
    /**
     * Takes one token for a call that nothing depends on, and leaves a third of the burst to the worker. False: there is none
     * to spare, or the budget is paused.
     */
    async spare(name: Exclude<BudgetName, 'kratos'>, rate: Rate, now: number): Promise<boolean> {
      let isTaken = false;
      await edit(name, now, (stored) => {
        const row = refill(stored, rate, now);
        isTaken = row.reason === null && available(row, now) > Math.floor(rate.burst / 3);
        return isTaken ? take(row, 1, now) : row;
      });
      return isTaken;
    },

    /** The budgets that are paused at `now`, or paused for a reason. */
    paused: (now: number): Promise<BudgetReport[]> =>
      store.read(async (db) => {
        const columns = ['name', 'pausedUntil', 'reason', 'refilledAt'] as const;
        const rows = await db.selectFrom('budgets').select(columns).execute();
        return rows
          .map((row) => withoutFutureTimes(row, now))
          .filter((row) => row.reason !== null || row.pausedUntil > now)
          .map(({ name, pausedUntil, reason }) => ({ name, pausedUntil, reason }));
      }),
  };
}

/** Appends an event where creation as a whole stops or resumes; it belongs to no identity. */
async function noteChange(db: Kysely<Tables>, before: BudgetRow, after: BudgetRow, at: number): Promise<void> {
  if ((before.reason === null) === (after.reason === null)) return;
  const kind = after.reason === null ? 'creation_resumed' : 'creation_paused';
  const detail = JSON.stringify({ reason: after.reason ?? before.reason });
  await db
    .insertInto('events')
    .values({ at, kind, detail, identityId: null, verificationId: null, once: null })
    .execute();
}

/** Makes all refused attempts due. Locks identities before verifications, as every change does, to avoid a deadlock. */
async function makeRefusedDue(db: Kysely<Tables>, store: Store, now: number): Promise<void> {
  const refused = sql`select identity_id from verifications where create_refused`;
  if (store.dialect === 'postgres')
    await sql`select id from identities where id in (${refused}) order by id for update`.execute(db);
  await sql`update verifications set read_due = ${now} where create_refused and read_due > ${now}`.execute(db);
  await sql`update identities set jumio_due = ${now} where id in (${refused}) and jumio_due > ${now}`.execute(db);
}

/** Tokens per second, and the most tokens that a budget holds. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** The rates of the budgets that have one: pauses apart, calls to Kratos are not limited. */
export type Rates = Readonly<Record<Exclude<BudgetName, 'kratos'>, Rate>>;

/** Refused identities (400) in a row that pause creation: the cause is the configuration (docs/design.md#retries). */
export const REFUSALS_THAT_PAUSE = 2;

/** Attempts beyond those of so many seconds are not counted. */
const COUNTED_S = 60;

/** How often creation is tried while it is paused for a reason. */
export const PROBE_EVERY_MS = 5 * 60_000;

/** More than any burst: the first refill cuts it down to the burst of the rate. */
const FULL = 1_000_000;

function fresh(name: BudgetName, now: number): BudgetRow {
  return { name, tokens: FULL, refilledAt: now, pausedUntil: 0, reason: null, refusals: 0 };
}

/** The budget with the tokens earned until `now`, at most the burst. */
export function refill(row: BudgetRow, rate: Rate, now: number): BudgetRow {
  const earned = (Math.max(0, now - row.refilledAt) / 1000) * rate.perSecond;
  return { ...row, tokens: Math.min(rate.burst, row.tokens + earned), refilledAt: Math.max(now, row.refilledAt) };
}

/** How many calls may be made now; at most one, the trial, after a pause with a reason. */
export function available(row: BudgetRow, now: number): number {
  if (row.pausedUntil > now) return 0;
  return row.reason === null ? Math.floor(row.tokens) : Math.min(1, Math.floor(row.tokens));
}

/** The budget after `count` calls. A trial pauses it again until its response ends the pause, or the next trial is due. */
export function take(row: BudgetRow, count: number, now: number): BudgetRow {
  const isTrial = row.reason !== null && count > 0;
  return { ...row, tokens: row.tokens - count, pausedUntil: isTrial ? now + PROBE_EVERY_MS : row.pausedUntil };
}

/** Milliseconds until the last of `waiting` attempts has a token; nothing is reserved. */
export function turn(row: BudgetRow, rate: Rate, waiting: number, now: number): number {
  if (row.pausedUntil > now) return row.pausedUntil - now;
  return Math.max(0, ((waiting - refill(row, rate, now).tokens) / rate.perSecond) * 1000);
}

/** Locks all budgets until the end of the transaction. A transaction takes this lock before any row. */
export async function lockBudgets(db: Kysely<Tables>, dialect: Dialect): Promise<void> {
  if (dialect === 'postgres') await sql`select pg_advisory_xact_lock(7243001)`.execute(db);
}

/**
 * A budget without the times that a wrong clock wrote: one that was ahead for a moment would hold back all calls for as
 * long as it was ahead. Such a refill counts as made now, and such a pause as over.
 */
export function withoutFutureTimes<Row extends Pick<BudgetRow, 'refilledAt' | 'pausedUntil'>>(
  row: Row,
  now: number,
): Row {
  const isRefillAhead = row.refilledAt > now + CLOCK_TOLERANCE_MS;
  const isPauseAhead = row.pausedUntil > now + LONGEST_PAUSE_MS + CLOCK_TOLERANCE_MS;
  if (!isRefillAhead && !isPauseAhead) return row;
  return {
    ...row,
    refilledAt: isRefillAhead ? now : row.refilledAt,
    pausedUntil: isPauseAhead ? now : row.pausedUntil,
  };
}

async function storedBudget(db: Kysely<Tables>, name: BudgetName): Promise<BudgetRow | undefined> {
  return db.selectFrom('budgets').selectAll().where('name', '=', name).executeTakeFirst();
}

/** Reads a budget, without times that a wrong clock wrote; a new one is full. */
export async function loadBudget(db: Kysely<Tables>, name: BudgetName, now: number): Promise<BudgetRow> {
  return withoutFutureTimes((await storedBudget(db, name)) ?? fresh(name, now), now);
}

/** Like `loadBudget`, and stores what it replaced: from a refill that stays ahead no token would ever be earned. */
export async function loadBudgetToTake(db: Kysely<Tables>, name: BudgetName, now: number): Promise<BudgetRow> {
  const stored = (await storedBudget(db, name)) ?? fresh(name, now);
  const row = withoutFutureTimes(stored, now);
  if (row !== stored) await saveBudget(db, row);
  return row;
}

export async function saveBudget(db: Kysely<Tables>, row: BudgetRow): Promise<void> {
  await db
    .insertInto('budgets')
    .values(row)
    .onConflict((c) => c.column('name').doUpdateSet(row))
    .execute();
}
