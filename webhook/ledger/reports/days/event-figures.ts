import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Dialect, Store } from '../../database/store.ts';
import type { Tables } from '../../tables.ts';
import { textInDetail } from '../event-detail.ts';
import { firstEventBehind, firstEventSince } from '../first-event.ts';
import { ascending, DAY_MS, END, nextTurn, type Range, type SlicePause, slices } from './slices.ts';

/** What the events of a day say. */
export const eventFigures = z.object({
  /** Kind, label and how often. The label is the verdict, or the rule; null if the kind has neither. */
  counts: z.array(z.tuple([z.string(), z.string().nullable(), z.number()])),
  /** Milliseconds from the request to the decision, of the attempts that were first decided on the day; null: none was. */
  median: z.number().nullable(),
  /**
   * Kind, day and how many people: those who agreed, or declined, on this day and on that day last before; null: never before. So the people
   * of many days can be counted, each once, without their ids.
   */
  people: z.array(z.tuple([z.string(), z.number().nullable(), z.number()])),
});

/** What the events of a day say. */
export type EventFigures = z.infer<typeof eventFigures>;

/** A day without events. */
export const NO_EVENTS: EventFigures = { counts: [], median: null, people: [] };

const KINDS = ['started', 'decided', 'overridden', 'blocked', 'would_block', 'undecided', 'creation_paused', 'erased'];

/** What people do who are asked. */
const ANSWERS = ['consent', 'declined'];

/** Events that are read at once. PostgreSQL holds up nothing, and each statement is a way to it and back. */
const ROWS: Readonly<Record<Dialect, number>> = { sqlite: 300, postgres: 4_000 };

interface CountedEvent {
  readonly at: number;
  readonly kind: string;
  readonly label: string | null;
  /** Of a first decision: milliseconds since the request. */
  readonly took: number | null;
  /** Of an answer: when the identity gave the same one last before. */
  readonly previousAt: number | null;
}

/** Scalar subqueries, because PostgreSQL would read the whole table for a join. */
async function eventRows(
  db: Kysely<Tables>,
  dialect: Dialect,
  ids: Range,
  { from, until }: Range,
): Promise<CountedEvent[]> {
  const rule = sql`coalesce(${textInDetail(dialect, 'name')}, 'rule ' || ${textInDetail(dialect, 'rule')}, 'no rule')`;
  const label = sql`case when e.kind in ('decided', 'overridden') then ${textInDetail(dialect, 'verdict')}
    when e.kind in ('blocked', 'would_block') and ${textInDetail(dialect, 'status')} = 'unknown' then 'ON_FAILURE'
    when e.kind in ('blocked', 'would_block') then ${rule} end`;
  const requestedAt = sql`(select v.requested_at from verifications v where v.id = e.verification_id)`;
  const previousAt = sql`(select max(p.at) from events p where p.identity_id = e.identity_id and p.kind = e.kind
    and (p.at < e.at or (p.at = e.at and p.id < e.id)))`;
  const { rows } = await sql<CountedEvent>`select e.at, e.kind, ${label} as label,
      case when e.kind = 'decided' and ${textInDetail(dialect, 'previous')} is null then e.at - ${requestedAt} end as took,
      case when e.kind in (${sql.join(ANSWERS.map((kind) => sql.lit(kind)))}) then ${previousAt} end as previous_at
    from events e where e.id >= ${ids.from} and e.id < ${ids.until} and e.at >= ${from} and e.at < ${until}
      and e.kind in (${sql.join([...KINDS, ...ANSWERS].map((kind) => sql.lit(kind)))})`.execute(db);
  return rows;
}

/** Reads the events of a time, slice by slice. */
async function* eventsOf(store: Store, span: Range, pause: SlicePause): AsyncGenerator<CountedEvent[]> {
  const { dialect } = store;
  const from = await store.read((db) => firstEventSince(db, span.from));
  const until = span.until === END ? END : await store.read((db) => firstEventBehind(db, span.until));
  for await (const ids of slices(store, { table: 'events', column: 'id', rows: ROWS[dialect] }, { from, until }, pause))
    yield await store.read((db) => eventRows(db, dialect, ids, span));
}

