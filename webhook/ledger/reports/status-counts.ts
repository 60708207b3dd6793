import { sql } from 'kysely';
import type { Status } from '../../model.ts';
import type { Store } from '../database/store.ts';

/** Identities that are read at once: a few milliseconds on SQLite, whose reads hold up everything else. */
const PAGE = 1_000;

/** How many identities of a page have a status. */
export interface StatusCount {
  readonly status: Status;
  readonly count: number;
  /** When the first of them was decided, in epoch milliseconds; null: none was. */
  readonly oldest: number | null;
}

interface CountRow extends StatusCount {
  readonly last: string | number;
}

/**
 * Counts the identities by status, page by page. A count of the whole would read every row at once, and there is no index by status;
 * whoever asks waits between two pages as long as it likes. SQLite reads in the order in which the rows are stored, which takes a fraction of the time of an order by ids.
 */
export async function* statusCounts(store: Store): AsyncGenerator<readonly StatusCount[]> {
  const isSqlite = store.dialect === 'sqlite';
  const key = sql.raw(isSqlite ? 'rowid' : 'id');
  for (let after: string | number = isSqlite ? 0 : ''; ; ) {
    const { rows }: { rows: CountRow[] } = await store.read((db) =>
      sql<CountRow>`select status, count(*) as count, min(decided_at) as oldest, max(place) as last
        from (select ${key} as place, status, decided_at from identities where ${key} > ${after} order by ${key} limit ${PAGE}) as page
        group by status`.execute(db),
    );
    yield rows.map(({ status, count, oldest }) => ({ status, count, oldest }));
    if (rows.reduce((sum, { count }) => sum + count, 0) < PAGE) return;
    for (const { last } of rows) if (last > after) after = last;
  }
}
