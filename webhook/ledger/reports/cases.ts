import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { IdentityRecord, Verification } from '../../model.ts';
import type { Dialect, Store } from '../database/store.ts';
import type { Tables } from '../tables.ts';
import { END, nextTurn, type Range, slices } from './days/slices.ts';
import { textInDetail } from './event-detail.ts';
import { firstEventSince } from './first-event.ts';

/**
 * Why a case waits on an operator. `review`: Jumio warned, or the status was inherited. `late_pass`: an older attempt passed after
 * a final rejection. `proposed`: somebody proposed a decision about a person who is in neither.
 */
export type CaseKind = 'review' | 'late_pass' | 'proposed';

/** A place in the queue, which is ordered by time and id. */
export interface CasePlace {
  /** Epoch milliseconds. */
  readonly since: number;
  readonly identity: string;
}

/** Which cases to read. */
export interface CaseQuery {
  /** One kind only. `warning` and `inherited` are the two parts of `review`; `proposed` is every proposal, about whomever. */
  readonly only?: Exclude<CaseKind, 'review'> | 'warning' | 'inherited' | undefined;
  /** Those that wait since this time or longer (epoch milliseconds). */
  readonly before?: number | undefined;
  /** Those that this operator has taken since `takenSince`. */
  readonly takenBy?: string | undefined;
  readonly takenSince: number;
  /** Older proposals have ended. */
  readonly proposedSince: number;
  /** Those behind this place; undefined: from the beginning. */
  readonly after?: CasePlace | undefined;
  readonly limit: number;
}

/** A case, with the record that it is about. */
export interface WaitingCase extends CasePlace {
  readonly kind: CaseKind;
  readonly record: IdentityRecord;
}

/** The column by which a kind is ordered, and the condition of its index (`migrations.ts`). */
const KINDS: Readonly<Record<CaseKind, { readonly since: RawBuilder<unknown>; readonly where: RawBuilder<unknown> }>> =
  {
    review: { since: sql`decided_at`, where: sql`standing = 'review' and erased_at is null` },
    late_pass: { since: sql`late_pass_at`, where: sql`late_pass_at is not null` },
    proposed: { since: sql`proposed_at`, where: sql`proposed_at is not null` },
  };

/** What is waiting already: a proposal about it is shown there. */
const IN_NO_OTHER_KIND = sql`coalesce(standing, '') <> 'review' and late_pass_at is null`;

const IS_DECIDED = sql`exists (select 1 from verifications v where v.identity_id = identities.id and v.decision is not null)`;

function more(
  kind: CaseKind,
  { only, before, takenBy, takenSince, proposedSince, after }: CaseQuery,
  since: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const conditions = [
    ...(after === undefined ? [] : [sql`(${since}, id) > (${after.since}, ${after.identity})`]),
    ...(before === undefined ? [] : [sql`${since} <= ${before}`]),
    ...(takenBy === undefined ? [] : [sql`taken_by = ${takenBy} and taken_at >= ${takenSince}`]),
    ...(kind === 'proposed' ? [sql`proposed_at > ${proposedSince} and proposed_version = version`] : []),
    ...(kind === 'proposed' && only === undefined ? [IN_NO_OTHER_KIND] : []),
    ...(only === 'warning' ? [IS_DECIDED] : []),
    ...(only === 'inherited' ? [sql`not ${IS_DECIDED}`] : []),
  ];
  return conditions.length === 0 ? sql`` : sql` and ${sql.join(conditions, sql` and `)}`;
}

function kindsOf({ only }: CaseQuery): CaseKind[] {
  if (only === undefined) return ['review', 'late_pass', 'proposed'];
  return [only === 'warning' || only === 'inherited' ? 'review' : only];
}

interface Found extends CasePlace {
  readonly kind: CaseKind;
}

