import { type SqlBool, sql } from 'kysely';
import { blanksOf, namesOf } from '../../columns.ts';
import { type ApprovalAttempt, attemptColumns, type Transaction } from '../../transactions/model.ts';
import type { Store } from '../database/store.ts';
import type { AppendEvent, On } from '../tables.ts';
import { lockPayer } from './lock.ts';
import { clearFailures, countFailure, findPayer, MOST_FAILURES, uncountFailure } from './payers.ts';

/** So many answers of one attempt are checked. */
export const MOST_CHECKS = 5;

/** What a new attempt is made of. `started`: it needs no vendor, or the vendor has started it. */
export type NewAttempt = Pick<ApprovalAttempt, 'id' | 'transactionId' | 'identityId' | 'factor' | 'sessionId'> &
  Partial<Omit<ApprovalAttempt, 'state' | 'startedAt' | 'endedAt'>> & { readonly state: 'requested' | 'started' };

/** What the vendor said when it started an attempt. */
export type StartedFacts = Partial<
  Pick<
    ApprovalAttempt,
    'sid' | 'accountId' | 'executionId' | 'link' | 'linkEndsAt' | 'sentAmount' | 'sentPayee' | 'sends' | 'due'
  >
>;

/** Why an attempt cannot go on. `ended`: the attempt or its transaction has come to an end. */
export type NoAttempt = 'blocked' | 'ended' | 'used-up';

/** The right to have one answer of an attempt judged; its failure is counted already. */
export type Reservation =
  | { readonly kind: 'reserved'; readonly failures: number; readonly checks: number }
  | { readonly kind: 'refused'; readonly why: NoAttempt };

/** What an approval rests on, as it is stored with the transaction. */
export type ApprovalFacts = {
  readonly sessionId: string;
  /** `ApprovedFactors` as JSON. */
  readonly factors: string;
  /** Kratos' time, epoch milliseconds. */
  readonly authTime: number;
  readonly consumeBy: number;
  readonly locale?: string;
};

/** How an answer was judged. `unanswered`: it was not, so the reservation is given back. */
export type Judgement =
  | { readonly kind: 'passed'; readonly approval: ApprovalFacts; readonly evidence?: string }
  /** `isLast`: the attempt takes no further answer. */
  | { readonly kind: 'failed'; readonly isLast: boolean }
  | { readonly kind: 'unanswered'; readonly ends?: 'unavailable' | 'expired' };

/** What followed. `blocked`: the fifth failure, so the transaction failed. `late`: the attempt or the transaction had ended. */
export type Settled = 'approved' | 'counted' | 'blocked' | 'given-back' | 'late';

type Of = Pick<ApprovalAttempt, 'id' | 'identityId'>;

const COLUMNS = namesOf(attemptColumns);

const BLANKS = blanksOf(attemptColumns);

/** Whether the transaction of a row of `attempts` can be approved. */
export function isOpen(now: number) {
  return sql<SqlBool>`exists (select 1 from transactions where transactions.id = attempts.transaction_id
    and transactions.state = 'open' and transactions.expires_at > ${now})`;
}

function isBlocked(identityId: string, now: number) {
  return sql<SqlBool>`exists (select 1 from payers where payers.identity_id = ${identityId} and blocked_until > ${now})`;
}

function selectOne(db: On) {
  return db.selectFrom('attempts').select(COLUMNS);
}

/** A comparison that was created is read on where Jumio may still decide it: its result is an event, and a wrong face counts. */
function dueOnceEnded(state: ApprovalAttempt['state']) {
  const isDecided = state === 'passed' || state === 'failed';
  return isDecided ? null : sql<number | null>`case when execution_id is null then null else due end`;
}