/** Counts by a kind and something else. */
type KindCounts<Key> = Map<string, Map<Key | null, number>>;

function add<Key>(tally: KindCounts<Key>, kind: string, key: Key | null): void {
  const ofKind = tally.get(kind) ?? new Map<Key | null, number>();
  tally.set(kind, ofKind);
  ofKind.set(key, (ofKind.get(key) ?? 0) + 1);
}

function entriesOf<Key>(tally: KindCounts<Key>): [string, Key | null, number][] {
  return [...tally].flatMap(([kind, ofKind]) =>
    [...ofKind].map(([key, count]): [string, Key | null, number] => [kind, key, count]),
  );
}

interface DayTally {
  readonly counts: KindCounts<string>;
  readonly people: KindCounts<number>;
  readonly times: number[];
}

/** The middle one, or the mean of the two in the middle. */
function medianOf(times: readonly number[]): number | null {
  const sorted = ascending(times);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

/** @param from where the span begins: who answered on the day before that counts as a person of an earlier day */
function addRow(
  { counts, people, times }: DayTally,
  { at, kind, label, took, previousAt }: CountedEvent,
  from: number,
): void {
  if (took !== null) times.push(took);
  const begin = Math.max(from, at - (at % DAY_MS));
  if (!ANSWERS.includes(kind)) add(counts, kind, label);
  else if (previousAt === null) add(people, kind, null);
  else if (previousAt < begin) add(people, kind, Math.floor(previousAt / DAY_MS));
}

/** Counts the events of a time by day; a day without any is left out. The times of its decisions are in memory, all else is a few numbers. */
export async function countEvents(store: Store, span: Range, pause: SlicePause): Promise<Map<number, EventFigures>> {
  const days = new Map<number, DayTally>();
  for await (const rows of eventsOf(store, span, pause))
    for (const row of rows) {
      const day = Math.floor(row.at / DAY_MS);
      const tally: DayTally = days.get(day) ?? { counts: new Map(), people: new Map(), times: [] };
      days.set(day, tally);
      addRow(tally, row, span.from);
    }
  const counted = new Map<number, EventFigures>();
  for (const [day, { counts, people, times }] of days) {
    counted.set(day, { counts: entriesOf(counts), people: entriesOf(people), median: medianOf(times) });
    await pause();
  }
  return counted;
}

/**
 * Counts by kind the people who gave an answer on the day of `since`, before `since`, and the next time on a later day. Where `since` is in the
 * middle of a day, `people` of the later days does not say on which side of it the answer before was.
 */
export async function countReturning(store: Store, since: number): Promise<Map<string, number>> {
  const day = since - (((since % DAY_MS) + DAY_MS) % DAY_MS);
  const counts = new Map<string, number>();
  if (day === since) return counts;
  const span = { from: day, until: since };
  const ids = await store.read(async (db) => {
    return { from: await firstEventSince(db, span.from), until: await firstEventBehind(db, span.until) };
  });
  const sliced = { table: 'events', column: 'id', rows: ROWS[store.dialect] } as const;
  for await (const slice of slices(store, sliced, ids, nextTurn))
    for (const { kind, count } of await store.read((db) => returning(db, slice, span)))
      counts.set(kind, (counts.get(kind) ?? 0) + count);
  return counts;
}

async function returning(db: Kysely<Tables>, ids: Range, { from, until }: Range) {
  const nextAt = sql`(select min(n.at) from events n where n.identity_id = e.identity_id and n.kind = e.kind
    and (n.at > e.at or (n.at = e.at and n.id > e.id)))`;
  const { rows } = await sql<{ kind: string; count: number }>`select kind, count(*) as count from (
      select e.kind, ${nextAt} as next_at from events e
      where e.id >= ${ids.from} and e.id < ${ids.until} and e.at >= ${from} and e.at < ${until}
        and e.kind in (${sql.join(ANSWERS.map((kind) => sql.lit(kind)))})) as answers
    where next_at >= ${from + DAY_MS} group by kind`.execute(db);
  return rows;
}
