import { sql } from 'kysely';
import { namesOf } from '../../columns.ts';
import { type Transaction, transactionColumns } from '../../transactions/model.ts';
import type { Store } from '../database/store.ts';
import type { AppendEvent, On } from '../tables.ts';
import { lockPayer } from './lock.ts';

/** A payer can have so many open transactions at once, of all clients. */
export const MOST_OPEN = 20;

/** What a new transaction is made of. */
export interface NewTransaction
  extends Pick<Transaction, 'id' | 'clientId' | 'identityId' | 'detailsHash' | 'nonce' | 'reference' | 'expiresAt'>,
    Pick<Transaction, 'idempotencyKey' | 'hintJti'> {
  readonly details: string;
  readonly redirectUri: string;
}

/** The result of recording. `found`: the client has one of the same idempotency key or hint already. */
export type Recorded =
  | { readonly kind: 'made' | 'found'; readonly transaction: Transaction }
  | { readonly kind: 'too-many-open' };

/** What a client consumes with. */
export interface Consumption extends Pick<Transaction, 'id' | 'clientId' | 'detailsHash'> {
  readonly consumeKey: string;
  /** The authentication code, if this is the call that consumes it. */
  readonly jti: string;
}

/** The result of a step: whether it changed the transaction, and the row after it; no row: there is none. */
export interface Stepped {
  readonly isChanged: boolean;
  readonly transaction: Transaction | undefined;
}

const COLUMNS = namesOf(transactionColumns);

function detailOf({ id, clientId }: Pick<Transaction, 'id' | 'clientId'>) {
  return { transaction: id, client: clientId };
}

/** Stores the end of those of a payer whose time is over, so that counting the open ones reads few rows. */
async function storeExpired(db: On, identityId: string, now: number): Promise<void> {
  await sql`update transactions set state = 'expired', ended_at = case state when 'open' then expires_at else consume_by end
    where identity_id = ${identityId} and ((state = 'open' and expires_at <= ${now})
      or (state = 'approved' and consume_by <= ${now}))`.execute(db);
}

/** Inserts a row unless its payer has too many open ones, or its client used its key before; whether it did. */
async function insert(db: On, row: Transaction, now: number): Promise<boolean> {
  const columns = sql.join(COLUMNS.map((name) => sql.ref(name)));
  const { rows } = await sql<{ id: string }>`insert into transactions (${columns})
    select ${sql.join(COLUMNS.map((name) => row[name]))} where (select count(*) from transactions
      where identity_id = ${row.identityId} and state = 'open' and expires_at > ${now}) < ${MOST_OPEN}
    on conflict do nothing returning id`.execute(db);
  return rows.length > 0;
}

function selectOne(db: On) {
  return db.selectFrom('transactions').select(COLUMNS);
}

/** The transaction that a client recorded with the key of a new one. */
function sameKey(db: On, { clientId, idempotencyKey, hintJti }: NewTransaction): Promise<Transaction | undefined> {
  const ofClient = selectOne(db).where('clientId', '=', clientId);
  if (idempotencyKey !== null) return ofClient.where('idempotencyKey', '=', idempotencyKey).executeTakeFirst();
  return ofClient.where('hintJti', '=', hintJti).executeTakeFirst();
}

function newRow(made: NewTransaction, now: number): Transaction {
  return {
    ...made,
    state: 'open',
    createdAt: now,
    approvedAt: null,
    consumeBy: null,
    endedAt: null,
    sessionId: null,
    factors: null,
    authTime: null,
    consumeKey: null,
    jti: null,
    consumedAt: null,
    locale: null,
  };
}

