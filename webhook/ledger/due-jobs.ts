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
 * `verification/jobs.ts`. A row with a due time that matches no job of its column is never claimed.
 */
export interface DueJobIn<Table extends DueTable> {
  readonly name: string;
  readonly table: Table;
  readonly column: DueColumn<Table>;
  /** Text columns that must have these values. They must not be nullable. */
  readonly where?: Readonly<Partial<Tables[Table]>>;
  /** Text columns that must not have these values. They must not be nullable: `<>` would drop rows with null. */
  readonly whereNot?: Readonly<Partial<Tables[Table]>>;
  /** The budget that each run takes a token of, and whose pause holds the job back. Null: neither rate nor pause. */
  readonly budget: BudgetName | null;
  /**
   * A budget can be paused with a reason, which an operator must fix (budgets.ts). Then one run at a time is tried, the trial: that of
   * the first row by these columns.
   */
  readonly trialOrder?: readonly (keyof Tables[Table])[];
}

export type DueJob = { [Table in DueTable]: DueJobIn<Table> }[DueTable];

/** Finds the identities for which a job is due: those first whose person waits on a page, then the longest due. */
export interface DueQueries {
  readonly due: DueQuery;
  /** In the order of `trialOrder`. */
  readonly trial: DueQuery;
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

type DueIdsQuery = CompiledQuery<{ id: string }>;

/** Stands for a value that `idsOf` binds: now, now and the limit, in this order. */
const BOUND_LATER = 0;

/**
 * Builds the query of a job. It reads one index in the order that it returns, so its cost does not grow with the backlog: with
 * ten thousand reads due, sorting them at each claim kept the gate waiting for seconds. `cross join` fixes the order of
 * the tables on SQLite.
 */
function compile(db: Kysely<Tables>, dialect: Dialect, job: DueJob, which: 'priority' | 'due' | 'trial'): DueIdsQuery {
  const isIdentity = job.table === 'identities';
  const isPriority = which === 'priority';
  const alias = isIdentity ? 'i' : 'd';
  const column = sql.ref(`${alias}.${job.column}`);
  // The few with priority are read by their own index: `+` keeps SQLite from using the index of the due time.
  const due = isPriority ? sql`+${column}` : column;
  const tables = [sql`identities i`, ...(isIdentity ? [] : [sql`${sql.table(job.table)} d`])];
  const conditions = [
    ...(isPriority ? [sql`i.priority`] : []),
    sql`${due} <= ${BOUND_LATER}`,
    ...(isIdentity ? [] : [sql`i.id = d.identity_id`]),
    ...conditionsOf(job, alias),
    sql`i.leased_until <= ${BOUND_LATER}`,
  ];
  const trialOrder = which === 'trial' ? job.trialOrder?.map((name) => sql.ref(`${alias}.${name}`)) : undefined;
  const lock = dialect === 'postgres' ? sql`for update of i skip locked` : sql``;
  return sql<{ id: string }>`select i.id from ${sql.join(isPriority ? tables : tables.toReversed(), sql` cross join `)}
    where ${sql.join(conditions, sql` and `)} order by ${sql.join(trialOrder ?? [due])} limit ${BOUND_LATER} ${lock}`.compile(
    db,
  );
}

async function idsOf(on: Kysely<Tables>, query: DueIdsQuery, now: number, limit: number): Promise<string[]> {
  const { rows } = await on.executeQuery<{ id: string }>({ ...query, parameters: [now, now, limit] });
  return rows.map(({ id }) => id);
}

function prepare(db: Kysely<Tables>, dialect: Dialect, job: DueJob): DueQueries {
  const [priority, due, trial] = [
    compile(db, dialect, job, 'priority'),
    compile(db, dialect, job, 'due'),
    compile(db, dialect, job, 'trial'),
  ];
  return {
    due: async (on, now, limit) => {
      const first = await idsOf(on, priority, now, limit);
      const rest = first.length < limit ? await idsOf(on, due, now, limit) : [];
      return [...new Set([...first, ...rest])].slice(0, limit);
    },
    trial: (on, now, limit) => idsOf(on, trial, now, limit),
  };
}

/** The queries of each job, built once: building one costs more than running it. */
export function createDueQueries(db: Kysely<Tables>, dialect: Dialect): (job: DueJob) => DueQueries {
  const known = new WeakMap<DueJob, DueQueries>();
  return (job) => {
    const queries = known.get(job) ?? prepare(db, dialect, job);
    known.set(job, queries);
    return queries;
  };
}

/** A job, and the earliest time at which it is due for any row, in epoch milliseconds. */
export interface NextDue<Job extends DueJob> {
  readonly job: Job;
  readonly at: number;
}

interface JobDue {
  readonly name: string;
  readonly due: number | null;
}

/** Reads the next due time of each job, the earliest first; a job that is due for no row is left out. Its query is built once for each list. */
export function createNextDue(db: Kysely<Tables>) {
  const known = new WeakMap<readonly DueJob[], CompiledQuery<JobDue>>();
  return async <Job extends DueJob>(on: Kysely<Tables>, jobs: readonly Job[]): Promise<NextDue<Job>[]> => {
    const query = known.get(jobs) ?? nextDueQuery(db, jobs);
    known.set(jobs, query);
    const { rows } = await on.executeQuery(query);
    const times = new Map(rows.map(({ name, due }) => [name, due]));
    return jobs
      .flatMap((job) => {
        const at = times.get(job.name) ?? undefined;
        return at === undefined ? [] : [{ job, at }];
      })
      .sort((one, other) => one.at - other.at);
  };
}

function nextDueQuery(db: Kysely<Tables>, jobs: readonly DueJob[]): CompiledQuery<JobDue> {
  const earliest = jobs.map((job) => {
    const due = sql.ref(job.column);
    const conditions = sql.join([sql`${due} is not null`, ...conditionsOf(job, job.table)], sql` and `);
    return sql`select ${sql.lit(job.name)} as name, min(${due}) as due from ${sql.table(job.table)} where ${conditions}`;
  });
  return sql<JobDue>`${sql.join(earliest, sql` union all `)}`.compile(db);
}

/** What is due of a job at this moment. */
export interface Backlog {
  readonly job: string;
  /** At most `MOST_COUNTED`: more are not counted. */
  readonly due: number;
  /** When the first became due, in epoch milliseconds; null: nothing is due. */
  readonly since: number | null;
}

/** Counting a whole backlog of a million rows would hold up everything else on SQLite for a second. */
export const MOST_COUNTED = 10_000;

/** Reads what is due of each job. The rows of a leased identity are due again when the lease ends, and are not counted meanwhile. */
export async function backlogOf(db: Kysely<Tables>, jobs: readonly DueJob[], now: number): Promise<Backlog[]> {
  const counts = jobs.map((job) => {
    const due = sql.ref(job.column);
    const conditions = sql.join([sql`${due} <= ${now}`, ...conditionsOf(job, job.table)], sql` and `);
    const first = sql`select ${due} as due from ${sql.table(job.table)} where ${conditions} order by ${due} limit ${MOST_COUNTED}`;
    return sql`select ${sql.lit(job.name)} as job, count(*) as due, min(due) as since from (${first}) as ${sql.id(job.name)}`;
  });
  const { rows } = await sql<Backlog>`${sql.join(counts, sql` union all `)}`.execute(db);
  return rows;
}
