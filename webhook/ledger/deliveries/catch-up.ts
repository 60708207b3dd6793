import { type SqlBool, sql } from 'kysely';
import type { AnnounceCurrent, Subscription } from '../../events/model.ts';
import type { Store } from '../database/store.ts';
import type { Rows } from '../rows.ts';
import type { On } from '../tables.ts';
import { addDeliveries } from './outbox.ts';

/** Identities of one transaction. */
const PAGE = 200;

/** Which identities an endpoint is told of: one; those that have changed since a time; or those of which an event waits. */
export type ToldOf = { readonly identityId: string } | { readonly since: number } | 'waiting';

function matches(which: ToldOf, endpoint: string) {
  if (which === 'waiting')
    return sql<SqlBool>`exists (select 1 from deliveries w where w.identity_id = i.id and w.endpoint = ${endpoint} and w.due is not null)`;
  return 'since' in which ? sql<SqlBool>`changed_at >= ${which.since}` : sql<SqlBool>`id = ${which.identityId}`;
}

/** The next identities of which an endpoint has nothing that is as new as they are. */
async function behind(db: On, endpoint: string, which: ToldOf, after: string): Promise<string[]> {
  const { rows: found } = await sql<{ id: string }>`select id from identities i where id > ${after}
    and ${matches(which, endpoint)} and not exists (select 1 from deliveries d
      where d.identity_id = i.id and d.endpoint = ${endpoint} and d.version >= i.version)
    order by id limit ${PAGE}`.execute(db);
  return found.map(({ id }) => id);
}

/** The body of the newest event that is kept of an identity for an endpoint. */
async function lastOf(db: On, identityId: string, endpoint: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('deliveries')
    .select('body')
    .where('identityId', '=', identityId)
    .where('endpoint', '=', endpoint)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.body;
}

/** Runs a transaction, perhaps again. */
export type Retrying = <T>(work: () => Promise<T>) => Promise<T>;

/** What tells an endpoint of identities as they are now. */
export type CatchUp = (
  now: number,
  subscription: Subscription,
  which: ToldOf,
  announceCurrent: AnnounceCurrent,
  retrying?: Retrying,
) => Promise<number>;

/**
 * Returns what makes an event of each identity as it is now, behind those that wait, where an endpoint has none so new; with the number
 * of events. Whatever an endpoint has missed, the last that it hears is true.
 */
export function createCatchUp({ read, write }: Store, rows: Rows): CatchUp {
  return async (now, subscription, which, announceCurrent, retrying = (work) => work()) => {
    let made = 0;
    let after = '';
    for (;;) {
      const page = await read((db) => behind(db, subscription.name, which, after));
      const last = page.at(-1);
      if (last === undefined) return made;
      made += await retrying(() =>
        write(async (db) => {
          let count = 0;
          for (const id of page) {
            const record = await rows.loadLocked(db, id);
            const announcement = record && announceCurrent(record, now, await lastOf(db, id, subscription.name));
            if (announcement === undefined || !subscription.types.includes(announcement.type)) continue;
            await addDeliveries(db, id, announcement, [subscription], now);
            count += 1;
          }
          return count;
        }),
      );
      after = last;
    }
  };
}
