import { type SqlBool, sql } from 'kysely';
import { namesOf } from '../../columns.ts';
import { type AnnounceCurrent, type Delivery, deliveryColumns, type Subscription } from '../../events/model.ts';
import type { Store } from '../database/store.ts';
import type { On } from '../tables.ts';
import type { CatchUp, Retrying } from './catch-up.ts';
import type { Outbox } from './outbox.ts';

/** So many rows are deleted in one step: nobody waits for the ledger meanwhile. */
const AT_ONCE = 1_000;

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
  /** Runs each transaction of the replay; a command tries it again while the service holds the file. */
  readonly retrying?: Retrying | undefined;
}

/** How many events are due again, and how many were made anew because none was kept. */
export interface Replayed {
  readonly again: number;
  readonly anew: number;
}

/** Where an event is among those of an endpoint. */
type EventKey = Pick<Delivery, 'identityId' | 'version'>;

/** An event that is due later than this was written by a clock that was ahead: the longest pause is a day and a tenth. */
const LATEST_DUE_MS = 27 * 3_600_000;

/** What has been kept for long enough. Epoch milliseconds. */
export interface Retention {
  readonly now: number;
  readonly endedBefore: number;
  /** What was made before this, and still waits. */
  readonly madeBefore: number;
}

const once: Retrying = (work) => work();

/** Returns what is kept of events, for operators, until its retention is over. */
export function createKept({ read, write }: Store, outbox: Outbox, catchUp: CatchUp) {
  /** The next kept events of a replay, in the order of their key. */
  async function next(db: On, name: string, { identityId, since = 0 }: Replay, after: EventKey): Promise<EventKey[]> {
    const { rows: found } = await sql<EventKey>`select identity_id, version from deliveries
      where endpoint = ${name} and (identity_id, version) > (${after.identityId}, ${after.version})
      and ${identityId === undefined ? sql<SqlBool>`made_at >= ${since}` : sql<SqlBool>`identity_id = ${identityId}`}
      order by identity_id, version limit ${AT_ONCE}`.execute(db);
    return found;
  }

  /** Makes the kept events of one endpoint due, some at once, and ends its pause: an operator knows better. */
  async function again(now: number, { name }: Subscription, replay: Replay): Promise<number> {
    const { retrying = once } = replay;
    await retrying(() =>
      write((db) => sql`update endpoints set stopped_at = null, probe_at = 0 where name = ${name}`.execute(db)),
    );
    let made = 0;
    let after: EventKey = { identityId: '', version: -1 };
    for (;;) {
      const page = await read((db) => next(db, name, replay, after));
      const last = page.at(-1);
      if (last === undefined) return made;
      const from = after;
      const { numAffectedRows = 0n } = await retrying(() =>
        write((db) =>
          sql`update deliveries set due = ${now}, tries = 0, ended_at = null, result = null
          where endpoint = ${name} and leased_until <= ${now}
          and (identity_id, version) > (${from.identityId}, ${from.version})
          and (identity_id, version) <= (${last.identityId}, ${last.version})
          and ${replay.identityId === undefined ? sql<SqlBool>`made_at >= ${replay.since ?? 0}` : sql<SqlBool>`identity_id = ${replay.identityId}`}`.execute(
            db,
          ),
        ),
      );
      made += Number(numAffectedRows);
      after = last;
    }
  }

  return {
    /** Makes events due again, with the ids that they had; of an identity of which none so new is kept, behind them its state as it is now. */
    replay: async (now: number, replay: Replay): Promise<Replayed> => {
      const asked = outbox.subscriptions.filter(
        ({ name }) => replay.endpoint === undefined || name === replay.endpoint,
      );
      const total = { again: 0, anew: 0 };
      for (const subscription of asked) {
        const { identityId, since = 0, announceCurrent, retrying } = replay;
        total.again += await again(now, subscription, replay);
        total.anew += await catchUp(
          now,
          subscription,
          identityId === undefined ? { since } : { identityId },
          announceCurrent,
          retrying,
        );
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

    /** Deletes events whose retention is over, some at once, also of endpoints that are configured no more; whether there are more. Makes due what a clock that was ahead has put off. */
    forget: ({ now, endedBefore, madeBefore }: Retention): Promise<boolean> =>
      write(async (db) => {
        const { numAffectedRows: ended = 0n } =
          await sql`delete from deliveries where (identity_id, endpoint, version) in
          (select identity_id, endpoint, version from deliveries where ended_at < ${endedBefore} limit ${AT_ONCE})`.execute(
            db,
          );
        let hasMore = ended === BigInt(AT_ONCE);
        // By endpoint, as the index is.
        for (const { name } of await db.selectFrom('endpoints').select('name').execute()) {
          await sql`update deliveries set due = ${now} where endpoint = ${name} and due > ${now + LATEST_DUE_MS}`.execute(
            db,
          );
          const { numAffectedRows: old = 0n } =
            await sql`delete from deliveries where (identity_id, endpoint, version) in
            (select identity_id, endpoint, version from deliveries where endpoint = ${name} and due < ${madeBefore}
              and made_at < ${madeBefore} and leased_until <= ${now} limit ${AT_ONCE})`.execute(db);
          hasMore ||= old === BigInt(AT_ONCE);
        }
        return hasMore;
      }),
  };
}
