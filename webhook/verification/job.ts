import type { Claimed } from '../ledger/claim.ts';
import type { DueJobIn } from '../ledger/due-jobs.ts';
import type { Change, Identity, IdentityRecord, Verification } from '../model.ts';
import type { Context } from './context.ts';
import { updateIdentity, updateVerification } from './record/index.ts';
import { LEASE_MS, type Step } from './step.ts';

interface JobOn<Table extends 'identities' | 'verifications', Row> extends DueJobIn<Table> {
  /** True: the identity's first publication, which is due some seconds ahead, is written as soon as this job ends. */
  readonly delaysFirstPublication?: boolean;
  /** The columns that a claim writes into the due row besides the due time. */
  readonly marks?: (row: Row, now: number) => Partial<Row>;
  /** Says what is due, for operators. `row` is the due one. */
  readonly describe: (record: IdentityRecord, row: Row) => string;
  /** Makes the calls and writes the results, which set the next due time. `row` is as it was before the claim. */
  run(ctx: Context, step: Step, row: Row): Promise<void>;
}

/** One kind of due work: where it is due, which budget it takes from, and what runs. */
export type Job = JobOn<'identities', Identity> | JobOn<'verifications', Verification>;

/** A job of one claim, ready to run. */
export interface ClaimedJob {
  readonly job: Job;
  /** The due verification; undefined: the job is due in the row of the identity. */
  readonly verification?: Verification;
  readonly run: (ctx: Context, step: Step) => Promise<void>;
}

/** A leased identity and its jobs. */
export type Claim = Claimed<readonly ClaimedJob[]>;

type VerificationJob = Extract<Job, { readonly table: 'verifications' }>;

/** Whether a row matches the conditions of a job, as the SQL of the claim checks them. */
export function isMatching({ where = {}, whereNot = {} }: VerificationJob, row: Verification): boolean {
  const has = ([column, value]: [string, unknown]): boolean => Reflect.get(row, column) === value;
  return Object.entries(where).every(has) && !Object.entries(whereNot).some(has);
}

/** The verification for which a job has been due longest. Only the open one can wait to be created, so it is also the one of a trial. */
function longestDue(job: VerificationJob, record: IdentityRecord, now: number) {
  const dueAt = (row: Verification): number => row[job.column] ?? Number.POSITIVE_INFINITY;
  return record.verifications
    .filter((row) => dueAt(row) <= now && isMatching(job, row))
    .sort((a, b) => dueAt(a) - dueAt(b))[0];
}

/**
 * Raises the lease and sets the due times of the claimed jobs to its end: after a step that died they are due again
 * then, and a callback that arrives during a read can still bring them forward.
 * @param claimed the jobs that are due and for which a budget token was taken
 */
export function lease(
  record: IdentityRecord,
  claimed: readonly Job[],
  now: number,
): Change & { readonly work: readonly ClaimedJob[] } {
  const until = now + LEASE_MS;
  const work: ClaimedJob[] = [];
  let leased = updateIdentity(record, { lease: record.identity.lease + 1, leasedUntil: until });
  for (const job of claimed) {
    if (job.table === 'identities') {
      leased = updateIdentity(leased, { ...job.marks?.(record.identity, now), [job.column]: until });
      work.push({ job, run: (ctx, step) => job.run(ctx, step, record.identity) });
      continue;
    }
    const verification = longestDue(job, record, now);
    if (verification === undefined) continue;
    leased = updateVerification(leased, verification.id, { ...job.marks?.(verification, now), [job.column]: until });
    work.push({ job, verification, run: (ctx, step) => job.run(ctx, step, verification) });
  }
  return { record: leased, work };
}
