import { stat } from 'node:fs/promises';
import Libsql from 'libsql';
import pg from 'pg';
import { z } from 'zod';
import { migrationNames } from './migrations.ts';

/** What stands in a ledger, for somebody who may change nothing in it. */
export type LedgerInspection =
  | { readonly state: 'absent' }
  | { readonly state: 'closed'; readonly problem: string }
  | {
      readonly state: 'open';
      /** Why nothing can be written; undefined where it can. */
      readonly unwritable: string | undefined;
      /** Steps of the tables that this program knows and the ledger lacks, and the other way round. */
      readonly missing: readonly string[];
      readonly unknown: readonly string[];
      /** Budgets that wait for an operator, with the reason in our words. */
      readonly paused: readonly { readonly name: string; readonly reason: string }[];
    };

type Run = (statement: string) => Promise<unknown[]>;

const names = z.array(z.object({ name: z.string() }));

const reasons = z.array(z.object({ name: z.string(), reason: z.string() }));

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return error.message || ('code' in error ? String(error.code) : 'unknown');
}

/** A write that is taken back before it is one: it asks for the lock and for the right. */
async function whyUnwritable(run: Run): Promise<string | undefined> {
  try {
    await run('begin');
    await run('update settings set value = value where 1 = 0');
    return undefined;
  } catch (error) {
    return wordsOf(error);
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

/** Looks into a ledger beside a running service: reads, asks for the right to write, and writes nothing. */
export async function inspectLedger(url: string): Promise<LedgerInspection> {
  try {
    return await (url.startsWith('file:') ? inFile(url.slice('file:'.length)) : onServer(url));
  } catch (error) {
    const problem = wordsOf(error);
    return NO_TABLE.test(problem) ? { state: 'absent' } : { state: 'closed', problem };
  }
}