/** Whether an attempt can begin: its transaction is open, of its payer, and the payer is not blocked. */
function canBegin({ transactionId, identityId }: ApprovalAttempt, now: number) {
  return sql<SqlBool>`exists (select 1 from transactions where transactions.id = ${transactionId}
    and transactions.identity_id = ${identityId} and transactions.state = 'open' and transactions.expires_at > ${now})
    and not ${isBlocked(identityId, now)}`;
}

/** Ends the open attempt of a payer in favour of one that can begin. */
async function abandonOpen(db: On, next: ApprovalAttempt, now: number): Promise<void> {
  await db
    .updateTable('attempts')
    .set({ state: 'abandoned', endedAt: now, evidence: null, link: null, due: dueOnceEnded('abandoned') })
    .where('identityId', '=', next.identityId)
    .where('state', 'in', ['requested', 'started'])
    .where(canBegin(next, now))
    .execute();
}

/** Inserts a row if it can begin; whether it did. */
async function insert(db: On, row: ApprovalAttempt, now: number): Promise<boolean> {
  const columns = sql.join(COLUMNS.map((name) => sql.ref(name)));
  const { rows } = await sql<{ id: string }>`insert into attempts (${columns})
    select ${sql.join(COLUMNS.map((name) => row[name]))} where ${canBegin(row, now)}
    returning id`.execute(db);
  return rows.length > 0;
}

async function blockOrEnd(db: On, identityId: string, now: number): Promise<'blocked' | 'ended'> {
  const payer = await findPayer(db, identityId);
  return (payer?.blockedUntil ?? 0) > now ? 'blocked' : 'ended';
}

/** Ends an attempt in a state, and its link; returns it, or undefined if it had ended. */
function end(
  db: On,
  { id, identityId }: Of,
  state: 'passed' | 'failed' | 'expired' | 'abandoned' | 'unavailable',
  now: number,
  evidence: string | null = null,
) {
  return db
    .updateTable('attempts')
    .set({ state, endedAt: now, evidence, link: null, due: dueOnceEnded(state) })
    .where('id', '=', id)
    .where('identityId', '=', identityId)
    .where('state', 'in', state === 'passed' ? ['started'] : ['requested', 'started'])
    .returning(['transactionId', 'factor'])
    .executeTakeFirst();
}

async function giveBack(db: On, { id, identityId }: Of): Promise<void> {
  await uncountFailure(db, identityId);
  await sql`update attempts set checks = checks - 1 where id = ${id} and checks > 0`.execute(db);
}

/** Counts a failure in advance, and takes one of the checks of an attempt for it. */
async function reserve(db: On, now: number, { id, identityId }: Of, blockMs: number): Promise<Reservation> {
  const reserved = await db
    .updateTable('attempts')
    .set((row) => ({ checks: row('checks', '+', 1) }))
    .where('id', '=', id)
    .where('identityId', '=', identityId)
    .where('state', '=', 'started')
    .where('checks', '<', MOST_CHECKS)
    .where(isOpen(now))
    .where((row) => row.not(isBlocked(identityId, now)))
    .returning('checks')
    .executeTakeFirst();
  const failures = reserved && (await countFailure(db, identityId, now, blockMs));
  if (reserved !== undefined && failures !== undefined) return { kind: 'reserved', failures, checks: reserved.checks };
  const why = await blockOrEnd(db, identityId, now);
  if (why === 'blocked') return { kind: 'refused', why };
  const attempt = await selectOne(db).where('id', '=', id).where(isOpen(now)).executeTakeFirst();
  const isUsedUp = attempt?.state === 'started' && attempt.checks >= MOST_CHECKS;
  return { kind: 'refused', why: isUsedUp ? 'used-up' : 'ended' };
}

/** Moves an open transaction on; whether it was open. */
async function move(
  db: On,
  id: string,
  now: number,
  set: Partial<Pick<Transaction, 'state' | 'endedAt' | 'approvedAt'>> & Partial<ApprovalFacts>,
): Promise<boolean> {
  const moved = await db
    .updateTable('transactions')
    .set(set)
    .where('id', '=', id)
    .where('state', '=', 'open')
    .where('expiresAt', '>', now)
    .returning('id')
    .executeTakeFirst();
  return moved !== undefined;
}

