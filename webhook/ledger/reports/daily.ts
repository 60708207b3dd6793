import { type Kysely, sql } from 'kysely';
import type { Dialect, Store } from '../database/store.ts';
import type { Tables } from '../tables.ts';

/** Days are UTC, told by their number since 1970. */
const DAY = sql.raw('86400000');

/** How often something happened on a day. */
export interface Count {
  readonly day: number;
  readonly kind: string;
  /** The verdict, or the rule; null: the kind says all. */
  readonly word: string | null;
  readonly count: number;
}

/** Over the attempts that were first decided on a day. */
export interface Median {
  readonly day: number;
  /** Milliseconds from the request to the decision. */
  readonly median: number;
}

/** A member of an event's detail, as text. */
function member(dialect: Dialect, name: string) {
  return dialect === 'sqlite'
    ? sql`cast(json_extract(e.detail, ${sql.lit(`$.${name}`)}) as text)`
    : sql`(e.detail::json ->> ${sql.lit(name)})`;
}

const KINDS = ['started', 'decided', 'overridden', 'blocked', 'would_block', 'undecided', 'creation_paused', 'erased'];

async function happened(db: Kysely<Tables>, dialect: Dialect, since: number): Promise<Count[]> {
  const rule = sql`coalesce(${member(dialect, 'name')}, 'rule ' || ${member(dialect, 'rule')}, 'no rule')`;
  const word = sql`case when e.kind in ('decided', 'overridden') then ${member(dialect, 'verdict')}
    when e.kind in ('blocked', 'would_block') and ${member(dialect, 'status')} = 'unknown' then 'ON_FAILURE'
    when e.kind in ('blocked', 'would_block') then ${rule} end`;
  const { rows } = await sql<Count>`select day, kind, word, count(*) as count from (
      select e.at / ${DAY} as day, e.kind, ${word} as word from events e
      where e.at >= ${since} and e.kind in (${sql.join(KINDS)})) as told
    group by day, kind, word order by day, kind, word`.execute(db);
  return rows;
}

/** Whom a backfill, a link or an operator's command met long after Kratos made them did not sign up then. */
async function signUps(db: Kysely<Tables>, since: number): Promise<Count[]> {
  const { rows } = await sql<Count>`select day, 'sign_up' as kind, null as word, count(*) as count
    from (select first_seen_at / ${DAY} as day from identities
      where first_seen_at >= ${since} and (kratos_created_at is null or first_seen_at - kratos_created_at < ${DAY})) as met
    group by day order by day`.execute(db);
  return rows;
}

/** The middle one, or the mean of the two in the middle; the database sorts, so that nothing is held here. */
async function medians(db: Kysely<Tables>, dialect: Dialect, since: number): Promise<Median[]> {
  const { rows } = await sql<Median>`with times as (
      select e.at / ${DAY} as day, e.at - v.requested_at as ms
      from events e join verifications v on v.id = e.verification_id
      where e.kind = 'decided' and e.at >= ${since} and ${member(dialect, 'previous')} is null),
    ranked as (select day, ms, row_number() over (partition by day order by ms) as place,
      count(*) over (partition by day) as total from times)
    select day, cast(avg(ms) as double precision) as median from ranked
    where place in ((total + 1) / 2, (total + 2) / 2) group by day order by day`.execute(db);
  return rows;
}

/** What happened per day since a time (epoch milliseconds). As many rows come back as there are days and words. */
export function report(store: Store, since: number) {
  return store.read(async (db) => ({
    counts: [...(await signUps(db, since)), ...(await happened(db, store.dialect, since))],
    medians: await medians(db, store.dialect, since),
  }));
}