/** Each kind is read by its own index, at most `limit` rows of each, and then they are merged. */
async function places(db: Kysely<Tables>, query: CaseQuery): Promise<Found[]> {
  const parts = kindsOf(query).map((kind) => {
    const { since, where } = KINDS[kind];
    return sql`select * from (select id as identity, ${since} as since, ${sql.lit(kind)} as kind from identities
      where ${where}${more(kind, query, since)} order by ${since}, id limit ${query.limit}) as ${sql.ref(kind)}`;
  });
  const { rows } = await sql<Found>`${sql.join(parts, sql` union all `)}
    order by since, identity limit ${query.limit}`.execute(db);
  return rows;
}

/** Reads the records of a page in two statements. */
async function records(db: Kysely<Tables>, ids: readonly string[]): Promise<Map<string, IdentityRecord>> {
  if (ids.length === 0) return new Map();
  const identities = await db.selectFrom('identities').selectAll().where('id', 'in', ids).execute();
  const rows = await db
    .selectFrom('verifications')
    .selectAll()
    .where('identityId', 'in', ids)
    .orderBy('identityId')
    .orderBy('attempt')
    .execute();
  const byIdentity = new Map<string, Verification[]>();
  for (const row of rows) byIdentity.set(row.identityId, [...(byIdentity.get(row.identityId) ?? []), row]);
  return new Map(
    identities.map((identity) => [identity.id, { identity, verifications: byIdentity.get(identity.id) ?? [] }]),
  );
}

/** How many cases are counted: beyond it a number says no more than "very many". */
const MOST_COUNTED = 100_000;

async function countWaiting(db: Kysely<Tables>, proposedSince: number): Promise<number> {
  const { rows } = await sql<{ waiting: number }>`select (select count(*) from (select 1 from identities
      where ${KINDS.review.where} limit ${MOST_COUNTED}) as review)
    + (select count(*) from identities where ${KINDS.late_pass.where})
    + (select count(*) from identities where ${KINDS.proposed.where} and proposed_at > ${proposedSince}
      and proposed_version = version and ${IN_NO_OTHER_KIND}) as waiting`.execute(db);
  return Number(rows[0]?.waiting ?? 0);
}

/** The events of operators: what they decided, looked at and took out (docs/console.md#audit). */
const OPERATOR_EVENTS = [
  'overridden',
  'granted',
  'rechecked',
  'erased',
  'proposed',
  'turned_down',
  'withdrawn',
  'case_viewed',
  'searched',
  'evidence_viewed',
  'evidence_refused',
  'exported',
] as const;

/** An event of an operator. */
export interface OperatorEvent {
  readonly id: number;
  readonly at: number;
  readonly kind: string;
  readonly identity: string | null;
  readonly detail: unknown;
}

/** The condition is that of the index `events_operator`, as text: a parameter would not be recognised as it. */
const IS_OPERATORS = sql.raw(`kind in (${OPERATOR_EVENTS.map((kind) => `'${kind}'`).join(', ')})`);

async function operatorEvents(db: Kysely<Tables>, before: number | undefined, limit: number): Promise<OperatorEvent[]> {
  const { rows } = await sql<OperatorEvent & { detail: string }>`select id, at, kind, identity_id as identity, detail
    from events where ${IS_OPERATORS}${before === undefined ? sql`` : sql` and id < ${before}`}
    order by id desc limit ${limit}`.execute(db);
  return rows.map((row) => ({ ...row, detail: JSON.parse(row.detail) }));
}

/** A row of counts by an operator and what they did. */
export interface OperatorCount {
  readonly operator: string;
  readonly act: string;
  readonly count: number;
  /** Of these: how many were about a person in review. */
  readonly inReview: number;
}