/** Returns the steps of attempts: begin, reserve, have it judged, settle. Those of one payer wait for each other. */
export function createAttempts({ dialect, read, write }: Store, append: AppendEvent) {
  const ofPayer = <T>(identityId: string, work: (db: On) => Promise<T>): Promise<T> =>
    write(async (db) => {
      await lockPayer(db, dialect, identityId);
      return work(db);
    });

  async function note(db: On, now: number, kind: string, { id, identityId }: Of, once?: string): Promise<void> {
    const attempt = await selectOne(db).where('id', '=', id).executeTakeFirst();
    const detail = { transaction: attempt?.transactionId ?? null, factor: attempt?.factor ?? null };
    await append(db, now, identityId, { kind, detail, ...(once === undefined ? {} : { once }) });
  }

  async function pass(db: On, now: number, of: Of, judged: Judgement & { kind: 'passed' }): Promise<Settled> {
    const ended = await end(db, of, 'passed', now, judged.evidence ?? null);
    const set = { state: 'approved', approvedAt: now, ...judged.approval } as const;
    const isApproved = ended !== undefined && (await move(db, ended.transactionId, now, set));
    if (isApproved) await clearFailures(db, of.identityId);
    else await giveBack(db, of);
    await note(db, now, isApproved ? 'txn_approved' : 'txn_late', of);
    return isApproved ? 'approved' : 'late';
  }

  async function fail(db: On, now: number, of: Of, isLast: boolean): Promise<Settled> {
    const open = await selectOne(db)
      .where('id', '=', of.id)
      .where('state', '=', 'started')
      .where(isOpen(now))
      .executeTakeFirst();
    const payer = await findPayer(db, of.identityId);
    const isFifth = (payer?.failures ?? 0) >= MOST_FAILURES && (payer?.blockedUntil ?? 0) > now;
    if (isLast || isFifth) await end(db, of, 'failed', now);
    const isFailed =
      open !== undefined && isFifth && (await move(db, open.transactionId, now, { state: 'failed', endedAt: now }));
    await note(db, now, open === undefined ? 'txn_late' : 'txn_failed_try', of);
    // Also where the attempt was left meanwhile: who is blocked must not be able to keep it from the operator.
    if (isFifth) await note(db, now, 'txn_blocked', of, `txn_blocked:${of.identityId}:${payer?.blockedUntil}`);
    if (open === undefined) return 'late';
    return isFailed ? 'blocked' : 'counted';
  }

  async function unanswered(db: On, now: number, of: Of, ends?: 'unavailable' | 'expired'): Promise<Settled> {
    await giveBack(db, of);
    if (ends !== undefined) await end(db, of, ends, now);
    if (ends === 'unavailable') await note(db, now, 'txn_unavailable', of);
    return 'given-back';
  }

  async function settle(db: On, now: number, of: Of, judged: Judgement): Promise<Settled> {
    switch (judged.kind) {
      case 'passed':
        return pass(db, now, of, judged);
      case 'failed':
        return fail(db, now, of, judged.isLast);
      case 'unanswered':
        return unanswered(db, now, of, judged.ends);
      default:
        return judged satisfies never;
    }
  }

  return {
    /** Begins an attempt in place of the payer's open one, if the transaction is open and the payer not blocked. */
    begin: (now: number, made: NewAttempt): Promise<ApprovalAttempt | 'blocked' | 'ended'> =>
      ofPayer(made.identityId, async (db) => {
        const row: ApprovalAttempt = { ...BLANKS, ...made, startedAt: now };
        await abandonOpen(db, row, now);
        return (await insert(db, row, now)) ? row : blockOrEnd(db, row.identityId, now);
      }),

    /** Stores that the vendor has started a requested attempt; false: the attempt or its transaction has ended. */
    started: (now: number, { id, identityId }: Of, facts: StartedFacts): Promise<boolean> =>
      ofPayer(identityId, async (db) => {
        const started = await db
          .updateTable('attempts')
          .set({ ...facts, state: 'started' })
          .where('id', '=', id)
          .where('state', '=', 'requested')
          .where(isOpen(now))
          .returning('id')
          .executeTakeFirst();
        return started !== undefined;
      }),

    /** Ends an attempt that nobody judged; false: it had ended. `last`: what its worker knows then, also of one that had ended. */
    abandon: (
      now: number,
      of: Of,
      state: 'expired' | 'abandoned' | 'unavailable',
      last?: Partial<Pick<ApprovalAttempt, 'due' | 'looks' | 'lastError'>>,
    ): Promise<boolean> =>
      ofPayer(of.identityId, async (db) => {
        const ended = await end(db, of, state, now);
        if (last !== undefined) await db.updateTable('attempts').set(last).where('id', '=', of.id).execute();
        if (ended !== undefined && state === 'unavailable') await note(db, now, 'txn_unavailable', of);
        return ended !== undefined;
      }),

    /**
     * Reserves the judgement of one answer, before anybody is asked: counts it as a failure of the payer until `settle`
     * says otherwise. The fifth in a row blocks the payer for `blockMs` milliseconds.
     */
    reserve: (now: number, { id, identityId }: Of, blockMs: number): Promise<Reservation> =>
      ofPayer(identityId, (db) => reserve(db, now, { id, identityId }, blockMs)),

    /** Stores how a reserved answer was judged, and what follows for the transaction and the payer. */
    settle: (now: number, of: Of, judged: Judgement): Promise<Settled> =>
      ofPayer(of.identityId, (db) => settle(db, now, of, judged)),

    /** Counts and settles in one step an answer whose judgement is known already: no process can die in between. */
    settleKnown: (now: number, of: Of, judged: Judgement, blockMs: number): Promise<Settled | 'refused'> =>
      ofPayer(of.identityId, async (db) => {
        const reserved = await reserve(db, now, of, blockMs);
        return reserved.kind === 'refused' ? reserved.kind : settle(db, now, of, judged);
      }),

    /**
     * Stores, once, a result that comes when the attempt or its transaction has ended, or its payer is blocked. An open attempt keeps
     * it; the transaction is unchanged. A wrong face counts all the same, or whoever declines in time could try for ever.
     */
    late: (now: number, of: Of, state: 'passed' | 'failed', blockMs: number): Promise<void> =>
      ofPayer(of.identityId, async (db) => {
        const read = db.updateTable('attempts').set({ due: null }).where('id', '=', of.id).where('due', 'is not', null);
        if ((await read.returning('id').executeTakeFirst()) === undefined) return;
        await end(db, of, state, now);
        await note(db, now, 'txn_late', of);
        if (state === 'passed') return;
        const failures = await countFailure(db, of.identityId, now, blockMs);
        if (failures === MOST_FAILURES) await note(db, now, 'txn_blocked', of);
      }),

    /** Finds an attempt by its id. */
    attempt: (id: string): Promise<ApprovalAttempt | undefined> =>
      read((db) => selectOne(db).where('id', '=', id).executeTakeFirst()),

    /** Finds the open attempt of a payer; there is at most one. */
    openAttempt: (identityId: string): Promise<ApprovalAttempt | undefined> =>
      read((db) =>
        selectOne(db)
          .where('identityId', '=', identityId)
          .where('state', 'in', ['requested', 'started'])
          .executeTakeFirst(),
      ),

    /** The attempts of a transaction, the oldest first. */
    attemptsOf: (transactionId: string): Promise<ApprovalAttempt[]> =>
      read((db) =>
        selectOne(db).where('transactionId', '=', transactionId).orderBy('startedAt').orderBy('id').execute(),
      ),
  };
}
