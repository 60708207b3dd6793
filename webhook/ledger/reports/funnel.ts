import { type Kysely, sql } from 'kysely';
import type { Store } from '../database/store.ts';
import type { Tables } from '../tables.ts';
import { signedUpSince } from './daily.ts';
import { firstEventSince } from './first-event.ts';

/** How many of something; `by` is a reason of rejection or a schema of Kratos. */
export interface FunnelPart {
  readonly by: string;
  readonly count: number;
}

/** The way from the sign-up to the verdict, of what began since a time. */
export interface Funnel {
  /** People: who signed up, and who agreed or declined at least once. */
  readonly asked: number;
  readonly agreed: number;
  readonly declined: number;
  /** Attempts at Jumio: how far each came. */
  readonly requested: number;
  readonly reachedJumio: number;
  readonly captured: number;
  readonly decided: number;
  readonly approved: number;
  readonly expired: number;
  /** Of the requested ones: those of a person who had an attempt before. */
  readonly secondTries: number;
  /** Milliseconds from the request to the verdict; null without one. */
  readonly p50: number | null;
  readonly p90: number | null;
  readonly rejectedByReason: readonly FunnelPart[];
  readonly approvedBySchema: readonly FunnelPart[];
}

/** Jumio's statuses of an attempt whose person opened the link. A token that expired was never used. */
const REACHED = ['ACQUISITION_STARTED', 'ACQUIRED', 'PROCESSED', 'SESSION_EXPIRED'];

const CAPTURED = ['ACQUIRED', 'PROCESSED'];

type People = Pick<Funnel, 'asked' | 'agreed' | 'declined'>;

async function people(db: Kysely<Tables>, since: number): Promise<People> {
  const first = await firstEventSince(db, since);
  const by = (kind: string) =>
    sql`(select count(distinct identity_id) from events where kind = ${kind} and id >= ${first} and at >= ${since})`;
  const { rows } = await sql<People>`select
      (select count(*) from identities where ${signedUpSince(since)}) as asked,
      ${by('consent')} as agreed, ${by('declined')} as declined`.execute(db);
  return rows[0] ?? { asked: 0, agreed: 0, declined: 0 };
}

type Attempts = Pick<
  Funnel,
  'requested' | 'reachedJumio' | 'captured' | 'decided' | 'approved' | 'expired' | 'secondTries'
>;

async function attempts(db: Kysely<Tables>, since: number): Promise<Attempts> {
  const { rows } = await sql<Attempts>`select count(*) as requested,
      count(case when jumio_status in (${sql.join(REACHED)}) then 1 end) as reached_jumio,
      count(case when jumio_status in (${sql.join(CAPTURED)}) then 1 end) as captured,
      count(decision) as decided,
      count(case when decision = 'PASSED' then 1 end) as approved,
      count(case when state = 'expired' then 1 end) as expired,
      count(case when attempt > 1 then 1 end) as second_tries
    from verifications where source = 'jumio' and requested_at >= ${since}`.execute(db);
  const none = { requested: 0, reachedJumio: 0, captured: 0, decided: 0, approved: 0, expired: 0, secondTries: 0 };
  return rows[0] ?? none;
}

/** The nearest rank: the smallest time that at least this share of the attempts did not exceed. */
async function times(db: Kysely<Tables>, since: number): Promise<Pick<Funnel, 'p50' | 'p90'>> {
  const { rows } = await sql<Pick<Funnel, 'p50' | 'p90'>>`with ranked as (
      select completed_at - requested_at as ms, row_number() over (order by completed_at - requested_at) as place,
        count(*) over () as total
      from verifications
      where source = 'jumio' and decision is not null and completed_at is not null and requested_at >= ${since})
    select min(case when place * 100 >= total * 50 then ms end) as p50,
      min(case when place * 100 >= total * 90 then ms end) as p90 from ranked`.execute(db);
  return rows[0] ?? { p50: null, p90: null };
}

async function reasons(db: Kysely<Tables>, since: number): Promise<FunnelPart[]> {
  const { rows } =
    await sql<FunnelPart>`select coalesce(reason, 'forgotten') as "by", count(*) as count from verifications
    where source = 'jumio' and decision = 'FAILED' and requested_at >= ${since} group by 1 order by 1`.execute(db);
  return rows;
}

async function schemas(db: Kysely<Tables>, since: number): Promise<FunnelPart[]> {
  const { rows } = await sql<FunnelPart>`select coalesce(i.schema_id, 'unknown') as "by", count(*) as count
    from verifications v join identities i on i.id = v.identity_id
    where v.source = 'jumio' and v.decision = 'PASSED' and v.requested_at >= ${since} group by 1 order by 1`.execute(
    db,
  );
  return rows;
}

/** Returns the funnel of what began since a time (epoch milliseconds). The database counts, so memory stays bounded. */
export function funnel(store: Store, since: number): Promise<Funnel> {
  return store.read(async (db) => ({
    ...(await people(db, since)),
    ...(await attempts(db, since)),
    ...(await times(db, since)),
    rejectedByReason: await reasons(db, since),
    approvedBySchema: await schemas(db, since),
  }));
}
