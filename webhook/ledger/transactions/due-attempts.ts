import { type SqlBool, sql } from 'kysely';
import { namesOf } from '../../columns.ts';
import { type ApprovalAttempt, attemptColumns } from '../../transactions/model.ts';
import { available, loadBudgetToTake, lockBudgets, type Rates, refill, saveBudget, take } from '../budgets.ts';
import type { Store } from '../database/store.ts';
import type { AppendEvent, On } from '../tables.ts';
import { isOpen } from './attempts.ts';
import { lockPayer } from './lock.ts';

/*
 * The attempts that have something to do at Jumio: how a worker claims them, with the budgets of verifications, and how a
 * callback makes one due. A lease is an exclusive right that ends by time, as that of an identity is.
 */

const COLUMNS = namesOf(attemptColumns);

/** Milliseconds between the end of a read and the next one that a callback asks for: the payer waits. */
const READS_APART_MS = 5_000;

/** Callbacks of one attempt that are counted: Jumio sends a few, and repeats some. */
const MOST_NUDGES = 100;

/** What a worker may claim of attempts. */
export interface AttemptClaims {
  readonly now: number;
  readonly leaseMs: number;
  /** At most so many of each kind. */
  readonly most: number;
  readonly rates: Rates;
}

/** The attempts of a claim, as they are under its lease: those whose comparison is to be created, and those to be read. */
export interface ClaimedAttempts {
  readonly create: readonly ApprovalAttempt[];
  readonly read: readonly ApprovalAttempt[];
}

/** What a step writes of an attempt that goes on. */
export interface AttemptPatch extends Partial<Pick<ApprovalAttempt, 'looks' | 'lastError'>> {
  /** When there is more to do, epoch milliseconds. */
  readonly due: number;
}

/** What a callback says: the attempt that its reference names, if it has one, and the execution. */
export interface AttemptNudge {
  readonly attemptId?: string;
  readonly executionId: string;
}

/** What Jumio said when it created a comparison. */
export type FaceFacts = Pick<ApprovalAttempt, 'accountId' | 'executionId' | 'link' | 'linkEndsAt' | 'due'>;

/** A read under way sees the count of callbacks when it ends; else the next one is due, apart from the one before. */
function dueAfterNudge({ leasedUntil }: ApprovalAttempt, due: number, now: number): number {
  const free = leasedUntil ?? 0;
  return free > now ? due : Math.min(due, Math.max(now, free + READS_APART_MS));
}

function isDue(now: number) {
  return sql<SqlBool>`factor = 'face' and due <= ${now} and (leased_until is null or leased_until <= ${now})`;
}

/** Leases the attempts that are due longest. */
async function lease(db: On, kind: 'create' | 'read', { now, leaseMs }: AttemptClaims, most: number) {
  const until = now + leaseMs;
  const due = db
    .selectFrom('attempts')
    .select('id')
    .where(isDue(now))
    .where('state', kind === 'create' ? '=' : '<>', 'requested')
    .orderBy('due')
    .limit(most);
  return db
    .updateTable('attempts')
    .set((row) => ({ lease: row('lease', '+', 1), leasedUntil: until, due: until }))
    .where('id', 'in', due)
    .returning(COLUMNS)
    .execute();
}

/** Leases at most as many as the budget allows. While creation is paused for a reason, the one trial is a verification's. */
async function claimOne(db: On, kind: 'create' | 'read', claims: AttemptClaims): Promise<ApprovalAttempt[]> {
  const name = kind === 'create' ? 'account' : 'retrieval';
  const row = await loadBudgetToTake(db, name, claims.now);
  if (row.reason !== null) return [];
  const budget = refill(row, claims.rates[name], claims.now);
  const most = Math.min(claims.most, available(budget, claims.now));
  if (most <= 0) return [];
  const leased = await lease(db, kind, claims, most);
  if (leased.length > 0) await saveBudget(db, take(budget, leased.length, claims.now));
  return leased;
}

