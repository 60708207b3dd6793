import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type Columns,
  count,
  initially,
  primaryKey,
  since,
  text,
  textOrNull,
  timeOrNull,
} from '../../../webhook/columns.ts';
import { addColumns, migrationNames, migrations } from '../../../webhook/ledger/database/migrations.ts';
import { openSqlite } from '../../../webhook/ledger/database/sqlite.ts';
import type { Dialect } from '../../../webhook/ledger/database/store.ts';
import { budgetColumns, eventColumns, settingColumns, type Tables } from '../../../webhook/ledger/tables.ts';
import { identityColumns, oneTimeLinkColumns, verificationColumns } from '../../../webhook/model.ts';

const DIALECTS = ['sqlite', 'postgres'] as const;

/** The statements that some work runs. No database answers them: each query has no rows. */
async function statementsOf(dialect: Dialect, work: (db: Kysely<Tables>) => Promise<void>): Promise<string[]> {
  const isSqlite = dialect === 'sqlite';
  const statements: string[] = [];
  const db = new Kysely<Tables>({
    dialect: {
      createAdapter: () => (isSqlite ? new SqliteAdapter() : new PostgresAdapter()),
      createDriver: () => new DummyDriver(),
      createIntrospector: (on) => (isSqlite ? new SqliteIntrospector(on) : new PostgresIntrospector(on)),
      createQueryCompiler: () => (isSqlite ? new SqliteQueryCompiler() : new PostgresQueryCompiler()),
    },
    log: ({ query }) => void statements.push(query.sql),
  });
  await work(db);
  return statements;
}

describe.each(DIALECTS)('the migrations of %s', (dialect) => {
  it.each(migrationNames)(
    '%s runs the statements of test/fixtures/ledger, which are frozen once released',
    async (name) => {
      const statements = await statementsOf(dialect, async (db) => migrations(dialect, 0)[name]?.up(db));
      const file = new URL(`../../fixtures/ledger/${name}.${dialect}.sql`, import.meta.url).pathname;
      await expect(`${statements.join(';\n\n')};\n`).toMatchFileSnapshot(file);
    },
  );
});

describe('the migrations', () => {
  it('are in the order in which the migrator runs them', () => {
    expect(migrationNames).toEqual([...migrationNames].sort());
  });

  it('bring every column that is marked with a migration', () => {
    const tables: Columns[] = [identityColumns, verificationColumns, oneTimeLinkColumns, eventColumns, budgetColumns];
    const marks = [...tables, settingColumns].flatMap((columns) =>
      Object.values(columns).map((column) => column.since),
    );
    expect(marks.filter((mark) => mark !== undefined && !migrationNames.includes(mark))).toEqual([]);
  });
});

describe('a column that a later migration adds', () => {
  const columns = {
    id: primaryKey(),
    oldOne: count(),
    nextPlace: since('0002_next', textOrNull()),
    nextState: since('0002_next', initially('new', text<'new' | 'old'>())),
    nextCount: since('0002_next', count()),
    nextDue: since('0002_next', timeOrNull()),
    lastOne: since('0003_last', count()),
  };
  const next = { table: 'things', columns, name: '0002_next' };

  it('is added to a table of PostgreSQL with its blank value', async () => {
    expect(await statementsOf('postgres', (db) => addColumns(db, 'postgres', next))).toEqual([
      'alter table "things" add column "next_place" text',
      `alter table "things" add column "next_state" text not null default 'new'`,
      'alter table "things" add column "next_count" integer not null default 0',
      'alter table "things" add column "next_due" bigint',
      'create index if not exists things_next_due on things (next_due) where next_due is not null',
    ]);
  });

  it('is added to a table of an SQLite file once, and rows that exist have its blank value', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ledger-'));
    const store = openSqlite(join(folder, 'ledger.db'));
    onTestFinished(async () => {
      await store.close();
      rmSync(folder, { recursive: true });
    });
    const rows = await store.write(async (db) => {
      await sql`create table things (id text, old_one integer)`.execute(db);
      await sql`insert into things values ('a', 1)`.execute(db);
      await sql`alter table things add column next_place text`.execute(db);
      await addColumns(db, 'sqlite', next);
      await addColumns(db, 'sqlite', next);
      return (await sql`select * from things`.execute(db)).rows;
    });
    expect(rows).toEqual([{ id: 'a', oldOne: 1, nextPlace: null, nextState: 'new', nextCount: 0, nextDue: null }]);
  });
});
