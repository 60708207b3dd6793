import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { LedgerUnavailable } from '../errors.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';
import type { Write } from './writer.ts';

/** Our times and counters fit a double; pg would hand bigint over as text. */
const INT8 = 20;

/** A statement that takes longer than this is given up: the gate has one second in all. */
const STATEMENT_TIMEOUT_MS = 5_000;

/** serialization_failure, deadlock_detected: the transaction may simply be run again. */
const AGAIN = new Set(['40001', '40P01']);

/** Connection lost or refused, shutting down, out of resources, read-only standby; pool and socket errors carry no SQLSTATE. */
function isStorageFault(code: string): boolean {
  return !/^[0-9A-Z]{5}$/.test(code) || /^(08|53|57|58|25006|XX)/.test(code);
}

function unavailable(error: unknown): unknown {
  const code = error instanceof pg.DatabaseError ? (error.code ?? '') : '';
  const fault = error instanceof pg.DatabaseError || isConnectionError(error);
  return fault && isStorageFault(code) ? new LedgerUnavailable('PostgreSQL did not answer', { cause: error }) : error;
}

function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return 'code' in error || /timeout|terminated|Connection|ended the pool/i.test(error.message);
}

function writer(db: Kysely<Tables>): Write {
  return async (work) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await db.transaction().execute(work);
      } catch (error) {
        const again = error instanceof pg.DatabaseError && AGAIN.has(error.code ?? '');
        if (!again || attempt === 3) throw unavailable(error);
      }
    }
  };
}

/** The shared ledger, for several replicas. The server groups concurrent commits by itself. */
export function openPostgres(url: string): Store {
  const parsers = { getTypeParser: (oid: number) => (oid === INT8 ? Number : pg.types.getTypeParser(oid)) };
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 2_000,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    types: parsers,
  });
  // Without a listener an idle connection that breaks would end the process; the next query reports it instead.
  pool.on('error', () => undefined);
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }), plugins: [new CamelCasePlugin()] });
  return { dialect: 'postgres', writing: db, reading: db, write: writer(db), close: () => db.destroy() };
}
