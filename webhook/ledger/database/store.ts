import type { Kysely } from 'kysely';
import type { Tables } from '../tables.ts';

/** An open database: where it differs from the other one, and nothing else. */
export interface Store {
  readonly dialect: Dialect;
  /** To build queries on; they are run through `read` and `write`. */
  readonly db: Kysely<Tables>;
  /** Committed data only, never waiting for a write. Rejects with `LedgerUnavailable` where the database cannot serve. */
  readonly read: <T>(work: Work<T>) => Promise<T>;
  readonly write: Write;
  /**
   * Writes the whole ledger, as it is at one moment, into a file that must not be there; nobody waits for it. Missing where
   * the database has tools of its own for that.
   */
  readonly copyTo?: (path: string) => Promise<void>;
  close(): Promise<void>;
}

export type Dialect = 'sqlite' | 'postgres';

/** Reads, or reads and writes inside one transaction. It may run twice, so it does nothing else. */
export type Work<T> = (db: Kysely<Tables>) => Promise<T>;

/** Runs work in a transaction and resolves when it is durable. Rejects with `LedgerUnavailable` where nothing was kept. */
export type Write = <T>(work: Work<T>) => Promise<T>;
