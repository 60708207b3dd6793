import { rmSync } from 'node:fs';
import { CamelCasePlugin, Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement, sql } from 'kysely';
import Libsql from 'libsql';
import { LedgerUnavailable } from '../../errors.ts';
import type { Tables } from '../tables.ts';
import { lockFile } from './file-lock.ts';
import { createPrivateFile } from './private-file.ts';
import { isRow, type Keyed, type Lookup, type RunStatement, type Store, type Work, type Write } from './store.ts';

/** libsql is synchronous: while it waits for the lock of another process, this process serves no request (docs/reference/ecosystem.md#9-seen-in-a-trial-of-the-whole-core). */
const BUSY_TIMEOUT_MS = 100;

/** SQLite copies its log into the file after so many pages; by default after 1,000, which costs each callback a tenth more processor time. The log then takes 16 MB. */
const CHECKPOINT_PAGES = 4_000;

function open(path: string): Libsql.Database {
  const database = new Libsql(path);
  database.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`);
  database.exec('pragma journal_mode = wal');
  database.exec('pragma synchronous = full');
  database.exec('pragma foreign_keys = on');
  database.exec('pragma cache_size = -65536');
  database.exec(`pragma wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  return database;
}

/** Nothing in a file shows that it was restored from a copy. */
const NO_LINEAGE: Pick<Store, 'lineage' | 'readLineage'> = {
  lineage: () => undefined,
  readLineage: async () => undefined,
};

/** SQLite has no booleans: they are bound as 1 and 0. */
function toStored(value: unknown): unknown {
  return typeof value === 'boolean' ? Number(value) : value;
}

/** Turns 1 and 0 in these columns into booleans. The driver made the row for this call, so it is changed in place. */
function withBooleans(row: unknown, columns: readonly string[]): unknown {
  if (typeof row === 'object' && row !== null)
    for (const column of columns) Reflect.set(row, column, Reflect.get(row, column) === 1);
  return row;
}

function prepareStatement(database: Libsql.Database, text: string): SqliteStatement {
  const statement = database.prepare<unknown[]>(text);
  const columns = statement.reader ? statement.columns() : [];
  const booleans = columns.filter(({ type }) => type === 'boolean').map(({ name }) => name);
  const all = (parameters: readonly unknown[]): unknown[] => {
    const rows = statement.all(...parameters.map(toStored));
    return booleans.length === 0 ? rows : rows.map((row) => withBooleans(row, booleans));
  };
  return {
    reader: statement.reader,
    all,
    run: (parameters) => statement.run(...parameters.map(toStored)),
    iterate: (parameters) => all(parameters).values(),
  };
}

/** Caches prepared statements: preparing one costs more than running it. The set of texts is small and fixed. */
function withStatementCache(database: Libsql.Database): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  const prepare = (text: string): SqliteStatement => {
    const statement = statements.get(text) ?? prepareStatement(database, text);
    statements.set(text, statement);
    return statement;
  };
  return { prepare, close: () => database.close() };
}

function kysely(database: Libsql.Database): Kysely<Tables> {
  return new Kysely({
    dialect: new SqliteDialect({ database: withStatementCache(database) }),
    plugins: [new CamelCasePlugin()],
  });
}

/**
 * Opens the embedded ledger, for one process, with two connections: one grouped writer, and a reader that never waits for
 * the writer and sees committed data only.
 * @param path the path of the file; its folder is created
 * @param locks no other process may lock it before it is closed
 * @throws LedgerUnavailable if it cannot be opened, LedgerInUse if another process has locked it
 */
export function openSqlite(path: string, locks = false): Store {
  const unlock = locks ? lockFile(path) : undefined;
  const [writer, reader] = connect(path, unlock);
  const [writing, reading] = [kysely(writer), kysely(reader)];
  const read: Store['read'] = async (work) => {
    try {
      return await work(reading);
    } catch (error) {
      throw unavailable(error);
    }
  };
  const close = async (): Promise<void> => {
    // libsql leaves new data in the -wal file. `passive` does not wait for other readers or writers.
    await sql`pragma wal_checkpoint(passive)`.execute(writing).catch(() => undefined);
    await writing.destroy();
    await reading.destroy();
    unlock?.();
  };
  const copyTo = async (copy: string): Promise<void> => {
    createPrivateFile(copy);
    try {
      await sql`vacuum into ${copy}`.execute(reading);
    } catch (error) {
      rmSync(copy, { force: true });
      throw error;
    }
  };
  const write = groupedWriter(writing);
  const prepared: Pick<Store, 'prepare' | 'prepareLookup'> = {
    prepareLookup: (select, key) => lookup(reader, `${select} where ${key} = ?`),
    prepare: (statement) => statementRunner(writer, statement),
  };
  return { dialect: 'sqlite', isLocked: locks, db: reading, read, write, copyTo, ...prepared, ...NO_LINEAGE, close };
}

