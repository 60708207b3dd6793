import { type Kysely, sql } from 'kysely';
import type { Dialect } from './migrations.ts';
import type { BudgetName, BudgetRow, Tables } from './tables.ts';

/** Tokens per second, and the most that may be saved up. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** Two identities refused (400) in a row: the fault is ours or the tenant's, not theirs (design §4). */
export const REFUSALS_THAT_PAUSE = 2;

/** While paused for a reason, creation is tried again this often. */
export const PROBE_EVERY_MS = 5 * 60_000;

/** More than any burst: the first refill leaves as much of it as the rate's burst allows. */
const FULL = 1_000_000;

function fresh(name: BudgetName, now: number): BudgetRow {
  return { name, tokens: FULL, refilledAt: now, pausedUntil: 0, reason: null, refusals: 0 };
}

/** The bucket as it stands at `now`. A pause with a reason leaves a single token behind: the probe. */
export function refill(row: BudgetRow, rate: Rate, now: number): BudgetRow {
  const earned = (Math.max(0, now - row.refilledAt) / 1000) * rate.perSecond;
  return { ...row, tokens: Math.min(rate.burst, row.tokens + earned), refilledAt: Math.max(now, row.refilledAt) };
}

/** How many calls may be made now. */
export function available(row: BudgetRow, now: number): number {
  if (row.pausedUntil > now) return 0;
  return row.reason === null ? Math.floor(row.tokens) : Math.min(1, Math.floor(row.tokens));
}

/** Takes `count` calls. A probe holds the others back until its answer is in, or the next probe is due. */
export function take(row: BudgetRow, count: number, now: number): BudgetRow {
  const probing = row.reason !== null && count > 0;
  return { ...row, tokens: row.tokens - count, pausedUntil: probing ? now + PROBE_EVERY_MS : row.pausedUntil };
}

/** Milliseconds until the last of so many who wait has a token; nothing is reserved. */
export function turn(row: BudgetRow, rate: Rate, waiting: number, now: number): number {
  if (row.pausedUntil > now) return row.pausedUntil - now;
  return Math.max(0, ((waiting - refill(row, rate, now).tokens) / rate.perSecond) * 1000);
}

/** Whoever changes a bucket takes this first, and before any row: until the end of their transaction it is theirs. */
export async function lockBudgets(db: Kysely<Tables>, dialect: Dialect): Promise<void> {
  if (dialect === 'postgres') await sql`select pg_advisory_xact_lock(7243001)`.execute(db);
}

/** Reads a bucket, made full when it is new. */
export async function loadBudget(db: Kysely<Tables>, name: BudgetName, now: number): Promise<BudgetRow> {
  const row = await db.selectFrom('budgets').selectAll().where('name', '=', name).executeTakeFirst();
  return row ?? fresh(name, now);
}

export async function saveBudget(db: Kysely<Tables>, row: BudgetRow): Promise<void> {
  await db
    .insertInto('budgets')
    .values(row)
    .onConflict((c) => c.column('name').doUpdateSet(row))
    .execute();
}
