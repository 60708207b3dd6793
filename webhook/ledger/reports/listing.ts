import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Status } from '../../model.ts';
import type { Store } from '../database/store.ts';
import type { Tables } from '../tables.ts';

/** Rows per query: memory stays bounded. */
const PAGE = 500;

const HOUR_MS = 3_600_000;

/** One entry of a list: an identity. */
export interface Listed {
  readonly identity: string;
  /** Since when, in epoch milliseconds. */
  readonly since: number;
  /** A status, or the last error; null if there is neither. */
  readonly detail: string | null;
}

/** Why an identity needs an operator: the published kinds of `list --stuck`. */
export type ProblemKind =
  | 'publish_stuck'
  | 'gone'
  | 'parked'
  | 'not_created'
  | 'unreadable'
  | 'contradiction'
  | 'late_pass'
  | 'eid_unread'
  | 'erase_owed';

type PageQuery = (after: string, now: number) => RawBuilder<Listed>;

/** One query per kind, in the order of the identities, so that a page begins behind the last one. */
const PROBLEMS: Readonly<Record<ProblemKind, PageQuery>> = {
  publish_stuck: (after) => sql`select id as identity, changed_at as since, status as detail from identities
    where publish_refused and id > ${after} order by id limit ${PAGE}`,
  gone: (after) => sql`select id as identity, coalesce(missing_since, changed_at) as since, status as detail
    from identities where deleted_in_kratos and id > ${after} order by id limit ${PAGE}`,
  parked: (after) => sql`select identity_id as identity, min(requested_at) as since, max(last_error) as detail
    from verifications where create_refused and identity_id > ${after}
    group by identity_id order by identity_id limit ${PAGE}`,
  not_created: (after) => sql`select identity_id as identity, min(requested_at) as since, max(last_error) as detail
    from verifications where state = 'requested' and read_due is not null and not create_refused and attempts >= 3 and identity_id > ${after}
    group by identity_id order by identity_id limit ${PAGE}`,
  unreadable: (after) => sql`select v.identity_id as identity, min(v.requested_at) as since, max(v.last_error) as detail
    from verifications v join identities i on i.id = v.identity_id
    where i.erased_at is null and v.state <> 'requested' and v.read_due is not null and v.last_error is not null
      and (v.attempts >= 3 or v.last_error in ('foreign-result', 'unknown-status')) and v.identity_id > ${after}
    group by v.identity_id order by v.identity_id limit ${PAGE}`,
  contradiction: (after) => sql`select e.identity_id as identity, max(e.at) as since, max(i.status) as detail
    from events e join identities i on i.id = e.identity_id
    where e.kind = 'contradiction' and e.at >= i.changed_at and e.identity_id > ${after}
    group by e.identity_id order by e.identity_id limit ${PAGE}`,
  late_pass: (after) => sql`select id as identity, late_pass_at as since, status as detail from identities
    where late_pass_at is not null and id > ${after} order by id limit ${PAGE}`,
  eid_unread: (after, now) => sql`select id as identity, eid_reported_since as since, status as detail from identities
    where eid_check <> 'none' and not deleted_in_kratos and eid_failures > 0 and eid_reported_since <= ${now - HOUR_MS}
      and id > ${after} order by id limit ${PAGE}`,
  erase_owed: (after, now) => sql`select id as identity, erased_at as since, status as detail from identities
    where erased_at <= ${now - HOUR_MS} and (jumio_due is not null or (published < version and not deleted_in_kratos))
      and id > ${after} order by id limit ${PAGE}`,
};

/** In the order in which they are listed. */
const PROBLEM_KINDS: readonly ProblemKind[] = [
  'publish_stuck',
  'gone',
  'parked',
  'not_created',
  'unreadable',
  'contradiction',
  'late_pass',
  'eid_unread',
  'erase_owed',
];

async function* pages(
  store: Store,
  page: (after: string) => RawBuilder<Listed>,
  most = Number.POSITIVE_INFINITY,
): AsyncGenerator<Listed> {
  for (let after = '', left = most; ; ) {
    const { rows } = await store.read((db: Kysely<Tables>) => page(after).execute(db));
    yield* rows.slice(0, left);
    left -= rows.length;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE || left <= 0) return;
    after = last.identity;
  }
}

/** Returns the lists of identities; each is streamed in the order of their ids. */
export function createListing(store: Store) {
  return {
    /** Every identity of a status. */
    withStatus: (status: Status) =>
      pages(
        store,
        (after) => sql`select id as identity, changed_at as since, standing as detail from identities
          where status = ${status} and id > ${after} order by id limit ${PAGE}`,
      ),
    /** Every identity that needs an operator, kind by kind; an identity with two problems is listed twice. @param most of each kind */
    async *problems(now: number, most?: number): AsyncGenerator<Listed & { readonly kind: ProblemKind }> {
      for (const kind of PROBLEM_KINDS)
        for await (const listed of pages(store, (after) => PROBLEMS[kind](after, now), most)) yield { ...listed, kind };
    },
  };
}
