import { sql } from 'kysely';
import type { ApprovalAttempt } from '../../transactions/model.ts';
import type { Store } from '../database/store.ts';
import type { On } from '../tables.ts';
import { lockPayer } from './lock.ts';

/** So many codes are sent for one attempt, the first included. */
export const MOST_SENDS = 3;

/** So many codes are sent to a payer on one day, for all attempts. */
export const MOST_SENDS_A_DAY = 10;

/** The n-th repeat of a code is sent no earlier than n times this after the start, in milliseconds. */
export const SEND_PAUSE_MS = 30_000;

/** Whether a code may be sent. `too-soon`: the one before may still be under way. */
export type SendReservation = 'reserved' | 'too-soon' | 'used-up' | 'ended';

/** The day of a time, in UTC. */
function dayOf(now: number): string {
  return new Date(now).toISOString().slice(0, 10);
}

/** Counts a code of a payer's day; whether there was one left. */
async function countDay(db: On, identityId: string, now: number): Promise<boolean> {
  const day = dayOf(now);
  const { rows } = await sql<{ sends: number }>`insert into payers (identity_id, failures, sends_day, sends)
    values (${identityId}, 0, ${day}, 1) on conflict (identity_id) do update set
      sends = case when payers.sends_day = ${day} then payers.sends + 1 else 1 end, sends_day = ${day}
    where payers.sends_day is null or payers.sends_day <> ${day} or payers.sends < ${MOST_SENDS_A_DAY}
    returning sends`.execute(db);
  return rows.length > 0;
}

/** Returns the steps that limit how many codes are sent. */
export function createSends({ dialect, write }: Store) {
  return {
    /** Reserves the sending of one code of an open attempt, before the vendor is asked. */
    reserveSend: (
      now: number,
      { id, identityId }: Pick<ApprovalAttempt, 'id' | 'identityId'>,
    ): Promise<SendReservation> =>
      write(async (db) => {
        await lockPayer(db, dialect, identityId);
        const attempt = await db
          .selectFrom('attempts')
          .select(['sends', 'startedAt'])
          .where('id', '=', id)
          .where('identityId', '=', identityId)
          .where('state', 'in', ['requested', 'started'])
          .executeTakeFirst();
        if (attempt === undefined) return 'ended';
        if (attempt.sends >= MOST_SENDS) return 'used-up';
        if (now < attempt.startedAt + attempt.sends * SEND_PAUSE_MS) return 'too-soon';
        if (!(await countDay(db, identityId, now))) return 'used-up';
        await sql`update attempts set sends = sends + 1 where id = ${id}`.execute(db);
        return 'reserved';
      }),

    /**
     * Gives a code of the payer's day back that was not sent: a vendor that is down must not use the day up. The attempt keeps its
     * count, so that it asks the vendor three times at most.
     */
    unsent: (now: number, { identityId }: Pick<ApprovalAttempt, 'identityId'>): Promise<void> =>
      write(async (db) => {
        await lockPayer(db, dialect, identityId);
        await sql`update payers set sends = sends - 1
          where identity_id = ${identityId} and sends_day = ${dayOf(now)} and sends > 0`.execute(db);
      }),

    /** Stores the vendor's id of the verification that a code sent again belongs to. */
    sentAgain: ({ id, identityId }: Pick<ApprovalAttempt, 'id' | 'identityId'>, sid: string): Promise<void> =>
      write(async (db) => {
        await lockPayer(db, dialect, identityId);
        await db.updateTable('attempts').set({ sid }).where('id', '=', id).where('state', '=', 'started').execute();
      }),
  };
}
