import { sql } from 'kysely';
import type { Store } from '../database/store.ts';
import type { AppendEvent, On } from '../tables.ts';
import { lockPayer } from './lock.ts';

/** So many transactions are cleared in one step: nobody waits for the ledger meanwhile. */
const AT_ONCE = 500;

/** Which transactions are over: those that were consumed, or those that ended otherwise, in a span of time (epoch milliseconds). */
export interface Over {
  readonly consumed: boolean;
  /** Those that ended before it are known to be cleared: they are not looked at again. */
  readonly from: number;
  readonly before: number;
}

/** What an erasure clears of a payer. */
export interface PayerErasure {
  readonly cleared: number;
  /** Consumed ones that stay until their retention ends. */
  readonly kept: number;
}

/** Removes what is personal from transactions and their attempts. Hash, ids and times stay. */
async function clear(db: On, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await db
    .updateTable('attempts')
    .set({ evidence: null, addressId: null, sentAmount: null, sentPayee: null, link: null, linkEndsAt: null })
    .where('transactionId', 'in', ids)
    .execute();
  await db.updateTable('transactions').set({ details: null, redirectUri: null }).where('id', 'in', ids).execute();
}

/** Stores the end of those whose time was over before, so that the index of ends has them; whether there are more. */
async function storeExpired(db: On, before: number): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`update transactions set state = 'expired',
    ended_at = case state when 'open' then expires_at else consume_by end
    where id in (select id from transactions where ended_at is null and expires_at <= ${before}
      and (state = 'open' or consume_by <= ${before}) limit ${AT_ONCE}) returning id`.execute(db);
  return rows.length === AT_ONCE;
}

/** Returns how transactions are forgotten (docs/payments.md#what-is-kept). */
export function createRetention({ dialect, read, write }: Store, append: AppendEvent) {
  const ofPayer = (db: On, identityId: string) =>
    db.selectFrom('transactions').where('identityId', '=', identityId).where('details', 'is not', null);

  /** Ends what a payer could still approve, or an application consume. */
  async function cancelAll(db: On, identityId: string, now: number): Promise<void> {
    const ended = await db
      .updateTable('transactions')
      .set({ state: 'cancelled', endedAt: now })
      .where('identityId', '=', identityId)
      .where('state', 'in', ['open', 'approved'])
      .returning(['id', 'clientId'])
      .execute();
    for (const { id, clientId } of ended)
      await append(db, now, identityId, { kind: 'txn_cancelled', detail: { transaction: id, client: clientId } });
    await db
      .updateTable('attempts')
      .set({ state: 'abandoned', endedAt: now, evidence: null, link: null })
      .where('identityId', '=', identityId)
      .where('state', 'in', ['requested', 'started'])
      .execute();
  }

  return {
    /** Clears transactions whose retention is over, at most 500 at once; whether there are more. */
    clearEnded: ({ consumed, from, before }: Over): Promise<boolean> =>
      write(async (db) => {
        const hasMore = !consumed && (await storeExpired(db, before));
        const due = await db
          .selectFrom('transactions')
          .select('id')
          .where('endedAt', '>=', from)
          .where('endedAt', '<', before)
          .where('details', 'is not', null)
          .where('state', consumed ? '=' : '<>', 'consumed')
          .limit(AT_ONCE)
          .execute();
        await clear(
          db,
          due.map(({ id }) => id),
        );
        return hasMore || due.length === AT_ONCE;
      }),

    /** What `erasePayer` would clear. */
    previewErasure: (identityId: string, withApprovals: boolean): Promise<PayerErasure> =>
      read(async (db) => {
        const rows = await ofPayer(db, identityId).select('state').execute();
        const kept = withApprovals ? 0 : rows.filter(({ state }) => state === 'consumed').length;
        return { cleared: rows.length - kept, kept };
      }),

    /**
     * Clears the transactions of an erased payer. Those that are open or approved are cancelled. Consumed ones stay until their
     * retention ends, because they prove payments, unless `withApprovals`.
     */
    erasePayer: (now: number, identityId: string, withApprovals: boolean): Promise<PayerErasure> =>
      write(async (db) => {
        await lockPayer(db, dialect, identityId);
        await cancelAll(db, identityId, now);
        const rows = await ofPayer(db, identityId).select(['id', 'state']).execute();
        const cleared = rows.filter(({ state }) => withApprovals || state !== 'consumed');
        await clear(
          db,
          cleared.map(({ id }) => id),
        );
        return { cleared: cleared.length, kept: rows.length - cleared.length };
      }),
  };
}
