import type { Kysely } from 'kysely';
import type { Change, IdentityRecord } from '../model.ts';
import { available, loadBudgetToTake, lockBudgets, type Rate, refill, saveBudget, take } from './budgets.ts';
import type { Store } from './database/store.ts';
import { createDueQueries, type DueJob, type DueQueries } from './due-jobs.ts';
import type { Rows } from './rows.ts';
import type { BudgetName, Tables } from './tables.ts';

/** A leased identity, and what its step is to do. */
export interface Claimed<Work> {
  readonly record: IdentityRecord;
  readonly work: Work;
}

export interface ClaimOptions<Job extends DueJob, Work> {
  readonly jobs: readonly Job[];
  readonly now: number;
  /** At most this many identities for each job, by its name; none for a job that is missing. */
  readonly slots: Readonly<Record<string, number>>;
  /** A budget without a rate holds its jobs back only while it is paused. */
  readonly rates: Readonly<Partial<Record<BudgetName, Rate>>>;
  /** Raises the lease and sets the due times of the claimed jobs to its end: pure, from `verification/`. */
  readonly lease: (record: IdentityRecord, claimed: readonly Job[]) => Change & { readonly work: Work };
}

type ClaimLimits = Pick<ClaimOptions<DueJob, unknown>, 'now' | 'slots' | 'rates'>;

/** The identities for which a job may run now. Takes their tokens from the job's budget. */
async function dueFor(
  db: Kysely<Tables>,
  job: DueJob,
  { due, trial }: DueQueries,
  { now, slots, rates }: ClaimLimits,
): Promise<string[]> {
  const free = slots[job.name] ?? 0;
  if (free <= 0) return [];
  if (job.budget === null) return due(db, now, free);
  const row = await loadBudgetToTake(db, job.budget, now);
  const rate = rates[job.budget];
  if (rate === undefined) return row.pausedUntil > now ? [] : due(db, now, free);
  const budget = refill(row, rate, now);
  const limit = Math.min(free, available(budget, now));
  if (limit <= 0) return [];
  // A pause with a reason is over, and no call has shown yet whether the reason is gone.
  const isTrial = budget.reason !== null;
  const ids = await (isTrial ? trial : due)(db, now, limit);
  if (ids.length > 0) await saveBudget(db, take(budget, ids.length, now));
  return ids;
}

/**
 * Makes the claim: finds what is due for each job, takes the budget tokens of the calls to come and raises the leases, in
 * one transaction. Replicas claim one after the other, because they share the budgets.
 */
export function createClaim({ db, dialect }: Store, rows: Rows) {
  const queriesOf = createDueQueries(db, dialect);
  return async <Job extends DueJob, Work>(
    on: Kysely<Tables>,
    { jobs, lease, ...limits }: ClaimOptions<Job, Work>,
  ): Promise<Claimed<Work>[]> => {
    await lockBudgets(on, dialect);
    const claimedJobs = new Map<string, Job[]>();
    for (const job of jobs)
      for (const id of await dueFor(on, job, queriesOf(job), limits))
        claimedJobs.set(id, [...(claimedJobs.get(id) ?? []), job]);
    const claimed: Claimed<Work>[] = [];
    for (const [id, jobsOfIdentity] of claimedJobs) {
      const before = await rows.loadLocked(on, id);
      if (before === undefined) continue;
      const { record: leased, work, events = [] } = lease(before, jobsOfIdentity);
      const record = await rows.save(on, before, leased, limits.now);
      for (const event of events) await rows.append(on, limits.now, id, event);
      claimed.push({ record, work });
    }
    return claimed;
  };
}
