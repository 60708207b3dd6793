import type { PostgresPool } from 'kysely';
import pg from 'pg';

/** Times and counters fit a double; by default pg returns bigint as text. */
const INT8 = 20;

const types = { getTypeParser: (oid: number) => (oid === INT8 ? Number : pg.types.getTypeParser(oid)) };

/**
 * In milliseconds: how long the server runs a statement, how long the client waits for a response, and how long the server
 * keeps the locks of a silent replica. Without the last one a host that vanished would stop every claim.
 */
const TIME_LIMITS = { statement_timeout: 5_000, query_timeout: 6_000, idle_in_transaction_session_timeout: 5_000 };

/** Runs a statement without parameters on one connection. */
export type Query = (statement: string) => Promise<{ readonly rows: readonly unknown[] }>;

/** A pool of connections. */
export interface Connections {
  /** For the query builder. */
  readonly pool: PostgresPool;
  /** Runs a statement on any connection and returns its rows, each an array of its values. */
  rows(statement: string, parameters: readonly unknown[]): Promise<readonly unknown[]>;
}

/** The server holds each prepared statement for each connection: texts beyond these are parsed each time. */
const MOST_PREPARED = 500;

/** Such a statement is not prepared: when a newer replica adds a column its result has another shape, which is an error of a prepared one. */
const EVERY_COLUMN = /(?:\b(?:select|distinct|returning)|,) (?:["\w]+\.)?\*/i;

/** The server has forgotten a prepared statement, or would give it another shape. The connection is of no more use. */
const FORGOTTEN = new Set(['26000', '0A000']);

/** Returns the names under which texts are prepared; undefined: a text is not to be prepared. */
export function createNames(): (statement: string) => string | undefined {
  const names = new Map<string, string>();
  return (statement) => {
    const known = names.get(statement);
    if (known !== undefined || names.size >= MOST_PREPARED || EVERY_COLUMN.test(statement)) return known;
    const name = `ledger_${names.size + 1}`;
    names.set(statement, name);
    return name;
  };
}

/**
 * Opens connections whose statements are prepared once: the server then parses and plans a text once for each connection, which
 * costs it more than running the text.
 * @param max at most so many
 * @param onNew called with each new connection before its first use
 */
export function connect(url: string, max: number, onNew: (query: Query) => Promise<void>): Connections {
  const nameOf = createNames();
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: 2_000,
    ...TIME_LIMITS,
    types,
    // The pool waits for it.
    onConnect: (client): unknown => onNew((statement) => client.query(statement)),
  });
  // Without a listener a broken connection, idle or in use, would end the process. The current or the next query
  // reports it instead.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const named = new WeakMap<pg.PoolClient, pg.PoolClient>();
  const withNames = (client: pg.PoolClient): pg.PoolClient => {
    const known = named.get(client) ?? preparing(client, nameOf);
    named.set(client, known);
    return known;
  };
  return {
    pool: { connect: async () => withNames(await pool.connect()), end: () => pool.end() },
    rows: async (text, parameters) => {
      const { rows } = await pool.query({ ...statementOf(text, [...parameters], nameOf), rowMode: 'array' });
      return rows;
    },
  };
}

type NameOf = ReturnType<typeof createNames>;

/** A statement for the driver; with parameters it is prepared. */
function statementOf(text: string, values: unknown[], nameOf: NameOf): pg.QueryConfig {
  const name = values.length === 0 ? undefined : nameOf(text);
  return name === undefined ? { text, values } : { name, text, values };
}

/** The same client, whose statements with parameters are prepared. */
function preparing(client: pg.PoolClient, nameOf: NameOf): pg.PoolClient {
  let isUseless = false;
  const query = async (text: string, values: unknown[]) => {
    try {
      return await client.query(statementOf(text, values, nameOf));
    } catch (error) {
      isUseless ||= error instanceof pg.DatabaseError && FORGOTTEN.has(error.code ?? '');
      throw error;
    }
  };
  const own: Readonly<Record<string | symbol, unknown>> = { query, release: () => client.release(isUseless) };
  return new Proxy(client, { get: (target, key): unknown => own[key] ?? Reflect.get(target, key) });
}