/** Returns the steps of attempts at Jumio. */
export function createDueAttempts({ dialect, read, write }: Store, append: AppendEvent) {
  return {
    /** When an attempt is next due, in epoch milliseconds; undefined: none is. */
    nextAttemptDue: (): Promise<number | undefined> =>
      read(async (db) => {
        const { rows } = await sql<{ due: number | null }>`select min(due) as due from attempts
          where due is not null`.execute(db);
        return rows[0]?.due ?? undefined;
      }),

    /** Leases what is due, and takes the tokens of its calls. Replicas claim one after the other, as for identities. */
    claimAttempts: (claims: AttemptClaims): Promise<ClaimedAttempts> =>
      write(async (db) => {
        await lockBudgets(db, dialect);
        return { create: await claimOne(db, 'create', claims), read: await claimOne(db, 'read', claims) };
      }),

    /** The attempts that were asked for before a time, and that Jumio has not begun. */
    unstartedFaces: (before: number): Promise<ApprovalAttempt[]> =>
      read((db) =>
        db
          .selectFrom('attempts')
          .select(COLUMNS)
          .where('factor', '=', 'face')
          .where('state', '=', 'requested')
          .where('due', 'is not', null)
          .where('startedAt', '<=', before)
          .limit(100)
          .execute(),
      ),

    /**
     * Stores the comparison that Jumio created for a claimed attempt. `late`: the attempt or its transaction has ended meanwhile, so
     * nobody gets the link; its result is read all the same.
     */
    faceStarted: (now: number, claimed: ApprovalAttempt, facts: FaceFacts): Promise<'started' | 'late'> =>
      write(async (db) => {
        await lockPayer(db, dialect, claimed.identityId);
        const set = { ...facts, leasedUntil: now, lastError: null };
        const store = (state: 'started' | 'expired', endedAt: number | null) =>
          db
            .updateTable('attempts')
            .set({ ...set, state, ...(endedAt === null ? {} : { endedAt, link: null, evidence: null }) })
            .where('id', '=', claimed.id)
            .where('state', '=', 'requested')
            .where('executionId', 'is', null);
        const started = await store('started', null).where(isOpen(now)).returning('id').executeTakeFirst();
        if (started !== undefined) {
          const detail = { transaction: claimed.transactionId, factor: claimed.factor };
          await append(db, now, claimed.identityId, { kind: 'txn_sent', detail });
          return 'started';
        }
        await store('expired', now).execute();
        const ended = db
          .updateTable('attempts')
          .set({ ...set, link: null })
          .where('id', '=', claimed.id);
        await ended.where('executionId', 'is', null).execute();
        return 'late';
      }),

    /**
     * Ends the lease of a claimed attempt and writes when it is due next: sooner if a callback came meanwhile. False: the lease
     * was lost, or the attempt is settled, and nothing was written.
     */
    keepAttempt: (now: number, claimed: ApprovalAttempt, patch: AttemptPatch): Promise<boolean> =>
      write(async (db) => {
        const { due, ...rest } = patch;
        const sooner = Math.min(due, now + READS_APART_MS);
        const next = sql<number>`case when nudges > ${claimed.nudges} then cast(${sooner} as bigint)
          else cast(${due} as bigint) end`;
        const kept = await db
          .updateTable('attempts')
          .set({ ...rest, leasedUntil: now, due: next })
          .where('id', '=', claimed.id)
          .where('lease', '=', claimed.lease)
          .where('due', 'is not', null)
          .returning('id')
          .executeTakeFirst();
        return kept !== undefined;
      }),

    /** Makes the read of a comparison due. It decides nothing, and a finished one is not read again. False: none is of this execution. */
    nudgeAttempt: async (now: number, { attemptId, executionId }: AttemptNudge): Promise<boolean> => {
      const named = (db: On) => db.selectFrom('attempts').select(COLUMNS).where('executionId', '=', executionId);
      const found = await read((db) => named(db).executeTakeFirst());
      if (found === undefined || (attemptId !== undefined && attemptId !== found.id)) return false;
      await write(async (db) => {
        const row = await (dialect === 'postgres' ? named(db).forUpdate() : named(db)).executeTakeFirst();
        if (row === undefined || row.due === null || row.nudges >= MOST_NUDGES) return;
        const nudged = { nudges: row.nudges + 1, due: dueAfterNudge(row, row.due, now) };
        await db.updateTable('attempts').set(nudged).where('id', '=', row.id).execute();
      });
      return true;
    },
  };
}
