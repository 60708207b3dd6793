import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { CamelCasePlugin, Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement, sql } from 'kysely';
import Libsql from 'libsql';
import { LedgerUnavailable } from '../../errors.ts';
import type { Tables } from '../tables.ts';
import type { Store, Work, Write } from './store.ts';

/** libsql is synchronous: while it waits for a foreign lock the whole process stands still (docs/reference/ecosystem.md#9-seen-in-a-trial-of-the-whole-core). */
const BUSY_TIMEOUT_MS = 100;

/** It holds links, tokens and the key of the references: nobody else's business. SQLite's files beside it follow it. */
function makeOwn(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
}

function open(path: string): Libsql.Database {
  const database = new Libsql(path);
  database.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`);
  database.exec('pragma journal_mode = wal');
  database.exec('pragma synchronous = full');
  database.exec('pragma foreign_keys = on');
  database.exec('pragma cache_size = -65536');
  return database;
}

/** Keeps each prepared statement: preparing costs more than running one. The set of texts is small and fixed. */
function remembering(database: Libsql.Database): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  const prepare = (text: string): SqliteStatement => {
    const statement = database.prepare<unknown[]>(text);
    const kept: SqliteStatement = {
      reader: statement.reader,
      all: (parameters) => statement.all(...parameters),
      run: (parameters) => statement.run(...parameters),
      iterate: (parameters) => statement.iterate(...parameters),
    };
    statements.set(text, kept);
    return kept;
  };
  return { prepare: (text) => statements.get(text) ?? prepare(text), close: () => database.close() };
}

function kysely(database: Libsql.Database): Kysely<Tables> {
  return new Kysely({
    dialect: new SqliteDialect({ database: remembering(database) }),
    plugins: [new CamelCasePlugin()],
  });
}

/**
 * The embedded ledger, for one process. Two connections: one grouped writer, and a reader that never waits for it
 * and never sees what is not committed.
 * @param path a file's path; its folder is made.
 * @throws LedgerUnavailable where it cannot be opened
 */
export function openSqlite(path: string): Store {
  const [writing, reading] = connect(path);
  const read: Store['read'] = async (work) => {
    try {
      return await work(reading);
    } catch (error) {
      throw unavailable(error);
    }
  };
  const close = async (): Promise<void> => {
    // libsql leaves all that is new in the -wal file; `passive` waits for nobody who is still reading or writing.
    await sql`pragma wal_checkpoint(passive)`.execute(writing).catch(() => undefined);
    await writing.destroy();
    await reading.destroy();
  };
  const copyTo = async (copy: string): Promise<void> => {
    makeOwn(copy);
    try {
      await sql`vacuum into ${copy}`.execute(reading);
    } catch (error) {
      rmSync(copy, { force: true });
      throw error;
    }
  };
  return { dialect: 'sqlite', db: reading, read, write: groupedWriter(writing), copyTo, close };
}

function connect(path: string): [Kysely<Tables>, Kysely<Tables>] {
  try {
    makeOwn(path);
    return [kysely(open(path)), kysely(open(path))];
  } catch (error) {
    const words = error instanceof Error ? error.message : 'unknown';
    throw new LedgerUnavailable(`the SQLite file ${path} cannot be opened: ${words}`, { cause: error });
  }
}

interface Waiting {
  run(db: Kysely<Tables>): Promise<void>;
  settle(): void;
  refuse(error: unknown): void;
}

/** SQLite's own faults (locked, full, unreadable, read-only), not a mistake in a statement. */
function isStorageFault(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB|PERM|AUTH|NOMEM|PROTOCOL)/.test(code);
}

/** The error of a read or a write, as callers are to see it. */
export function unavailable(error: unknown): unknown {
  if (!isStorageFault(error)) return error;
  const words = error instanceof Error ? error.message : 'unknown';
  return new LedgerUnavailable(`the SQLite file cannot be used: ${words}`, { cause: error });
}

async function transaction(db: Kysely<Tables>, group: readonly Waiting[]): Promise<void> {
  await db.connection().execute(async (connection) => {
    await sql`begin immediate`.execute(connection);
    try {
      for (const waiting of group) await waiting.run(connection);
      await sql`commit`.execute(connection);
    } catch (error) {
      await sql`rollback`.execute(connection).catch(() => undefined);
      throw error;
    }
  });
}

function queued<T>(work: Work<T>, resolve: (value: T) => void, refuse: (error: unknown) => void): Waiting {
  let settle = (): void => undefined;
  return {
    refuse,
    settle: () => settle(),
    run: async (db) => {
      const value = await work(db);
      settle = () => resolve(value);
    },
  };
}

/**
 * The one grouped writer for SQLite: whatever was asked for in one turn of the event loop shares one commit, and so one
 * fsync. A storage fault refuses the whole group at once; any other error sends its members through one by one, so that
 * a mistake in one cannot take the others down.
 */
export function groupedWriter(db: Kysely<Tables>): Write {
  let waiting: Waiting[] = [];
  let busy = false;

  async function commit(group: readonly Waiting[]): Promise<void> {
    try {
      await transaction(db, group);
      for (const member of group) member.settle();
    } catch (error) {
      if (group.length === 1 || isStorageFault(error)) for (const member of group) member.refuse(unavailable(error));
      else for (const member of group) await commit([member]);
    }
  }

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      // A turn of the event loop between two groups: requests are read and gates answered, and the next group grows.
      await new Promise((resolve) => setImmediate(resolve));
      const group = waiting;
      waiting = [];
      await commit(group);
    }
    busy = false;
  }

  return (work) =>
    new Promise((resolve, reject) => {
      waiting.push(queued(work, resolve, reject));
      if (busy) return;
      busy = true;
      void drain();
    });
}
