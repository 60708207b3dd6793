import { sql } from 'kysely';
import { namesOf } from '../../columns.ts';
import {
  type AnnounceCurrent,
  type EndpointRow,
  EVENT_TYPES,
  endpointColumns,
  type Subscription,
} from '../../events/model.ts';
import type { Store } from '../database/store.ts';
import type { On } from '../tables.ts';
import type { CatchUp } from './catch-up.ts';
import type { Outbox } from './outbox.ts';

const ENDPOINT = namesOf(endpointColumns);

/** A row of `ages`. */
interface EndpointAges extends Pick<EndpointRow, 'name' | 'stoppedAt' | 'failingSince'> {
  readonly first: number | null;
  readonly last: number | null;
}

function all(db: On): Promise<EndpointRow[]> {
  return db.selectFrom('endpoints').select(ENDPOINT).orderBy('name').execute();
}

function subscriptionOf({ name, types, fingerprint }: EndpointRow): Subscription {
  const wanted = types.split(' ');
  return { name, fingerprint, types: EVENT_TYPES.filter((type) => wanted.includes(type)) };
}

/** Stores an endpoint. With another configuration than before, one that has stopped or fails is asked again. */
async function store(
  db: On,
  known: EndpointRow | undefined,
  { name, types, fingerprint }: Subscription,
): Promise<void> {
  const afresh = { failures: 0, failingSince: null, probeAt: 0, stoppedAt: null, lastOutcome: null };
  const isSame = known?.fingerprint === fingerprint && known.removedAt === null;
  if (isSame) return;
  const row = { types: types.join(' '), fingerprint, removedAt: null, ...afresh };
  await db
    .insertInto('endpoints')
    .values({ name, ...row })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute();
}

/** An endpoint with what waits for it, for operators. */
export interface EndpointState extends EndpointRow {
  readonly waiting: number;
  /** When the oldest event that waits was made; null: none waits. */
  readonly oldest: number | null;
}

/** How long an endpoint has not taken its events. */
export interface EndpointAge extends Pick<EndpointRow, 'name' | 'stoppedAt'> {
  /** When the oldest event that waits was made; null: none waits. */
  readonly oldest: number | null;
}

/** So many events are looked at on each side of what is due (docs/decisions.md#decision-141). */
const AT_EACH_END = 50;

/** The events of an endpoint that are due first, or last. */
function oldestOf(order: 'asc' | 'desc') {
  return sql`(select min(made_at) from (select made_at from deliveries where endpoint = endpoints.name and due is not null
    order by due ${sql.raw(order)} limit ${AT_EACH_END}) as some_of_them)`;
}

/** Returns what the ledger knows of endpoints. */
export function createEndpoints({ read, write }: Store, outbox: Outbox, catchUp: CatchUp) {
  return {
    /** Reads who is told of changes: for a command beside the service. */
    follow: (): Promise<void> =>
      read(async (db) => {
        const rows = await all(db);
        outbox.subscriptions = rows.filter(({ removedAt }) => removedAt === null).map(subscriptionOf);
      }),

    /**
     * Stores who is told of changes from now on, as this service is configured. An endpoint that was away, or has other types, may have
     * missed what came after an event that waits for it: it is told of it behind that event.
     */
    configure: async (
      now: number,
      subscriptions: readonly Subscription[],
      announceCurrent: AnnounceCurrent,
    ): Promise<void> => {
      const known = await read(all);
      outbox.subscriptions = subscriptions;
      for (const one of subscriptions) {
        const row = known.find(({ name }) => name === one.name);
        const hasMissed = row !== undefined && (row.removedAt !== null || row.types !== one.types.join(' '));
        if (hasMissed) await catchUp(now, one, 'waiting', announceCurrent);
      }
      const removed = known.filter(
        ({ name, removedAt }) => removedAt === null && !subscriptions.some((one) => one.name === name),
      );
      if (subscriptions.length > 0 || removed.length > 0)
        await write(async (db) => {
          for (const one of subscriptions)
            await store(
              db,
              known.find(({ name }) => name === one.name),
              one,
            );
          for (const { name } of removed)
            await db.updateTable('endpoints').set({ removedAt: now }).where('name', '=', name).execute();
        });
    },

    /**
     * The age of each configured endpoint, in one statement that takes as long for a million events that wait as for a hundred. What
     * waits is in the order of its next try: the untried by their age, what fails behind them, the longer the later. So the oldest is at
     * one of the ends; while the endpoint itself fails, it is no younger than that.
     */
    ages: (): Promise<EndpointAge[]> =>
      read(async (db) => {
        const { rows } = await sql<EndpointAges>`select name, stopped_at, failing_since,
          ${oldestOf('asc')} as first, ${oldestOf('desc')} as last
          from endpoints where removed_at is null order by name`.execute(db);
        return rows.map(({ name, stoppedAt, failingSince, first, last }) => {
          const made = [first, last, failingSince].filter((at) => at !== null);
          return { name, stoppedAt, oldest: first === null ? null : Math.min(...made) };
        });
      }),

    /** The endpoints that are configured, with what waits for each. Counts them all. */
    endpoints: (): Promise<EndpointState[]> =>
      read(async (db) => {
        const rows = await all(db);
        const { rows: counts } = await sql<{ endpoint: string; waiting: number; oldest: number }>`select endpoint,
          count(*) as waiting, min(made_at) as oldest from deliveries where due is not null group by endpoint`.execute(
          db,
        );
        return rows
          .filter(({ removedAt }) => removedAt === null)
          .map((row) => {
            const found = counts.find(({ endpoint }) => endpoint === row.name);
            return { ...row, waiting: Number(found?.waiting ?? 0), oldest: found?.oldest ?? null };
          });
      }),
  };
}
