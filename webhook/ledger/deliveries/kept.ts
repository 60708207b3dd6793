import { type SqlBool, sql } from 'kysely';
import { namesOf } from '../../columns.ts';
import { type AnnounceCurrent, type Delivery, deliveryColumns, type Subscription } from '../../events/model.ts';
import type { Store } from '../database/store.ts';
import type { Rows } from '../rows.ts';
import type { On } from '../tables.ts';
import { addDeliveries, type Outbox } from './outbox.ts';

/** So many rows are deleted in one step: nobody waits for the ledger meanwhile. */
const AT_ONCE = 1_000;

/** Identities of one page of a replay. */
const PAGE = 200;

const DELIVERY = namesOf(deliveryColumns);

/** Which events an operator asks for. */
export interface DeliveryFilter {
  readonly endpoint?: string | undefined;
  readonly identityId?: string | undefined;
  /** Only those that failed so often. */
  readonly leastTries?: number | undefined;
  /** True: also those that have ended. */
  readonly withEnded?: boolean | undefined;
  readonly most: number;
}

/** What is to be sent again. */
export interface Replay {
  /** The endpoint; undefined: every one. */
  readonly endpoint?: string | undefined;
  readonly identityId?: string | undefined;
  /** Epoch milliseconds: events that were made since, and identities that changed since. */
  readonly since?: number | undefined;
  readonly announceCurrent: AnnounceCurrent;
}

/** How many events are due again, and how many were made anew because none was kept. */
export interface Replayed {
  readonly again: number;
  readonly anew: number;
}

/** Returns what is kept of events, for operators, until its retention is over. */
export function createKept({ read, write }: Store, rows: Rows, outbox: Outbox) {
  /** Makes the kept events of one endpoint due, and ends its pause: an operator knows better. */
  async function again(db: On, now: number, { name }: Subscription, { identityId, since }: Replay): Promise<number> {
    await sql`update endpoints set stopped_at = null, probe_at = 0 where name = ${name}`.execute(db);
    const { rows: due } = await sql`update deliveries set due = ${now}, tries = 0, ended_at = null, result = null
      where endpoint = ${name} and leased_until <= ${now}
      and ${identityId === undefined ? sql<SqlBool>`made_at >= ${since ?? 0}` : sql<SqlBool>`identity_id = ${identityId}`}
      returning version`.execute(db);
    return due.length;
  }

  /** The identities of a replay of which nothing is kept for an endpoint, by pages. */
  async function unknown(db: On, { name }: Subscription, { identityId, since }: Replay, after: string) {
    const { rows: found } = await sql<{ id: string }>`select id from identities i where id > ${after}
      and ${identityId === undefined ? sql<SqlBool>`changed_at >= ${since ?? 0}` : sql<SqlBool>`id = ${identityId}`}
      and not exists (select 1 from deliveries d where d.identity_id = i.id and d.endpoint = ${name})
      order by id limit ${PAGE}`.execute(db);
    return found.map(({ id }) => id);
  }

  async function anew(now: number, subscription: Subscription, replay: Replay): Promise<number> {
    let made = 0;
    let after = '';
    for (;;) {
      const page = await read((db) => unknown(db, subscription, replay, after));
      const last = page.at(-1);
      if (last === undefined) return made;
      made += await write(async (db) => {
        let count = 0;
        for (const id of page) {
          const record = await rows.loadLocked(db, id);
          const announcement = record && replay.announceCurrent(record, now);
          if (announcement === undefined || !subscription.types.includes(announcement.type)) continue;
          await addDeliveries(db, id, announcement, [subscription], now);
          count += 1;
        }
        return count;
      });
      after = last;
    }
  }

  return {
    /** Makes events due again, with the ids that they had; of an identity of which none is kept, its state as it is now. */
    replay: async (now: number, replay: Replay): Promise<Replayed> => {
      const asked = outbox.subscriptions.filter(
        ({ name }) => replay.endpoint === undefined || name === replay.endpoint,
      );
      const total = { again: 0, anew: 0 };
      for (const subscription of asked) {
        total.again += await write((db) => again(db, now, subscription, replay));
        total.anew += await anew(now, subscription, replay);
      }
      return total;
    },

    /** The events that wait, or all that are kept, those first that are due longest. */
    list: ({ endpoint, identityId, leastTries, withEnded, most }: DeliveryFilter): Promise<Delivery[]> =>
      read((db) => {
        let query = db.selectFrom('deliveries').select(DELIVERY);
        if (endpoint !== undefined) query = query.where('endpoint', '=', endpoint);
        if (identityId !== undefined) query = query.where('identityId', '=', identityId);
        if (leastTries !== undefined) query = query.where('tries', '>=', leastTries);
        if (!withEnded) query = query.where('due', 'is not', null);
        return query.orderBy('madeAt').orderBy('version').limit(most).execute();
      }),

    /** Deletes events whose retention is over, some at once; whether there are more. */
    forget: ({
      endedBefore,
      madeBefore,
    }: {
      readonly endedBefore: number;
      readonly madeBefore: number;
    }): Promise<boolean> =>
      write(async (db) => {
        const { rows: ended } = await sql`delete from deliveries where (identity_id, endpoint, version) in
          (select identity_id, endpoint, version from deliveries where ended_at < ${endedBefore} limit ${AT_ONCE})
          returning version`.execute(db);
        const { rows: old } = await sql`delete from deliveries where (identity_id, endpoint, version) in
          (select identity_id, endpoint, version from deliveries where due < ${madeBefore} and made_at < ${madeBefore}
            and leased_until = 0 limit ${AT_ONCE}) returning version`.execute(db);
        return ended.length === AT_ONCE || old.length === AT_ONCE;
      }),
  };
}
