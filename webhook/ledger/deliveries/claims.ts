import { type SqlBool, sql } from 'kysely';
import { namesOf } from '../../columns.ts';
import { type Delivery, deliveryColumns, type EndpointRow, endpointColumns } from '../../events/model.ts';
import type { Store } from '../database/store.ts';
import type { AppendEvent, On } from '../tables.ts';
import { forgetErased } from './outbox.ts';

/*
 * How a worker claims events, and what it writes of them. A lease is an exclusive right that ends by time, as that of an identity
 * is. In order per endpoint and identity: an event is claimed when none before it is left.
 */

const DELIVERY = namesOf(deliveryColumns);

const ENDPOINT = namesOf(endpointColumns);

/** After an outage that was shorter nothing is brought forward: what fails alone fails again. */
const OUTAGE_MS = 60_000;

/**
 * What ends later than this was written by a clock that was ahead: a lease lasts for half a minute, and an endpoint is left alone for a
 * quarter of an hour at most.
 */
const LONGEST_MS = { lease: 60_000, pause: 20 * 60_000 };

/** Whether nobody holds the lease of the row `d`. */
function isFree(now: number) {
  return sql<SqlBool>`(d.leased_until <= ${now} or d.leased_until > ${now + LONGEST_MS.lease})`;
}

/** Whether the row `d` is the first of its identity that is left. */
const IS_FIRST = sql<SqlBool>`not exists (select 1 from deliveries e where e.identity_id = d.identity_id
  and e.endpoint = d.endpoint and e.version < d.version and e.due is not null)`;

/** What a worker may claim of an endpoint. */
export interface DeliveryClaim {
  readonly now: number;
  readonly leaseMs: number;
  /** At most so many under way, of all replicas together; of an endpoint that fails: one. */
  readonly most: number;
}

/** A failed try. */
export interface FailedTry {
  readonly outcome: string;
  /** When it is tried again, epoch milliseconds; null: it is given up. */
  readonly due: number | null;
  /** From when on the endpoint may be asked again, by its failures in a row. */
  readonly probeAt: (failures: number) => number;
}