/** Returns the steps of transactions. Each is one conditional statement, and its event. */
export function createRecords({ dialect, read, write }: Store, append: AppendEvent) {
  const findOf = (db: On, id: string, clientId: string) =>
    selectOne(db).where('id', '=', id).where('clientId', '=', clientId).executeTakeFirst();

  return {
    /** Records a transaction, once for each idempotency key or hint of a client. */
    record: (now: number, made: NewTransaction): Promise<Recorded> =>
      write(async (db) => {
        await lockPayer(db, dialect, made.identityId);
        await storeExpired(db, made.identityId, now);
        const row = newRow(made, now);
        if (await insert(db, row, now)) {
          await append(db, now, row.identityId, { kind: 'txn_created', detail: detailOf(row) });
          return { kind: 'made', transaction: row };
        }
        const found = await sameKey(db, made);
        return found === undefined ? { kind: 'too-many-open' } : { kind: 'found', transaction: found };
      }),

    /** Finds a transaction by its id, of any client; committed data only. */
    find: (id: string): Promise<Transaction | undefined> =>
      read((db) => selectOne(db).where('id', '=', id).executeTakeFirst()),

    /** Finds the transaction that a hint of a client recorded. */
    findByHint: (clientId: string, hintJti: string): Promise<Transaction | undefined> =>
      read((db) => selectOne(db).where('clientId', '=', clientId).where('hintJti', '=', hintJti).executeTakeFirst()),

    /** The transactions of a payer, the newest first. */
    listOf: (identityId: string, most: number): Promise<Transaction[]> =>
      read((db) =>
        selectOne(db).where('identityId', '=', identityId).orderBy('createdAt', 'desc').limit(most).execute(),
      ),

    /** Consumes an approval of exactly these details, once. */
    consume: (now: number, { id, clientId, detailsHash, consumeKey, jti }: Consumption): Promise<Stepped> =>
      write(async (db) => {
        const consumed = await db
          .updateTable('transactions')
          .set({ state: 'consumed', consumeKey, jti, consumedAt: now, endedAt: now })
          .where('id', '=', id)
          .where('clientId', '=', clientId)
          .where('state', '=', 'approved')
          .where('consumeBy', '>', now)
          .where('detailsHash', '=', detailsHash)
          .returning(COLUMNS)
          .executeTakeFirst();
        if (consumed === undefined) return { isChanged: false, transaction: await findOf(db, id, clientId) };
        await append(db, now, consumed.identityId, { kind: 'txn_consumed', detail: detailOf(consumed) });
        return { isChanged: true, transaction: consumed };
      }),

    /** Ends a transaction that is neither consumed nor at another end. */
    cancel: (now: number, { id, clientId }: Pick<Transaction, 'id' | 'clientId'>): Promise<Stepped> =>
      write(async (db) => {
        const cancelled = await db
          .updateTable('transactions')
          .set({ state: 'cancelled', endedAt: now })
          .where('id', '=', id)
          .where('clientId', '=', clientId)
          .where((row) =>
            row.or([
              row.and([row('state', '=', 'open'), row('expiresAt', '>', now)]),
              row.and([row('state', '=', 'approved'), row('consumeBy', '>', now)]),
            ]),
          )
          .returning(COLUMNS)
          .executeTakeFirst();
        if (cancelled === undefined) return { isChanged: false, transaction: await findOf(db, id, clientId) };
        await append(db, now, cancelled.identityId, { kind: 'txn_cancelled', detail: detailOf(cancelled) });
        return { isChanged: true, transaction: cancelled };
      }),

    /** Ends an open transaction as its payer wants it. */
    decline: (now: number, { id, identityId }: Pick<Transaction, 'id' | 'identityId'>): Promise<Stepped> =>
      write(async (db) => {
        const declined = await db
          .updateTable('transactions')
          .set({ state: 'declined', endedAt: now })
          .where('id', '=', id)
          .where('identityId', '=', identityId)
          .where('state', '=', 'open')
          .where('expiresAt', '>', now)
          .returning(COLUMNS)
          .executeTakeFirst();
        if (declined === undefined) {
          const ofPayer = selectOne(db).where('id', '=', id).where('identityId', '=', identityId);
          return { isChanged: false, transaction: await ofPayer.executeTakeFirst() };
        }
        await append(db, now, identityId, { kind: 'txn_declined', detail: detailOf(declined) });
        return { isChanged: true, transaction: declined };
      }),
  };
}
