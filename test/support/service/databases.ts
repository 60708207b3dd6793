import { randomBytes, randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import pg from 'pg';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { migrationNames } from '../../../webhook/ledger/database/migrations.ts';
import { openLedger } from '../../../webhook/ledger/ledger.ts';
import { normalize } from '../../../webhook/verification/record/normalize.ts';

const FIXTURES = new URL('../../fixtures/ledger/', import.meta.url);

const rowsOf = z.array(z.record(z.string(), z.unknown()));

type Rows = z.infer<typeof rowsOf>;

/** A connection beside the ledger's own, as of an operator’s shell, another process, or a lock. */
export interface SideConnection {
  run(statement: string): Promise<Rows>;
}

/** A kind of database for ledgers of tests. Databases made for a test are deleted when it ends. */
export interface Database {
  readonly dialect: 'sqlite' | 'postgres';
  /** The URL of an empty database. */
  fresh(): Promise<string>;
  /** The URL of a database in which no service has begun: empty, or a ledger that was made at this time. */
  unused(now: number): Promise<string>;
  /** A further connection to such a database; closed when the test ends. */
  connectBeside(url: string): Promise<SideConnection>;
}

/** An empty folder, deleted when the test ends. */
export async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ledger-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

function openFile(url: string): SideConnection {
  const database = new Libsql(url.slice('file:'.length));
  database.exec('pragma busy_timeout = 1000');
  onTestFinished(() => {
    database.close();
  });
  const run = (statement: string): Rows => {
    const prepared = database.prepare(statement);
    if (prepared.reader) return rowsOf.parse(prepared.all());
    prepared.run();
    return [];
  };
  return { run: async (statement) => run(statement) };
}

/** Runs one query on a file and closes it, so that a process that starts next finds the state of the last one. */
export function queryFile(url: string, query: string): Rows {
  const database = new Libsql(url.slice('file:'.length));
  try {
    return rowsOf.parse(database.prepare(query).all());
  } finally {
    database.close();
  }
}

/** Of this worker: all that its tests begin with. */
let made: Promise<string> | undefined;

async function makeLedger(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'made-ledger-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const ledger = await openLedger(`file:${join(folder, 'first.sqlite')}`, 0, normalize, { beginsEpoch: false });
  const copy = join(folder, 'ledger.sqlite');
  await ledger.copyTo?.(copy);
  await ledger.close();
  return copy;
}

const KEYS = [
  "update settings set value = ? where name = 'reference_key'",
  "update keys set secret = ? where use = 'cookies'",
] as const;

/**
 * Writes a ledger that was made at this time, with keys of its own, into a file that does not exist. It is copied: to make one
 * takes six times the processor time of opening it, which was a quarter of that of the whole suite.
 */
export async function writeLedger(path: string, now: number): Promise<void> {
  made ??= makeLedger();
  await copyFile(await made, path);
  const database = new Libsql(path);
  database.exec('pragma synchronous = off');
  database.exec('begin');
  for (const statement of KEYS) database.prepare(statement).run(randomBytes(32).toString('base64'));
  database.exec(
    `update keys set secret = (select value from settings where name = 'reference_key') where use = 'references'`,
  );
  database.exec(`update keys set made_at = ${now}, signs_from = ${now}`);
  database.exec(`update settings set value = '${now}' where name = 'created_at'`);
  database.exec('commit');
  database.close();
}

export const sqlite: Database = {
  dialect: 'sqlite',
  fresh: async () => `file:${join(await freshFolder(), 'ledger.sqlite')}`,
  unused: async (now) => {
    const path = join(await freshFolder(), 'ledger.sqlite');
    await writeLedger(path, now);
    return `file:${path}`;
  },
  connectBeside: async (url) => openFile(url),
};

export const POSTGRES_URL = process.env.TEST_POSTGRES_URL ?? 'postgres://root@127.0.0.1:5432/test';

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function once(statement: string): Promise<void> {
  const client = await connect(POSTGRES_URL);
  await client.query(statement);
  await client.end();
}

/**
 * A schema of its own, so that tests need not wait for each other, until it is dropped. Its commits do not wait for the disk: no
 * test crashes the server.
 */
async function makeSchema(): Promise<{ url: string; drop: () => Promise<void> }> {
  const schema = `ledger_${randomUUID().replaceAll('-', '')}`;
  await once(`create schema ${schema}`);
  const url = new URL(POSTGRES_URL);
  url.searchParams.set('options', `-c search_path=${schema} -c synchronous_commit=off`);
  return { url: url.href.replaceAll('+', '%20'), drop: () => once(`drop schema ${schema} cascade`) };
}

async function freshSchema(): Promise<string> {
  const { url, drop } = await makeSchema();
  onTestFinished(drop);
  return url;
}

/** Each statement of a ledger's tables, as the migrations made them; those with parameters are of its rows. */
async function statementsOfTables(): Promise<string> {
  const texts = await Promise.all(
    migrationNames.map((name) => readFile(new URL(`${name}.postgres.sql`, FIXTURES), 'utf8')),
  );
  return texts
    .map((text) =>
      text
        .split(/;\n(?=\n|$)/)
        .filter((each) => !/\$\d/.test(each))
        .join(';\n'),
    )
    .join(';\n');
}

/** Makes a ledger in a schema by one request: a migration takes several, and looks at the whole database. */
async function madeSchema(now: number): Promise<string> {
  const url = await freshSchema();
  const client = await connect(url);
  const [reference, cookies] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
  await client.query(await statementsOfTables());
  await client.query(`
    create table ledger_migrations (name varchar(255) primary key, timestamp varchar(255) not null);
    create table ledger_migrations_lock (id varchar(255) primary key, is_locked integer default 0 not null);
    insert into ledger_migrations_lock values ('migration_lock', 0);
    insert into ledger_migrations select name, '' from unnest(array['${migrationNames.join("','")}']) name;
    insert into settings (name, value) values ('reference_key', '${reference}'), ('created_at', '${now}');
    insert into keys (id, use, secret, made_at, signs_from)
      values ('cookies-1', 'cookies', '${cookies}', ${now}, ${now}), ('references-1', 'references', '${reference}', ${now}, ${now})`);
  await client.end();
  return url;
}

export const postgres = {
  dialect: 'postgres',
  schema: makeSchema,
  fresh: freshSchema,
  unused: madeSchema,
  connectBeside: async (url) => {
    const client = await connect(url);
    onTestFinished(() => client.end());
    return { run: async (statement) => rowsOf.parse((await client.query(statement)).rows) };
  },
} satisfies Database & { schema: typeof makeSchema };

/** The reason why no PostgreSQL is available for tests; undefined if there is one. */
export async function whyNoPostgres(): Promise<string | undefined> {
  try {
    await once('select 1');
    return undefined;
  } catch (error) {
    const problem = error instanceof Error ? error.message : 'unknown';
    return `skipped, because no PostgreSQL answers at ${new URL(POSTGRES_URL).host}: ${problem}`;
  }
}
