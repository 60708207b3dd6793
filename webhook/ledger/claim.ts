import { type Kysely, type SqlBool, sql } from 'kysely';
import type { Change, IdentityRecord } from '../model.ts';
import { available, loadBudget, lockBudgets, type Rate, refill, saveBudget, take } from './budgets.ts';
import type { Store } from './database/store.ts';
import type { Rows } from './rows.ts';
import type { BudgetName, Tables } from './tables.ts';

/** Which debts of one identity a claim may pay: those that a budget token was taken for. */
export interface Debts {
  readonly create: boolean;
  readonly read: boolean;
  readonly publish: boolean;
  /** Traits to send to Jumio. */
  readonly prepare?: boolean;
  /** What an eID says, to be read at Kratos and judged by its provider's keys. */
  readonly evidence?: boolean;
}

export interface Claimed<Work> {
  readonly record: IdentityRecord;
  readonly work: Work;
}

export interface ClaimOptions<Work> {
  readonly now: number;
  /** At most so many identities for each debt: one neighbour that hangs must not use up the hands for the other. */
  readonly capacity: Readonly<Record<Budgeted, number>> & Readonly<Partial<Record<Unbudgeted, number>>>;
  readonly rates: Readonly<Record<Exclude<BudgetName, 'kratos'>, Rate>>;
  /** Raises the lease and marks what is about to be done: pure, from `verification/`. */
  readonly lease: (record: IdentityRecord, debts: Debts) => Change & { readonly work: Work };
}

/** They take from no budget: their calls to Kratos wait for its pause and have no rate, those to others are few. */
type Unbudgeted = 'prepare' | 'evidence';

type Budgeted = Exclude<keyof Debts, Unbudgeted>;

const BUDGET: Readonly<Record<Budgeted, BudgetName>> = {
  create: 'account',
  read: 'retrieval',
  publish: 'kratos',
};

/** Publishing has no rate of ours; its budget row only carries the pause that a 429 put on it. */
const NO_RATE: Rate = { perSecond: 1_000_000, burst: 1_000_000 };

interface Wanted {
  readonly debt: Budgeted;
  readonly now: number;
  readonly limit: number;
  /** The call that tries whether creation works again: for the oldest, and for a parked one if nobody else waits. */
  readonly isProbe: boolean;
}

/** The longest due first, those whose person waits on a page before all others. */
async function due(db: Kysely<Tables>, store: Store, { debt, now, limit, isProbe }: Wanted): Promise<string[]> {
  const skip = store.dialect === 'postgres' ? sql`for update of i skip locked` : sql``;
  const open = sql<SqlBool>`i.leased_until <= ${now}`;
  const state = debt === 'create' ? sql`v.state = 'requested'` : sql`v.state <> 'requested'`;
  const order = isProbe ? sql`v.create_refused, v.requested_at` : sql`i.priority desc, v.read_due`;
  const query =
    debt === 'publish'
      ? sql<{ id: string }>`select i.id from identities i where i.kratos_due <= ${now} and ${open}
          order by i.priority desc, i.kratos_due limit ${limit} ${skip}`
      : sql<{ id: string }>`select i.id from verifications v join identities i on i.id = v.identity_id
          where v.read_due <= ${now} and v.source = 'jumio' and ${state} and ${open}
          order by ${order} limit ${limit} ${skip}`;
  const { rows } = await query.execute(db);
  return rows.map((row) => row.id);
}

async function unbudgeted(
  db: Kysely<Tables>,
  store: Store,
  debt: Unbudgeted,
  { now, capacity }: Pick<ClaimOptions<unknown>, 'now' | 'capacity'>,
): Promise<string[]> {
  const limit = capacity[debt] ?? 0;
  if (limit <= 0) return [];
  const skip = store.dialect === 'postgres' ? sql`for update of i skip locked` : sql``;
  const query =
    debt === 'evidence'
      ? sql<{ id: string }>`select i.id from identities i where i.eid_due <= ${now} and i.leased_until <= ${now}
          order by i.priority desc, i.eid_due limit ${limit} ${skip}`
      : sql<{ id: string }>`select i.id from verifications v join identities i on i.id = v.identity_id
          where v.prefill_due <= ${now} and i.leased_until <= ${now}
          order by i.priority desc, v.prefill_due limit ${limit} ${skip}`;
  const { rows } = await query.execute(db);
  return rows.map((row) => row.id);
}

async function allowed(
  db: Kysely<Tables>,
  store: Store,
  debt: Budgeted,
  options: Omit<ClaimOptions<unknown>, 'lease'>,
): Promise<string[]> {
  const name = BUDGET[debt];
  const rate = name === 'kratos' ? NO_RATE : options.rates[name];
  const budget = refill(await loadBudget(db, name, options.now), rate, options.now);
  const limit = Math.min(options.capacity[debt], available(budget, options.now));
  if (limit <= 0) return [];
  const isProbe = budget.reason !== null;
  const ids = [...new Set(await due(db, store, { debt, now: options.now, limit, isProbe }))];
  if (ids.length > 0) await saveBudget(db, take(budget, ids.length, options.now));
  return ids;
}

/**
 * Claims what is due by raising leases, and takes the budget tokens of the calls to come, in one transaction.
 * Replicas claim one after the other, because they share the budgets.
 */
export async function claim<Work>(
  db: Kysely<Tables>,
  store: Store,
  rows: Rows,
  options: ClaimOptions<Work>,
): Promise<Claimed<Work>[]> {
  await lockBudgets(db, store.dialect);
  const create = new Set(await allowed(db, store, 'create', options));
  const read = new Set(await allowed(db, store, 'read', options));
  const publish = new Set(await allowed(db, store, 'publish', options));
  // Both begin with a read at Kratos: its pause counts for them too.
  const isPaused = (await loadBudget(db, BUDGET.publish, options.now)).pausedUntil > options.now;
  const prepare = new Set(isPaused ? [] : await unbudgeted(db, store, 'prepare', options));
  const evidence = new Set(isPaused ? [] : await unbudgeted(db, store, 'evidence', options));
  const claimed: Claimed<Work>[] = [];
  for (const id of new Set([...create, ...read, ...publish, ...prepare, ...evidence])) {
    const before = await rows.load(db, id, true);
    if (before === undefined) continue;
    const debts: Debts = {
      create: create.has(id),
      read: read.has(id),
      publish: publish.has(id),
      prepare: prepare.has(id),
      evidence: evidence.has(id),
    };
    const { record: leased, work, events = [] } = options.lease(before, debts);
    const record = await rows.save(db, before, leased, options.now);
    for (const event of events) await rows.append(db, options.now, id, event);
    claimed.push({ record, work });
  }
  return claimed;
}