/** @param unlock called where it cannot be opened */
function connect(path: string, unlock?: () => void): [Libsql.Database, Libsql.Database] {
  try {
    createPrivateFile(path);
    return [open(path), open(path)];
  } catch (error) {
    unlock?.();
    const message = error instanceof Error ? error.message : 'unknown';
    throw new LedgerUnavailable(`the SQLite file ${path} cannot be opened: ${message}`, { cause: error });
  }
}

/** Runs a statement on the driver and returns its first row. It is prepared at its first use, when there are tables. */
function firstRow<Row extends readonly unknown[]>(database: Libsql.Database, text: string) {
  let prepared: { readonly statement: Libsql.Statement<unknown[]>; readonly isReader: boolean } | undefined;
  const prepare = () => {
    const statement = database.prepare<unknown[]>(text);
    return { statement: statement.reader ? statement.raw() : statement, isReader: statement.reader };
  };
  return (parameters: readonly unknown[]): Row | undefined => {
    prepared ??= prepare();
    const { statement, isReader } = prepared;
    const values = isReader ? statement.get(parameters) : statement.run(parameters);
    return isRow<Row>(values) ? values : undefined;
  };
}

function lookup<Row extends Keyed>(database: Libsql.Database, text: string): Lookup<Row> {
  const first = firstRow<Row>(database, text);
  return async (key) => {
    try {
      return first([key]);
    } catch (error) {
      throw unavailable(error);
    }
  };
}

/** All writes of a group are in the one transaction of the connection. */
function statementRunner<Row extends readonly unknown[]>(database: Libsql.Database, text: string): RunStatement<Row> {
  const first = firstRow<Row>(database, text);
  return async (_db, parameters) => first(parameters);
}

interface PendingWrite {
  run(db: Kysely<Tables>): Promise<void>;
  resolve(): void;
  reject(error: unknown): void;
}

/** Whether the error is a fault of the storage (locked, full, unreadable, read-only), not of a statement. */
function isStorageFault(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB|PERM|AUTH|NOMEM|PROTOCOL)/.test(code);
}

/** The error that callers get: `LedgerUnavailable` for a fault of the storage, any other as it is. */
export function unavailable(error: unknown): unknown {
  if (!isStorageFault(error)) return error;
  const message = error instanceof Error ? error.message : 'unknown';
  return new LedgerUnavailable(`the SQLite file cannot be used: ${message}`, { cause: error });
}

async function transaction(db: Kysely<Tables>, group: readonly PendingWrite[]): Promise<void> {
  await db.connection().execute(async (connection) => {
    await sql`begin immediate`.execute(connection);
    try {
      for (const pending of group) await pending.run(connection);
      await sql`commit`.execute(connection);
    } catch (error) {
      await sql`rollback`.execute(connection).catch(() => undefined);
      throw error;
    }
  });
}

function toPendingWrite<T>(work: Work<T>, onDone: (value: T) => void, reject: (error: unknown) => void): PendingWrite {
  let resolve = (): void => undefined;
  return {
    reject,
    resolve: () => resolve(),
    run: async (db) => {
      const value = await work(db);
      resolve = () => onDone(value);
    },
  };
}

/**
 * Writes in one commit. The service serves nothing while it commits, and a write takes up to some milliseconds: without a
 * limit five thousand sign-ups at the same moment would be one group, and the gate would answer none before it is written.
 */
const MOST_IN_GROUP = 50;

/**
 * How long a group may grow while every turn of the event loop brings another write. The loop accepts one connection a turn: in
 * a rush of new ones a commit between any two would let the last wait for all the commits.
 */
const LONGEST_PAUSE_MS = 500;

/**
 * Returns the grouped writer of SQLite: up to 50 waiting writes share one commit, and so one fsync. A fault
 * of the storage rejects all that wait at once. After any other error the writes run one by one, so that a mistake in
 * one cannot fail the others.
 */
export function groupedWriter(db: Kysely<Tables>): Write {
  const queue: PendingWrite[] = [];
  let busy = false;

  async function commit(group: readonly PendingWrite[]): Promise<void> {
    try {
      await transaction(db, group);
      for (const member of group) member.resolve();
    } catch (error) {
      if (isStorageFault(error)) for (const member of [...group, ...queue.splice(0)]) member.reject(unavailable(error));
      else if (group.length === 1) group[0]?.reject(error);
      else for (const member of group) await commit([member]);
    }
  }

  /** Waits until a turn of the event loop brings no other write, or for `LONGEST_PAUSE_MS`. */
  async function gather(): Promise<void> {
    const end = performance.now() + LONGEST_PAUSE_MS;
    let known = -1;
    while (queue.length > known && performance.now() < end) {
      known = queue.length;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async function drain(): Promise<void> {
    while (queue.length > 0) {
      await gather();
      await commit(queue.splice(0, MOST_IN_GROUP));
    }
    busy = false;
  }

  return (work) =>
    new Promise((resolve, reject) => {
      queue.push(toPendingWrite(work, resolve, reject));
      if (busy) return;
      busy = true;
      void drain();
    });
}
