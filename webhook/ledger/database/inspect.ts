import { stat } from 'node:fs/promises';
import Libsql from 'libsql';
import pg from 'pg';
import { z } from 'zod';
import { migrationNames } from './migrations.ts';

/** The state of a ledger, read without changing it. */
export type LedgerInspection =
  | { readonly state: 'absent' }
  | { readonly state: 'closed'; readonly problem: string }
  | {
      readonly state: 'open';
      /** Why nothing can be written; undefined if writing works. */
      readonly unwritable: string | undefined;
      /** Migrations that this program has and the ledger lacks. */
      readonly missing: readonly string[];
      /** Migrations that the ledger has and this program lacks. */
      readonly unknown: readonly string[];
      /** Budgets that wait for an operator, with the reason as the service stores it. */
      readonly paused: readonly { readonly name: string; readonly reason: string }[];
    };

type Run = (statement: string) => Promise<unknown[]>;

const names = z.array(z.object({ name: z.string() }));

const reasons = z.array(z.object({ name: z.string(), reason: z.string() }));

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return error.message || ('code' in error ? String(error.code) : 'unknown');
}

/** Tries an update of no row and rolls it back: it needs the write lock and the permission. */
async function whyUnwritable(run: Run): Promise<string | undefined> {
  try {
    await run('begin');
    await run('update settings set value = value where 1 = 0');
    return undefined;
  } catch (error) {
    return messageOf(error);
  } finally {
    await run('rollback').catch(() => []);
  }
}

async function read(run: Run): Promise<LedgerInspection> {
  const applied = names.parse(await run('select name from ledger_migrations')).map(({ name }) => name);
  return {
    state: 'open',
    unwritable: await whyUnwritable(run),
    missing: migrationNames.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !migrationNames.includes(name)),
    paused: reasons.parse(await run('select name, reason from budgets where reason is not null')),
  };
}

async function inFile(path: string): Promise<LedgerInspection> {
  if (!(await stat(path).catch(() => undefined))) return { state: 'absent' };
  const database = new Libsql(path);
  try {
    database.exec('pragma busy_timeout = 1000');
    return await read(async (statement) => {
      const prepared = database.prepare(statement);
      if (prepared.reader) return prepared.all();
      prepared.run();
      return [];
    });
  } finally {
    database.close();
  }
}

async function onServer(connectionString: string): Promise<LedgerInspection> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 3_000, query_timeout: 3_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await read(async (statement) => (await client.query(statement)).rows);
  } finally {
    await client.end().catch(() => undefined);
  }
}

const NO_TABLE = /no such table|relation ".*" does not exist/;

/** Inspects a ledger beside a running service: reads, checks the permission to write, and writes nothing. Never rejects. */
export async function inspectLedger(url: string): Promise<LedgerInspection> {
  try {
    return await (url.startsWith('file:') ? inFile(url.slice('file:'.length)) : onServer(url));
  } catch (error) {
    const problem = messageOf(error);
    return NO_TABLE.test(problem) ? { state: 'absent' } : { state: 'closed', problem };
  }
}
