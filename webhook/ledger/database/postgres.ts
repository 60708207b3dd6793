import { CamelCasePlugin, Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { z } from 'zod';
import { LedgerUnavailable } from '../../errors.ts';
import type { Tables } from '../tables.ts';
import { perTurn } from './per-turn.ts';
import { type Connections, connect, type Query } from './postgres-connections.ts';
import { isRow, type Keyed, type Lookup, type Store, type Write } from './store.ts';

/** serialization_failure, deadlock_detected: the transaction may run again. */
const RETRYABLE = new Set(['40001', '40P01']);

const TRIES = 3;

/** Connections per replica. */
const WRITERS = 10;

const READERS = 4;

/** Rows that one statement reads. */
const MOST_KEYS = 1_000;

/**
 * Whether a code means that the database cannot be used: connection lost or refused, authentication failed, database or table
 * missing, shutting down, out of resources, read-only standby, too many collisions. Errors of pool and socket have no SQLSTATE.
 */
function isStorageFault(code: string): boolean {
  return !/^[0-9A-Z]{5}$/.test(code) || /^(08|28|3D|40|53|57|58|25006|25P03|42501|42P01|XX)/.test(code);
}

function unavailable(error: unknown): unknown {
  const code = error instanceof pg.DatabaseError ? (error.code ?? '') : '';
  const fault = error instanceof pg.DatabaseError || isConnectionError(error);
  if (!fault || !isStorageFault(code)) return error;
  return new LedgerUnavailable(`PostgreSQL does not serve: ${messageOf(error)}`, { cause: error });
}

/** Prefers the code: the message of a refused connection to a name with several addresses is empty. */
function messageOf(error: Error): string {
  if (error instanceof pg.DatabaseError) return `${error.code} ${error.message}`;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}

function isConnectionError(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return 'code' in error || /timeout|terminated|Connection|ended the pool/i.test(error.message);
}

function readerOf(db: Kysely<Tables>): Store['read'] {
  return async (work) => {
    try {
      return await work(db);
    } catch (error) {
      throw unavailable(error);
    }
  };
}

function writerOf(db: Kysely<Tables>): Write {
  return async (work) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await db.transaction().execute(work);
      } catch (error) {
        const isRetryable = error instanceof pg.DatabaseError && RETRYABLE.has(error.code ?? '');
        if (!isRetryable || attempt === TRIES) throw unavailable(error);
      }
    }
  };
}

/** Opens the shared ledger, for several replicas. The server groups concurrent commits itself. */
export function openPostgres(url: string): Store {
  // Reads have their own connections: the gate never queues behind callbacks that wait for a lock.
  let lineage: string | undefined;
  const onNew = async (query: Query): Promise<void> => {
    const current = await lineageOf(query);
    if (current !== undefined) lineage = current;
  };
  const [writer, reader] = [connect(url, WRITERS, onNew), connect(url, READERS, onNew)];
  const [writing, reading] = [kysely(writer), kysely(reader)];
  const close = async (): Promise<void> => {
    await writing.destroy();
    await reading.destroy();
  };
  const [read, write] = [readerOf(reading), writerOf(writing)];
  const readLineage = async (): Promise<string | undefined> => {
    lineage = await read((db) => lineageOf((query) => sql.raw(query).execute(db)));
    return lineage;
  };
  const prepareLookup: Store['prepareLookup'] = (select, key) => lookup(reader, `${select} where ${key} = any($1)`);
  const ofLineage = { lineage: () => lineage, readLineage };
  return { dialect: 'postgres', isLocked: false, db: reading, read, write, prepareLookup, ...ofLineage, close };
}

/**
 * A promoted standby is on another timeline; a dump that was restored has another table, database or server. Not every
 * service that speaks PostgreSQL's protocol has timelines: then the table alone counts.
 */
const LINEAGE = [
  `select s.system_identifier || ' ' || left(pg_walfile_name(pg_current_wal_lsn()), 8) || ' ' ||
    to_regclass('settings')::oid as lineage from pg_control_system() s`,
  `select to_regclass('settings')::oid::text as lineage`,
] as const;

const lineageRow = z.object({ lineage: z.string().nullable() });

/** Undefined: there are no tables yet, or the connection is broken: then what it is for fails, too. */
async function lineageOf(run: Query): Promise<string | undefined> {
  for (const query of LINEAGE) {
    try {
      return lineageRow.parse((await run(query)).rows[0]).lineage ?? undefined;
    } catch {
      // The next query, or none.
    }
  }
  return undefined;
}

function kysely({ pool }: Connections): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }), plugins: [new CamelCasePlugin()] });
}

/** All keys that are asked for in one turn of the event loop are one statement. */
function lookup<Row extends Keyed>(connections: Connections, statement: string): Lookup<Row> {
  return perTurn(MOST_KEYS, async (keys) => {
    try {
      const rows = await connections.rows(statement, [[...new Set(keys)]]);
      const found = new Map(rows.filter((row) => isRow<Row>(row)).map((row) => [row[0], row]));
      return keys.map((key) => found.get(key));
    } catch (error) {
      throw unavailable(error);
    }
  });
}
