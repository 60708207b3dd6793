import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { z } from 'zod';
import { postgres, queryFile } from '../../support/service/databases.ts';

const rowsOf = z.array(z.record(z.string(), z.unknown()));

/** The kinds of ledgers that a run can have. */
export type DatabaseName = 'sqlite' | 'postgres';

/** An empty database for one run. */
export interface ChaosDatabase {
  readonly name: DatabaseName;
  readonly url: string;
  /** How many processes may serve it at once. */
  readonly replicas: number;
  /** Queries it from outside. */
  readonly query: (statement: string) => Promise<z.infer<typeof rowsOf>>;
  drop(): Promise<void>;
}

async function sqliteDatabase(): Promise<ChaosDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'chaos-'));
  const url = `file:${join(folder, 'ledger.sqlite')}`;
  return {
    name: 'sqlite',
    url,
    replicas: 1,
    query: async (statement) => rowsOf.parse(queryFile(url, statement)),
    drop: () => rm(folder, { recursive: true }),
  };
}

async function postgresDatabase(): Promise<ChaosDatabase> {
  const { url, drop } = await postgres.schema();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return {
    name: 'postgres',
    url,
    replicas: 2,
    query: async (statement) => rowsOf.parse((await client.query(statement)).rows),
    drop: async () => {
      await client.end();
      await drop();
    },
  };
}

/** Makes an empty database. */
export function makeDatabase(name: DatabaseName): Promise<ChaosDatabase> {
  return name === 'sqlite' ? sqliteDatabase() : postgresDatabase();
}
