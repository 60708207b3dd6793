import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Dialect, Store } from '../database/store.ts';
import type { Tables } from '../tables.ts';
import { firstEventSince } from './first-event.ts';

/** A day in milliseconds. Days are UTC and numbered since 1970. */
const DAY = sql.raw('86400000');

/** How often something happened on a day. */
export interface Count {
  readonly day: number;
  readonly kind: string;
  /** The verdict, or the rule; null if the kind has neither. */
  readonly label: string | null;
  readonly count: number;
}

/** The median over the attempts that were first decided on a day. */
export interface Median {
  readonly day: number;
  /** Milliseconds from the request to the decision. */
  readonly median: number;
}

/** The events of a report: those with this id or a later one, and of this time (epoch milliseconds) or later. */
interface Span {
  readonly since: number;
  readonly first: number;
}

/** Selects a member of an event's detail as text. */
function member(dialect: Dialect, name: string) {
  return dialect === 'sqlite'
    ? sql`cast(json_extract(e.detail, ${sql.lit(`$.${name}`)}) as text)`
    : sql`(e.detail::json ->> ${sql.lit(name)})`;
}

const KINDS = ['started', 'decided', 'overridden', 'blocked', 'would_block', 'undecided', 'creation_paused', 'erased'];

async function eventCounts(db: Kysely<Tables>, dialect: Dialect, { since, first }: Span): Promise<Count[]> {
  const rule = sql`coalesce(${member(dialect, 'name')}, 'rule ' || ${member(dialect, 'rule')}, 'no rule')`;
  const label = sql`case when e.kind in ('decided', 'overridden') then ${member(dialect, 'verdict')}
    when e.kind in ('blocked', 'would_block') and ${member(dialect, 'status')} = 'unknown' then 'ON_FAILURE'
    when e.kind in ('blocked', 'would_block') then ${rule} end`;
  const { rows } = await sql<Count>`select day, kind, label, count(*) as count from (
      select e.at / ${DAY} as day, e.kind, ${label} as label from events e
      where e.id >= ${first} and e.at >= ${since} and e.kind in (${sql.join(KINDS)})) as labelled
    group by day, kind, label order by day, kind, label`.execute(db);
  return rows;
}

/**
 * The condition on identities that signed up since a time. One that Kratos made a day or more before its first row has it from a
 * backfill, a link or an operator's command, and did not sign up on that day.
 */
export function signedUpSince(since: number): RawBuilder<boolean> {
  return sql`first_seen_at >= ${since} and (kratos_created_at is null or first_seen_at - kratos_created_at < ${DAY})`;
}

async function signUpCounts(db: Kysely<Tables>, since: number): Promise<Count[]> {
  const { rows } = await sql<Count>`select day, 'sign_up' as kind, null as label, count(*) as count
    from (select first_seen_at / ${DAY} as day from identities where ${signedUpSince(since)}) as sign_ups
    group by day order by day`.execute(db);
  return rows;
}

/** The middle one, or the mean of the two in the middle. The database sorts, so memory stays bounded. */
async function medians(db: Kysely<Tables>, dialect: Dialect, { since, first }: Span): Promise<Median[]> {
  const { rows } = await sql<Median>`with times as (
      select e.at / ${DAY} as day, e.at - v.requested_at as ms
      from events e join verifications v on v.id = e.verification_id
      where e.kind = 'decided' and e.id >= ${first} and e.at >= ${since} and ${member(dialect, 'previous')} is null),
    ranked as (select day, ms, row_number() over (partition by day order by ms) as place,
      count(*) over (partition by day) as total from times)
    select day, cast(avg(ms) as double precision) as median from ranked
    where place in ((total + 1) / 2, (total + 2) / 2) group by day order by day`.execute(db);
  return rows;
}

/** Counts and medians per day since a time (epoch milliseconds): one row per day, kind and label. */
export function report(store: Store, since: number) {
  return store.read(async (db) => {
    const span = { since, first: await firstEventSince(db, since) };
    return {
      counts: [...(await signUpCounts(db, since)), ...(await eventCounts(db, store.dialect, span))],
      medians: await medians(db, store.dialect, span),
    };
  });
}
