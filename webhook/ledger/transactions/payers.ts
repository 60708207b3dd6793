import { sql } from 'kysely';
import { namesOf } from '../../columns.ts';
import { type PayerRow, payerColumns } from '../../transactions/model.ts';
import type { Store } from '../database/store.ts';
import type { AppendEvent, On } from '../tables.ts';
import { lockPayer } from './lock.ts';

/** So many failures one after the other block a payer (Delegated Regulation (EU) 2018/389, Art. 4(3)(b): at most five). */
export const MOST_FAILURES = 5;

/**
 * Counts a failure in advance, so that answers that are checked in parallel cannot exceed five. The fifth blocks at once: a
 * process that dies before the answer leaves nobody without a block. Returns the failures so far; undefined: blocked. After a block has ended the count starts again.
 */
export async function countFailure(
  db: On,
  identityId: string,
  now: number,
  blockMs: number,
): Promise<number | undefined> {
  const { rows } = await sql<{ failures: number }>`insert into payers (identity_id, failures, sends)
    values (${identityId}, 1, 0) on conflict (identity_id) do update set
      failures = case when payers.blocked_until is null then payers.failures + 1 else 1 end,
      blocked_until = case when payers.blocked_until is null and payers.failures + 1 >= ${MOST_FAILURES}
        then cast(${now + blockMs} as bigint) else null end
    where payers.blocked_until is null or payers.blocked_until <= ${now} returning failures`.execute(db);
  return rows[0]?.failures;
}

/** Takes a failure back that was counted in advance: nobody has judged the answer. It ends the block that the fifth began. */
export async function uncountFailure(db: On, identityId: string): Promise<void> {
  await sql`update payers set failures = case when failures > 0 then failures - 1 else 0 end, blocked_until = null
    where identity_id = ${identityId}`.execute(db);
}

/** Sets the failures of a payer back to zero. */
export async function clearFailures(db: On, identityId: string): Promise<void> {
  await db
    .updateTable('payers')
    .set({ failures: 0, blockedUntil: null })
    .where('identityId', '=', identityId)
    .execute();
}

/** Reads the failures and the block of a payer; undefined: there never was one. */
export function findPayer(db: On, identityId: string): Promise<PayerRow | undefined> {
  return db.selectFrom('payers').select(namesOf(payerColumns)).where('identityId', '=', identityId).executeTakeFirst();
}

/** Returns what operators and pages ask of payers. */
export function createPayers({ dialect, read, write }: Store, append: AppendEvent) {
  return {
    /** Reads the failures and the block of a payer; undefined: there never was one. */
    payer: (identityId: string): Promise<PayerRow | undefined> => read((db) => findPayer(db, identityId)),

    /** Lifts the block of a payer and sets the failures back to zero; whether the payer was blocked. */
    unblock: (now: number, identityId: string, by: string): Promise<boolean> =>
      write(async (db) => {
        await lockPayer(db, dialect, identityId);
        const lifted = await db
          .updateTable('payers')
          .set({ failures: 0, blockedUntil: null })
          .where('identityId', '=', identityId)
          .where('blockedUntil', '>', now)
          .returning('identityId')
          .executeTakeFirst();
        if (lifted === undefined) return false;
        await append(db, now, identityId, { kind: 'txn_unblocked', detail: { by } });
        return true;
      }),
  };
}
