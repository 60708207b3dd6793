import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Dialect, Store } from '../../database/store.ts';
import type { Tables } from '../../tables.ts';
import { ascending, DAY_MS, type Range, type SlicePause, slices } from './slices.ts';

const parts = z.array(z.tuple([z.string(), z.number()]));

/** What identities and verifications say of a day: of the people who signed up on it, and the attempts at Jumio that were requested on it. */
export const rowFigures = z.object({
  signUps: z.number(),
  requested: z.number(),
  reachedJumio: z.number(),
  captured: z.number(),
  decided: z.number(),
  approved: z.number(),
  expired: z.number(),
  secondTries: z.number(),
  /** Milliseconds from the request to the verdict, of each attempt that has one; the shortest first. */
  times: z.array(z.number()),
  /** Rejected ones by reason, and approved ones by schema of Kratos. */
  reasons: parts,
  schemas: parts,
});

/** What identities and verifications say of a day. */
export type RowFigures = z.infer<typeof rowFigures>;

type Building = { -readonly [Key in Exclude<keyof RowFigures, 'reasons' | 'schemas'>]: RowFigures[Key] } & {
  readonly reasons: Map<string, number>;
  readonly schemas: Map<string, number>;
};

/** Jumio's statuses of an attempt whose person opened the link. A token that expired was never used. */
const REACHED = ['ACQUISITION_STARTED', 'ACQUIRED', 'PROCESSED', 'SESSION_EXPIRED'];

const CAPTURED = ['ACQUIRED', 'PROCESSED'];

/** Rows that are read at once. PostgreSQL holds up nothing, and each statement is a way to it and back. */
const ATTEMPTS: Readonly<Record<Dialect, number>> = { sqlite: 200, postgres: 4_000 };

/** Entries of an index that are counted at once. */
const SIGN_UPS: Readonly<Record<Dialect, number>> = { sqlite: 5_000, postgres: 50_000 };

/**
 * The condition on identities that signed up, in the words of their index. One that Kratos made a day or more before its first row has it from a
 * backfill, a link or an operator's command, and did not sign up on that day.
 */
export const SIGNED_UP = sql`(kratos_created_at is null or first_seen_at - kratos_created_at < 86400000)`;

function none(): Building {
  const numbers = { requested: 0, reachedJumio: 0, captured: 0, decided: 0, approved: 0, expired: 0, secondTries: 0 };
  return { signUps: 0, ...numbers, times: [], reasons: new Map(), schemas: new Map() };
}

function built({ times, reasons, schemas, ...numbers }: Building): RowFigures {
  return { ...numbers, times: [...ascending(times)], reasons: [...reasons], schemas: [...schemas] };
}

/** A day on which nothing began. */
export const NO_ROWS: RowFigures = built(none());

interface SignUps {
  readonly day: number;
  readonly count: number;
}

async function signUps(db: Kysely<Tables>, { from, until }: Range): Promise<SignUps[]> {
  const { rows } = await sql<SignUps>`select day, count(*) as count from (
      select first_seen_at / ${sql.lit(DAY_MS)} as day from identities
      where ${SIGNED_UP} and first_seen_at >= ${from} and first_seen_at < ${until}) as sign_ups
    group by day`.execute(db);
  return rows;
}

interface Attempt {
  readonly requestedAt: number;
  readonly jumioStatus: string | null;
  readonly decision: string | null;
  readonly state: string;
  readonly attempt: number;
  readonly reason: string | null;
  readonly completedAt: number | null;
  /** Of an approved one. */
  readonly schema: string | null;
}

async function attempts(db: Kysely<Tables>, { from, until }: Range): Promise<Attempt[]> {
  const schema = sql`(select coalesce(i.schema_id, 'unknown') from identities i where i.id = v.identity_id)`;
  const { rows } = await sql<Attempt>`select requested_at, jumio_status, decision, state, attempt, reason, completed_at,
      case when decision = 'PASSED' then ${schema} end as schema
    from verifications v where source = 'jumio' and requested_at >= ${from} and requested_at < ${until}`.execute(db);
  return rows;
}

function addAttempt(to: Building, row: Attempt): void {
  const { jumioStatus, decision, completedAt, schema } = row;
  to.requested += 1;
  if (jumioStatus !== null && REACHED.includes(jumioStatus)) to.reachedJumio += 1;
  if (jumioStatus !== null && CAPTURED.includes(jumioStatus)) to.captured += 1;
  if (decision !== null) to.decided += 1;
  if (decision === 'PASSED') to.approved += 1;
  if (row.state === 'expired') to.expired += 1;
  if (row.attempt > 1) to.secondTries += 1;
  if (decision !== null && completedAt !== null) to.times.push(completedAt - row.requestedAt);
  const reason = row.reason ?? 'forgotten';
  if (decision === 'FAILED') to.reasons.set(reason, (to.reasons.get(reason) ?? 0) + 1);
  if (schema !== null) to.schemas.set(schema, (to.schemas.get(schema) ?? 0) + 1);
}

/** Counts sign-ups and attempts of a time by day; a day without any is left out. */
export async function countRows(store: Store, span: Range, pause: SlicePause): Promise<Map<number, RowFigures>> {
  const days = new Map<number, Building>();
  const ofDay = (day: number): Building => {
    const figures = days.get(day) ?? none();
    days.set(day, figures);
    return figures;
  };
  const signedUp = {
    table: 'identities',
    column: 'first_seen_at',
    where: SIGNED_UP,
    rows: SIGN_UPS[store.dialect],
  } as const;
  for await (const slice of slices(store, signedUp, span, pause))
    for (const { day, count } of await store.read((db) => signUps(db, slice))) ofDay(day).signUps += count;
  const where = sql`source = 'jumio'`;
  const requested = { table: 'verifications', column: 'requested_at', where, rows: ATTEMPTS[store.dialect] } as const;
  for await (const slice of slices(store, requested, span, pause))
    for (const row of await store.read((db) => attempts(db, slice)))
      addAttempt(ofDay(Math.floor(row.requestedAt / DAY_MS)), row);
  const counted = new Map<number, RowFigures>();
  for (const [day, figures] of days) {
    counted.set(day, built(figures));
    await pause();
  }
  return counted;
}