async function operatorCounts(
  db: Kysely<Tables>,
  dialect: Dialect,
  ids: Range,
  since: number,
): Promise<OperatorCount[]> {
  const act = sql`case when kind = 'granted' then 'new_attempt' when ${textInDetail(dialect, 'verdict')} = 'PASSED'
    then 'approve' else 'reject' end`;
  const { rows } = await sql<OperatorCount>`select coalesce(operator, 'unknown') as operator, act, count(*) as count,
      sum(case when previous = 'review' then 1 else 0 end) as in_review from (
      select ${textInDetail(dialect, 'by')} as operator, ${act} as act, ${textInDetail(dialect, 'previous')} as previous from events e
      where ${IS_OPERATORS} and kind in ('overridden', 'granted') and id >= ${ids.from} and id < ${ids.until}
        and at >= ${since}) as decided
    group by operator, act`.execute(db);
  return rows;
}

/** Entries of an index that are read at once: on SQLite nothing else is served meanwhile. */
const AT_ONCE = { events: 1_000, cases: 5_000 };

/** Counts what operators decided since a time (epoch milliseconds), in slices. */
async function operatorsSince(store: Store, since: number): Promise<OperatorCount[]> {
  const from = await store.read((db) => firstEventSince(db, since));
  const counts = new Map<string, OperatorCount>();
  const sliced = { table: 'events', column: 'id', where: IS_OPERATORS, rows: AT_ONCE.events } as const;
  for await (const ids of slices(store, sliced, { from, until: END }, nextTurn))
    for (const row of await store.read((db) => operatorCounts(db, store.dialect, ids, since))) {
      const key = `${row.operator}\0${row.act}`;
      const { count, inReview } = counts.get(key) ?? { count: 0, inReview: 0 };
      counts.set(key, { ...row, count: row.count + count, inReview: row.inReview + inReview });
    }
  return [...counts].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row);
}

/** How many cases of `review` wait for how long, by these ages; in slices. */
async function backlog(store: Store, now: number, ages: readonly number[]): Promise<number[]> {
  const { where } = KINDS.review;
  const sliced = { table: 'identities', column: 'decided_at', where, rows: AT_ONCE.cases } as const;
  const counts: number[] = [];
  for (const [index, age] of ages.entries()) {
    const next = ages[index + 1];
    const span = { from: next === undefined ? 0 : now - next + 1, until: now - age + 1 };
    let count = 0;
    for await (const { from, until } of slices(store, sliced, span, nextTurn)) {
      const { rows } = await store.read((db) =>
        sql<{ count: number }>`select count(*) as count from identities
          where ${where} and decided_at >= ${from} and decided_at < ${until}`.execute(db),
      );
      count += rows[0]?.count ?? 0;
    }
    counts.push(count);
  }
  return counts;
}

/** Returns what the console reads of cases and operators. Nothing here writes, and each page is a bounded number of statements. */
export function createCases(store: Store) {
  return {
    /** A page of the queue, the oldest first: three statements. */
    waiting: (query: CaseQuery): Promise<WaitingCase[]> =>
      store.read(async (db) => {
        const found = await places(db, query);
        const all = await records(
          db,
          found.map(({ identity }) => identity),
        );
        return found.flatMap((place) => {
          const record = all.get(place.identity);
          return record === undefined ? [] : [{ ...place, since: Number(place.since), record }];
        });
      }),
    /** How many wait; of those in review at most 100,000 are counted. @param proposedSince older proposals have ended */
    countWaiting: (proposedSince: number) => store.read((db) => countWaiting(db, proposedSince)),
    /** The identities whose account at Jumio has this id. */
    identitiesOfAccount: (accountId: string): Promise<string[]> =>
      store.read(async (db) => {
        const rows = await db
          .selectFrom('verifications')
          .select('identityId')
          .distinct()
          .where('accountId', '=', accountId)
          .limit(20)
          .execute();
        return rows.map(({ identityId }) => identityId);
      }),
    /** The events of operators, the newest first. @param before those older than the event with this id */
    operatorEvents: (limit: number, before?: number) => store.read((db) => operatorEvents(db, before, limit)),
    operatorCounts: (since: number) => operatorsSince(store, since),
    backlog: (now: number, ages: readonly number[]) => backlog(store, now, ages),
  };
}

/** What the console reads of cases and operators. */
export type Cases = ReturnType<typeof createCases>;
