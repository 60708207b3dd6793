import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { LedgerUnavailable } from '../../errors.ts';
import type { Tables } from '../tables.ts';
import type { Store, Write } from './store.ts';

/** Our times and counters fit a double; pg would hand bigint over as text. */
const INT8 = 20;

/**
 * How long the server tries a statement, then how long we wait for a server that says nothing at all, then how long it
 * keeps the locks of a replica that says nothing. Without the last one a host that vanished would stop every claim.
 */
const TIME_LIMITS = { statement_timeout: 5_000, query_timeout: 6_000, idle_in_transaction_session_timeout: 5_000 };

/** serialization_failure, deadlock_detected: the transaction may simply be run again. */
const AGAIN = new Set(['40001', '40P01']);

const TRIES = 3;

/** Connections per replica. */
const WRITERS = 10;

const READERS = 4;

/**
 * Connection lost or refused, not let in, not the database or the tables that there were, shutting down, out of resources, read-only standby, collided once too often; pool and
 * socket errors carry no SQLSTATE.
 */
function isStorageFault(code: string): boolean {
  return !/^[0-9A-Z]{5}$/.test(code) || /^(08|28|3D|40|53|57|58|25006|25P03|42501|42P01|XX)/.test(code);
}

function unavailable(error: unknown): unknown {
  const code = error instanceof pg.DatabaseError ? (error.code ?? '') : '';
  const fault = error instanceof pg.DatabaseError || isConnectionError(error);
  if (!fault || !isStorageFault(code)) return error;
  return new LedgerUnavailable(`PostgreSQL does not serve: ${wordsOf(error)}`, { cause: error });
}

/** A code where there is one: the message of a refused connection to a name with several addresses is empty. */
function wordsOf(error: Error): string {
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
        const again = error instanceof pg.DatabaseError && AGAIN.has(error.code ?? '');
        if (!again || attempt === TRIES) throw unavailable(error);
      }
    }
  };
}

/** The shared ledger, for several replicas. The server groups concurrent commits by itself. */
export function openPostgres(url: string): Store {
  // Reads have connections of their own: the gate never queues behind callbacks that wait for a lock.
  const [writing, reading] = [connect(url, WRITERS), connect(url, READERS)];
  const close = async (): Promise<void> => {
    await writing.destroy();
    await reading.destroy();
  };
  return { dialect: 'postgres', db: reading, read: reader(reading), write: writer(writing), close };
}

function connect(url: string, max: number): Kysely<Tables> {
  const parsers = { getTypeParser: (oid: number) => (oid === INT8 ? Number : pg.types.getTypeParser(oid)) };
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: 2_000,
    ...TIME_LIMITS,
    types: parsers,
  });
  // Without a listener a connection that breaks would end the process, an idle one as well as one in use; the query
  // that is under way, or the next one, reports it instead.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }), plugins: [new CamelCasePlugin()] });
}
