import { type Kysely, sql } from 'kysely';
import type { Store } from '../../database/store.ts';
import type { DayPart, Tables } from '../../tables.ts';
import { writersEnded } from '../open-writers.ts';
import { type CountedPart, eventsPart, rowsPart } from './parts.ts';
import { SIGNED_UP } from './row-figures.ts';
import { DAY_MS, nextTurn, type SlicePause } from './slices.ts';

/*
 * How the days that are over get their counts. A day is first entered without any. From then on the database notes each change of what
 * began on it (database/day-triggers.ts), so a count is exact as long as none is noted. To count a day is to take away the notes and the old count,
 * to count, and to store the result if nobody has begun anew meanwhile. Whoever dies in between has left a day without a count.
 */

/** Days before are counted when they are asked for. */
const MOST_DAYS = 1_000;

/** Days that are counted at once: events are not stored by day, so each count also reads the day before and the day after. */
const AT_ONCE = 7;

/** Longer than a count takes. Until then nobody takes up the days of one that died. */
const LEASE_MS = 300_000;

/** The tables that days are counted from. */
const TABLES = ['events', 'verifications', 'identities'] as const;

/** The first day on which anything happened; undefined: nothing did. */
async function firstDay(db: Kysely<Tables>): Promise<number | undefined> {
  const { rows } = await sql<Record<string, number | null>>`select
    (select at from events order by id limit 1) as event,
    (select min(first_seen_at) from identities where ${SIGNED_UP}) as sign_up,
    (select min(requested_at) from verifications where source = 'jumio') as request`.execute(db);
  const times = Object.values(rows[0] ?? {}).filter((time) => time !== null);
  return times.length === 0 ? undefined : Math.floor(Math.min(...times) / DAY_MS);
}

/** Whether the count of a day `d` no longer holds. Events of a day that is counted never change. */
const IS_CHANGED = sql<boolean>`(d.part = 'rows' and exists (select 1 from changed_days c where c.day = d.day))`;

/** Enters the days of which a part is settled, and that are in no row yet. */
async function enterDays(
  store: Store,
  { name, settledMs }: Pick<CountedPart<unknown>, 'name' | 'settledMs'>,
  now: number,
): Promise<void> {
  const last = Math.floor((now - settledMs) / DAY_MS) - 1;
  const found = await store.read(async (db) => {
    const { rows } = await sql<{ first: number | null; last: number | null }>`select min(day) as first, max(day) as last
      from counted_days where part = ${name}`.execute(db);
    return { first: await firstDay(db), entered: rows[0] };
  });
  if (found.first === undefined) return;
  const first = Math.max(found.first, last - MOST_DAYS + 1);
  const { entered } = found;
  if (
    first > last ||
    (entered?.first != null && entered.last != null && entered.first <= first && entered.last >= last)
  )
    return;
  await store.write((db) =>
    sql`insert into counted_days (day, part, figures, round, leased_until)
      with recursive days (day) as (select cast(${first} as integer) union all select day + 1 from days where day < ${last})
      select day, ${name}, null, 0, 0 from days where true
      on conflict (part, day) do nothing`.execute(db),
  );
}

/** Days whose count is begun, with the round of each. */
type ClaimedDays = ReadonlyMap<number, number>;

/** Takes the newest days without a valid count, as many as are in a row. */
async function claim(db: Kysely<Tables>, { dialect }: Store, part: DayPart, now: number): Promise<ClaimedDays> {
  const lock = dialect === 'postgres' ? sql` for update of d skip locked` : sql``;
  const { rows } = await sql<{ day: number }>`select d.day from counted_days d
    where d.part = ${part} and (d.leased_until <= ${now} or d.leased_until > ${now + LEASE_MS})
      and (d.figures is null or ${IS_CHANGED})
    order by d.day desc limit ${AT_ONCE}${lock}`.execute(db);
  const last = rows[0]?.day;
  if (last === undefined) return new Map();
  const first = rows.findLast(({ day }, index) => day === last - index)?.day ?? last;
  if (part === 'rows') await sql`delete from changed_days where day >= ${first} and day <= ${last}`.execute(db);
  const begun = await sql<{ day: number; round: number }>`update counted_days
    set figures = null, round = round + 1, leased_until = ${now + LEASE_MS}
    where part = ${part} and day >= ${first} and day <= ${last} returning day, round`.execute(db);
  return new Map(begun.rows.map(({ day, round }) => [day, round]));
}

/** Stores the count of a day, and gives the day back. If somebody else has begun it since, nothing is written. */
async function end(db: Kysely<Tables>, part: DayPart, day: number, round: number, figures: string | null) {
  await db
    .updateTable('countedDays')
    .set({ figures, leasedUntil: 0 })
    .where('part', '=', part)
    .where('day', '=', day)
    .where('round', '=', round)
    .execute();
}

/** Counts the newest days that have no valid count, at most a week. @returns whether there were any */
async function countPart<Figures>(
  store: Store,
  part: CountedPart<Figures>,
  now: number,
  pause: SlicePause,
): Promise<boolean> {
  await enterDays(store, part, now);
  const claimed = await store.write((db) => claim(db, store, part.name, now));
  if (claimed.size === 0) return false;
  const days = [...claimed.keys()];
  let counted: ReadonlyMap<number, Figures> | undefined;
  try {
    // Who began before the days were entered, or before the notes were taken away, left no note.
    await writersEnded(store, TABLES, pause);
    const span = { from: Math.min(...days) * DAY_MS, until: (Math.max(...days) + 1) * DAY_MS };
    counted = await part.count(store, span, pause);
  } finally {
    for (const [day, round] of claimed) {
      const figures = counted === undefined ? null : JSON.stringify(counted.get(day) ?? part.none);
      await store.write((db) => end(db, part.name, day, round, figures));
    }
  }
  return true;
}

/**
 * Counts days that are over, the newest first: those that never were, and those that have changed since. It may be stopped at any moment, and
 * several replicas may do it at once.
 * @param pause waited for after each few milliseconds of work; if it rejects, this stops, and rejects with the same
 * @returns whether there may be more to count
 */
export async function countDays(store: Store, now: number, pause: SlicePause): Promise<boolean> {
  const [rows, events] = [await countPart(store, rowsPart, now, pause), await countPart(store, eventsPart, now, pause)];
  return rows || events;
}

/** Days that are read by a statement. */
const READ_AT_ONCE = 7;

interface Stored {
  readonly day: number;
  readonly figures: string;
}

/** Reads the valid counts of days, from a day on. */
export async function countedSince<Figures>(
  store: Store,
  part: CountedPart<Figures>,
  since: number,
): Promise<Map<number, Figures>> {
  const counted = new Map<number, Figures>();
  for (let from = since; ; ) {
    const { rows } = await store.read((db) =>
      sql<Stored>`select day, figures from counted_days d where part = ${part.name} and day >= ${from} and figures is not null
        and not ${IS_CHANGED} order by day limit ${READ_AT_ONCE}`.execute(db),
    );
    for (const { day, figures } of rows) {
      counted.set(day, part.stored.parse(JSON.parse(figures)));
      await nextTurn();
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < READ_AT_ONCE) return counted;
    from = last.day + 1;
  }
}
