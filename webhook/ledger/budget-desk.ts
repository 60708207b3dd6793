import { type Kysely, sql } from 'kysely';
import { loadBudget, PROBE_EVERY_MS, type Rate, REFUSALS_THAT_PAUSE, saveBudget, turn } from './budgets.ts';
import type { Store } from './store.ts';
import type { BudgetName, BudgetRow, Tables } from './tables.ts';

export interface BudgetReport {
  readonly name: BudgetName;
  readonly pausedUntil: number;
  readonly reason: string | null;
}

/** What answers do to the shared budgets: pauses, refusals in a row, and the all-clear. */
export function createBudgetDesk(store: Store) {
  const edit = (name: BudgetName, now: number, change: (row: BudgetRow) => BudgetRow): Promise<BudgetRow> =>
    store.write(async (db) => {
      if (store.dialect === 'postgres') await sql`select pg_advisory_xact_lock(7243001)`.execute(db);
      const row = change(await loadBudget(db, name, 1, now));
      await saveBudget(db, row);
      return row;
    });

  return {
    /** A 429: nothing of this budget for `delay` milliseconds, in any replica. */
    pause: (name: BudgetName, now: number, delay: number) =>
      edit(name, now, (row) => ({ ...row, pausedUntil: Math.max(row.pausedUntil, now + delay) })),

    /** Creation as a whole stops for a reason that an operator must mend; tried again every five minutes. */
    stop: (reason: string, now: number) =>
      edit('account', now, (row) => ({ ...row, reason, pausedUntil: now + PROBE_EVERY_MS })),

    /** One identity was refused (400). Returns whether creation as a whole is paused now. */
    async refused(reason: string, now: number): Promise<boolean> {
      const count = (row: BudgetRow): BudgetRow => ({ ...row, refusals: row.refusals + 1 });
      const pause = (row: BudgetRow): BudgetRow =>
        row.refusals < REFUSALS_THAT_PAUSE ? row : { ...row, reason, pausedUntil: now + PROBE_EVERY_MS };
      return (await edit('account', now, (row) => pause(count(row)))).reason !== null;
    },

    /** An account was created: a pause with a reason is over, and those that were parked under it are due again. */
    cleared: (now: number) =>
      store.write(async (db) => {
        const row = await loadBudget(db, 'account', 1, now);
        if (row.reason === null && row.refusals === 0) return;
        await saveBudget(db, { ...row, reason: null, pausedUntil: 0, refusals: 0 });
        if (row.reason !== null) await unpark(db, now);
      }),

    /** Milliseconds until a newcomer's turn to be created at Jumio. */
    async turn(rate: Rate, now: number): Promise<number> {
      const row = await loadBudget(store.reading, 'account', rate.burst, now);
      const { rows } = await sql<{ ahead: number }>`select count(*) as ahead from verifications
        where state = 'requested' and read_due <= ${now}`.execute(store.reading);
      return turn(row, rate, rows[0]?.ahead ?? 0, now);
    },

    /** The budgets that are paused at `now`. */
    async paused(now: number): Promise<BudgetReport[]> {
      const rows = await store.reading.selectFrom('budgets').selectAll().execute();
      return rows.filter((row) => row.reason !== null || row.pausedUntil > now);
    },
  };
}

async function unpark(db: Kysely<Tables>, now: number): Promise<void> {
  await db.updateTable('verifications').set({ parked: 0, readDue: now }).where('parked', '=', 1).execute();
  await sql`update identities set jumio_due = ${now} where id in
    (select identity_id from verifications where state = 'requested' and read_due = ${now})`.execute(db);
}
