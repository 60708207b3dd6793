import type { Kysely } from 'kysely';
import type { Tables } from '../tables.ts';

/** An open database. It holds what differs between SQLite and PostgreSQL, and nothing else. */
export interface Store {
  readonly dialect: Dialect;
  /** Whether this process alone serves from it; never on PostgreSQL. */
  readonly isLocked: boolean;
  /** For building queries; they run in `read` and `write`. */
  readonly db: Kysely<Tables>;
  /** Reads committed data only, and never waits for a write. Rejects with `LedgerUnavailable` if the database fails. */
  readonly read: <T>(work: Work<T>) => Promise<T>;
  /**
   * Returns a read of one row by a key. It runs on the driver itself: prepared once, the row as an array of its values, as the driver
   * gives them. Like `read` it sees committed data only and rejects with `LedgerUnavailable`.
   * @param select the statement without its condition; `Row` is what it selects, the key first
   */
  readonly prepareLookup: <Row extends Keyed>(select: string, key: string) => Lookup<Row>;
  readonly write: Write;
  /** See `Prepare`. Undefined on PostgreSQL, where a transaction has a connection of its own. */
  readonly prepare?: Prepare;
  /**
   * Writes a consistent copy of the whole ledger into a file that must not exist; reads and writes go on meanwhile. Undefined on
   * PostgreSQL, which has tools of its own for that.
   */
  readonly copyTo?: (path: string) => Promise<void>;
  /**
   * Identifies the database and its history, as of the newest connection: another one after a failover or a restore. Undefined
   * on SQLite, which has no such mark.
   */
  lineage(): string | undefined;
  /** The same, read now. */
  readLineage(): Promise<string | undefined>;
  close(): Promise<void>;
}

/** The two databases. */
export type Dialect = 'sqlite' | 'postgres';

/** Reads, or reads and writes in one transaction. It may run twice, so it has no other effect. */
export type Work<T> = (db: Kysely<Tables>) => Promise<T>;

/** A row whose first value is its key. */
export type Keyed = readonly [key: string, ...unknown[]];

/** Reads the row of a key; undefined: there is none. */
export type Lookup<Row> = (key: string) => Promise<Row | undefined>;

/** Returns a statement that runs on the driver itself, inside `write` only. `Row` is what it selects; none if it only writes. */
export type Prepare = <Row extends readonly unknown[] = never>(statement: string) => RunStatement<Row>;

/** Runs a prepared statement in the transaction that `db` is of, and returns its first row. */
export type RunStatement<Row> = (db: Kysely<Tables>, parameters: readonly unknown[]) => Promise<Row | undefined>;

/** Runs work in a transaction and resolves when it is durable. Rejects with `LedgerUnavailable` if nothing was written. */
export type Write = <T>(work: Work<T>) => Promise<T>;

/** Whether the driver gave a row as an array; the statement says of which values. */
export function isRow<Row extends readonly unknown[]>(values: unknown): values is Row {
  return Array.isArray(values);
}
