import { type CompiledQuery, type Kysely, sql } from 'kysely';
import type { Dialect } from './database/store.ts';
import type { BudgetName, Tables } from './tables.ts';

/** A table with due times: `identities` itself, or one whose rows name their identity in `identity_id`. */
type DueTable = 'identities' | 'verifications';

/**
 * The columns of a table that hold due times: epoch milliseconds, null while nothing is due. `jumioDue` is none of them:
 * it is the minimum of an identity's verifications, computed for reports.
 */
type DueColumn<Table extends DueTable> = Exclude<Extract<keyof Tables[Table], `${string}Due`>, 'jumioDue'>;

/**
 * One kind of due work as the ledger sees it: where it is due, and what a claim takes for it. The list of all kinds is
 * `verification/jobs.ts`. A row with a due time must match a job of its column: otherwise `nextDue` names a time at which
 * nothing can be claimed.
 */
export interface DueJobIn<Table extends DueTable> {
  readonly name: string;
  readonly table: Table;
  readonly column: DueColumn<Table>;
  /** Text columns that must have these values; never null ones. */
  readonly where?: Readonly<Partial<Tables[Table]>>;
  /** Text columns that must not have these values. */
  readonly whereNot?: Readonly<Partial<Tables[Table]>>;
  /** The budget that each run takes a token of, and whose pause holds the job back. Null: neither rate nor pause. */
  readonly budget: BudgetName | null;
  /** While its budget is paused for a reason a single run is the probe: the first row in the order of these columns. */
  readonly probeOrder?: readonly (keyof Tables[Table])[];
}

export type DueJob = { [Table in DueTable]: DueJobIn<Table> }[DueTable];

/** Finds the identities for which a job is due: those first whose person waits on a page, then the longest due. */
export interface DueQueries {
  readonly due: DueQuery;
  /** In the order of `probeOrder`. */
  readonly probe: DueQuery;
}

type DueQuery = (on: Kysely<Tables>, now: number, limit: number) => Promise<string[]>;

function conditionsOf({ where = {}, whereNot = {} }: DueJob, alias: string) {
  const equal = Object.entries(where).map(
    ([column, value]) => sql`${sql.ref(`${alias}.${column}`)} = ${sql.lit(value)}`,
  );
  const unequal = Object.entries(whereNot).map(
    ([column, value]) => sql`${sql.ref(`${alias}.${column}`)} <> ${sql.lit(value)}`,
  );
  return [...equal, ...unequal];
}

function prepare(db: Kysely<Tables>, dialect: Dialect, job: DueJob, isProbe: boolean): DueQuery {
  const isIdentity = job.table === 'identities';
  const alias = isIdentity ? 'i' : 'd';
  const due = sql.ref(`${alias}.${job.column}`);
  const from = isIdentity
    ? sql`identities i`
    : sql`${sql.table(job.table)} d join identities i on i.id = d.identity_id`;
  const conditions = sql.join(
    [sql`${due} <= ${0}`, ...conditionsOf(job, alias), sql`i.leased_until <= ${0}`],
    sql` and `,
  );
  const probeOrder = isProbe ? job.probeOrder?.map((column) => sql.ref(`${alias}.${column}`)) : undefined;
  const order = probeOrder === undefined ? sql`i.priority desc, ${due}` : sql.join(probeOrder);
  const lock = dialect === 'postgres' ? sql`for update of i skip locked` : sql``;
  const query: CompiledQuery<{ id: string }> = sql<{ id: string }>`select i.id from ${from} where ${conditions}
    order by ${order} limit ${0} ${lock}`.compile(db);
  return async (on, now, limit) => {
    const { rows } = await on.executeQuery<{ id: string }>({ ...query, parameters: [now, now, limit] });
    return [...new Set(rows.map(({ id }) => id))];
  };
}

/** The queries of each job, built once: building one costs more than running it. */
export function createDueQueries(db: Kysely<Tables>, dialect: Dialect): (job: DueJob) => DueQueries {
  const known = new WeakMap<DueJob, DueQueries>();
  return (job) => {
    const queries = known.get(job) ?? {
      due: prepare(db, dialect, job, false),
      probe: prepare(db, dialect, job, true),
    };
    known.set(job, queries);
    return queries;
  };
}

/** A job, and the earliest time at which it is due for any row, in epoch milliseconds. */
export interface NextDue<Job extends DueJob> {
  readonly job: Job;
  readonly at: number;
}

interface ColumnDue {
  readonly name: string;
  readonly due: number | null;
}

/** Reads the next due time of each job, the earliest first; a job that is due for no row is left out. Its query is built once for each list. */
export function createNextDue(db: Kysely<Tables>) {
  const known = new WeakMap<readonly DueJob[], CompiledQuery<ColumnDue>>();
  return async <Job extends DueJob>(on: Kysely<Tables>, jobs: readonly Job[]): Promise<NextDue<Job>[]> => {
    const query = known.get(jobs) ?? nextDueQuery(db, jobs);
    known.set(jobs, query);
    const { rows } = await on.executeQuery(query);
    const times = new Map(rows.map(({ name, due }) => [name, due]));
    return jobs
      .flatMap((job) => {
        const at = times.get(columnOf(job)) ?? undefined;
        return at === undefined ? [] : [{ job, at }];
      })
      .sort((one, other) => one.at - other.at);
  };
}

/** Jobs of one column share its due times. */
function columnOf({ table, column }: DueJob): string {
  return `${table}.${column}`;
}

function nextDueQuery(db: Kysely<Tables>, jobs: readonly DueJob[]): CompiledQuery<ColumnDue> {
  const columns = new Map(jobs.map((job) => [columnOf(job), job]));
  const earliest = [...columns].map(([name, { table, column }]) => {
    const due = sql.ref(column);
    return sql`select ${sql.lit(name)} as name, min(${due}) as due from ${sql.table(table)} where ${due} is not null`;
  });
  return sql<ColumnDue>`${sql.join(earliest, sql` union all `)}`.compile(db);
}
