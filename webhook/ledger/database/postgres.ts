import { CamelCasePlugin, CompiledQuery, type DatabaseConnection, Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { LedgerUnavailable } from '../../errors.ts';
import type { Tables } from '../tables.ts';
import type { Store, Write } from './store.ts';

/** Times and counters fit a double; by default pg returns bigint as text. */
const INT8 = 20;

/**
 * In milliseconds: how long the server runs a statement, how long the client waits for a response, and how long the server
 * keeps the locks of a silent replica. Without the last one a host that vanished would stop every claim.
 */
const TIME_LIMITS = { statement_timeout: 5_000, query_timeout: 6_000, idle_in_transaction_session_timeout: 5_000 };

/** serialization_failure, deadlock_detected: the transaction may run again. */
const RETRYABLE = new Set(['40001', '40P01']);

const TRIES = 3;

/** Connections per replica. */
const WRITERS = 10;

const READERS = 4;

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

function reader(db: Kysely<Tables>): Store['read'] {
  return async (work) => {
    try {
      return await work(db);
    } catch (error) {
      throw unavailable(error);
    }
  };
}

function writer(db: Kysely<Tables>): Write {
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
  const onLineage = (current: string): void => {
    lineage = current;
  };
  const [writing, reading] = [connect(url, WRITERS, onLineage), connect(url, READERS, onLineage)];
  const close = async (): Promise<void> => {
    await writing.destroy();
    await reading.destroy();
  };
  const [read, write] = [reader(reading), writer(writing)];
  const readLineage = async (): Promise<string | undefined> => {
    lineage = await read((db) => lineageOf((query) => sql.raw<LineageRow>(query).execute(db)));
    return lineage;
  };
  return { dialect: 'postgres', isLocked: false, db: reading, read, write, lineage: () => lineage, readLineage, close };
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

interface LineageRow {
  readonly lineage: string | null;
}

/** Undefined: there are no tables yet, or the connection is broken: then what it is for fails, too. */
async function lineageOf(run: (query: string) => Promise<{ readonly rows: readonly LineageRow[] }>) {
  for (const query of LINEAGE) {
    try {
      return (await run(query)).rows[0]?.lineage ?? undefined;
    } catch {
      // The next query, or none.
    }
  }
  return undefined;
}

function connect(url: string, max: number, onLineage: (lineage: string) => void): Kysely<Tables> {
  const parsers = { getTypeParser: (oid: number) => (oid === INT8 ? Number : pg.types.getTypeParser(oid)) };
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: 2_000,
    ...TIME_LIMITS,
    types: parsers,
  });
  // Without a listener a broken connection, idle or in use, would end the process. The current or the next query
  // reports it instead.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const onCreateConnection = async (connection: DatabaseConnection): Promise<void> => {
    const lineage = await lineageOf((query) => connection.executeQuery<LineageRow>(CompiledQuery.raw(query)));
    if (lineage !== undefined) onLineage(lineage);
  };
  return new Kysely<Tables>({
    dialect: new PostgresDialect({ pool, onCreateConnection }),
    plugins: [new CamelCasePlugin()],
  });
}