/** An endpoint, and when there may be something to do for it. */
export interface EndpointDue {
  readonly name: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

type Key = Pick<Delivery, 'endpoint' | 'identityId' | 'version' | 'lease'>;

/** The row of a claimed event, if its lease is still the newest. */
function ours(db: On, { endpoint, identityId, version, lease }: Key) {
  return db
    .updateTable('deliveries')
    .where('endpoint', '=', endpoint)
    .where('identityId', '=', identityId)
    .where('version', '=', version)
    .where('lease', '=', lease)
    .where('due', 'is not', null);
}

/** Locks an endpoint: claims and results of it come one after the other, in every replica. */
async function lockEndpoint(db: On, dialect: Store['dialect'], name: string): Promise<EndpointRow | undefined> {
  const row = db.selectFrom('endpoints').select(ENDPOINT).where('name', '=', name).where('removedAt', 'is', null);
  return (dialect === 'postgres' ? row.forUpdate() : row).executeTakeFirst();
}

/** Returns the steps of deliveries. */
export function createDeliveryClaims({ dialect, read, write }: Store, append: AppendEvent) {
  /** The events that could be sent now: of each identity the first that is left. In the order of the index, so that no backlog is sorted. */
  async function heads(db: On, name: string, now: number, most: number, only = sql<SqlBool>`true`) {
    const { rows } = await sql<
      Pick<Delivery, 'identityId' | 'version'>
    >`select d.identity_id, d.version from deliveries d
      where d.endpoint = ${name} and d.due <= ${now} and ${isFree(now)} and ${only} and ${IS_FIRST}
      order by d.due limit ${most}`.execute(db);
    return rows;
  }

  /** An endpoint that fails is asked with an event that was not tried, because an old one may fail alone. */
  async function next(db: On, { name, failures }: EndpointRow, now: number, most: number) {
    const untried = failures > 0 ? await heads(db, name, now, most, sql<SqlBool>`d.tries = 0`) : [];
    return untried.length > 0 ? untried : heads(db, name, now, most);
  }

  async function lease(db: On, endpoint: string, head: Pick<Delivery, 'identityId' | 'version'>, until: number) {
    return db
      .updateTable('deliveries')
      .set((row) => ({ lease: row('lease', '+', 1), leasedUntil: until }))
      .where('endpoint', '=', endpoint)
      .where('identityId', '=', head.identityId)
      .where('version', '=', head.version)
      .returning(DELIVERY)
      .executeTakeFirstOrThrow();
  }

  /** After an outage everything that waited for a further try is due at once. */
  async function recover(db: On, endpoint: string, now: number): Promise<boolean> {
    const { rows } = await sql<{ failingSince: number | null }>`select failing_since from endpoints
      where name = ${endpoint} and failures > 0`.execute(db);
    const [row] = rows;
    if (row === undefined) return false;
    const since = row.failingSince ?? now;
    await sql`update endpoints set failures = 0, failing_since = null, probe_at = 0 where name = ${endpoint}`.execute(
      db,
    );
    // A time ahead of this clock says nothing of how long it was.
    if (Math.abs(now - since) < OUTAGE_MS) return true;
    await sql`update deliveries set due = ${now} where endpoint = ${endpoint} and due > ${now} and tries > 0
      and tried_at >= ${since}`.execute(db);
    return true;
  }

  return {
    /** When something is to be claimed, by endpoint; none that has stopped, or of which all that waits is under way or behind it. */
    nextDue: (now: number): Promise<EndpointDue[]> =>
      read(async (db) => {
        const { rows } = await sql<{ name: string; probeAt: number; due: number | null }>`select name, probe_at,
          (select d.due from deliveries d where d.endpoint = endpoints.name and d.due is not null and ${isFree(now)}
            and ${IS_FIRST} order by d.due limit 1) as due
          from endpoints where removed_at is null and stopped_at is null`.execute(db);
        return rows.flatMap(({ name, probeAt, due }) => {
          if (due === null) return [];
          return [{ name, at: probeAt > now + LONGEST_MS.pause ? due : Math.max(due, probeAt) }];
        });
      }),

    /** Leases what is due for an endpoint, the first of each identity. */
    claim: (name: string, { now, leaseMs, most }: DeliveryClaim): Promise<Delivery[]> =>
      write(async (db) => {
        const endpoint = await lockEndpoint(db, dialect, name);
        if (endpoint === undefined || endpoint.stoppedAt !== null) return [];
        if (endpoint.probeAt > now && endpoint.probeAt <= now + LONGEST_MS.pause) return [];
        // `> 0`, because SQLite takes a partial index only where its condition is in the query.
        const { rows } = await sql<{ count: number }>`select count(*) as count from deliveries where endpoint = ${name}
          and leased_until > 0 and leased_until > ${now} and leased_until <= ${now + LONGEST_MS.lease}`.execute(db);
        const free = (endpoint.failures > 0 ? 1 : most) - Number(rows[0]?.count ?? 0);
        if (free <= 0) return [];
        const claimed: Delivery[] = [];
        for (const head of await next(db, endpoint, now, free))
          claimed.push(await lease(db, name, head, now + leaseMs));
        return claimed;
      }),

    /** Stores that an event was taken; true: its endpoint had failed before. */
    delivered: (now: number, delivery: Delivery, outcome: string): Promise<boolean> =>
      write(async (db) => {
        await ours(db, delivery)
          .set({ due: null, leasedUntil: 0, triedAt: now, lastOutcome: outcome, endedAt: now, result: 'delivered' })
          .execute();
        await forgetErased(db, delivery.identityId, delivery.endpoint);
        return recover(db, delivery.endpoint, now);
      }),

    /** Stores a failed try, and returns how often its endpoint has failed in a row; 0: the lease was lost. */
    failed: (now: number, delivery: Delivery, { outcome, due, probeAt }: FailedTry): Promise<number> =>
      write(async (db) => {
        const endpoint = await lockEndpoint(db, dialect, delivery.endpoint);
        const isGivenUp = due === null;
        const kept = await ours(db, delivery)
          .set({
            due,
            leasedUntil: 0,
            triedAt: now,
            tries: delivery.tries + 1,
            lastOutcome: outcome,
            ...(isGivenUp ? { endedAt: now, result: 'given-up' as const } : {}),
          })
          .returning('identityId')
          .executeTakeFirst();
        if (kept === undefined || endpoint === undefined) return 0;
        await forgetErased(db, delivery.identityId, delivery.endpoint);
        if (isGivenUp) {
          const detail = { endpoint: delivery.endpoint, sequence: delivery.version, outcome };
          await append(db, now, delivery.identityId, { kind: 'event_given_up', detail });
        }
        const failures = endpoint.failures + 1;
        await db
          .updateTable('endpoints')
          .set({
            failures,
            // An event that had failed before may fail alone: the outage that it begins does not bring it forward again.
            failingSince: endpoint.failingSince ?? (delivery.tries > 0 ? now + 1 : now),
            probeAt: probeAt(failures),
            lastOutcome: outcome,
          })
          .where('name', '=', delivery.endpoint)
          .execute();
        return failures;
      }),

    /** Stops an endpoint that asks for no more. Its events stay due, for the day it is configured otherwise. */
    gone: (now: number, delivery: Delivery, outcome: string): Promise<void> =>
      write(async (db) => {
        await ours(db, delivery)
          .set({ leasedUntil: 0, triedAt: now, tries: delivery.tries + 1, lastOutcome: outcome })
          .execute();
        await forgetErased(db, delivery.identityId, delivery.endpoint);
        const stopped = await db
          .updateTable('endpoints')
          .set({ stoppedAt: now, lastOutcome: outcome })
          .where('name', '=', delivery.endpoint)
          .where('stoppedAt', 'is', null)
          .returning('name')
          .executeTakeFirst();
        if (stopped === undefined) return;
        await append(db, now, null, { kind: 'endpoint_stopped', detail: { endpoint: delivery.endpoint } });
      }),
  };
}
