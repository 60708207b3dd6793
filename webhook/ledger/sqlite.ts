import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { CamelCasePlugin, Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement, sql } from 'kysely';
import Libsql from 'libsql';
import { LedgerUnavailable } from '../errors.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';
import { groupedWriter, unavailable } from './writer.ts';

/** libsql is synchronous: while it waits for a foreign lock the whole process stands still (ecosystem.md §9). */
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
