import { existsSync } from 'node:fs';
import { copyFile, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LedgerUnavailable } from '../../../../webhook/errors.ts';
import { openLedger } from '../../../../webhook/ledger/ledger.ts';
import { normalize } from '../../../../webhook/verification/record/normalize.ts';
import { freshFolder, type SideConnection, sqlite } from '../../../support/service/databases.ts';
import { NOW, openOn, signUp } from '../world.ts';

/** The statements that created a whole ledger, in order. */
async function statements(): Promise<string[]> {
  const url = await sqlite.fresh();
  await openOn(sqlite, url);
  const connection = await sqlite.connectBeside(url);
  const rows = await connection.run(
    `select sql from sqlite_master where sql is not null and name not like 'sqlite_%' order by rowid`,
  );
  return rows.map(({ sql }) => String(sql));
}

async function crashAfter(made: readonly string[], connection: SideConnection): Promise<void> {
  for (const statement of made) await connection.run(statement);
}

async function refusal(url: string): Promise<string> {
  const error = await openLedger(url, NOW, normalize).then(
    async (ledger) => {
      await ledger.close();
      return 'it was opened';
    },
    (reason: unknown) => reason,
  );
  return error instanceof Error ? error.message : String(error);
}

export function openingSqliteCases(): void {
  test('an opening that crashed between any two statements is completed by the next', async () => {
    const all = await statements();
    expect(all.length).toBeGreaterThan(10);
    for (let died = 0; died <= all.length; died += 1) {
      const url = await sqlite.fresh();
      const connection = await sqlite.connectBeside(url);
      await crashAfter(all.slice(0, died), connection);
      const ledger = await openOn(sqlite, url);
      const id = await signUp(ledger);
      expect(await ledger.record(id), `crashed after ${died} statements`).toBeDefined();
      const now = await connection.run(`select count(*) as n from sqlite_master where name not like 'sqlite_%'`);
      expect(now, `crashed after ${died} statements`).toEqual([{ n: all.length }]);
    }
  });

  test('the key of an opening that crashed before its migration was recorded is kept', async () => {
    const url = await sqlite.fresh();
    const first = await openOn(sqlite, url);
    const connection = await sqlite.connectBeside(url);
    await connection.run('delete from ledger_migrations');
    const second = await openOn(sqlite, url, NOW + 1);
    expect(second.subjectKey).toEqual(first.subjectKey);
    expect(second.createdAt).toBe(NOW);
  });

  test('a missing folder of the file is created', async () => {
    const file = join(await freshFolder(), 'data', 'deeper', 'ledger.sqlite');
    await openOn(sqlite, `file:${file}`);
    expect(existsSync(file)).toBe(true);
  });

  test('the folder, the file and its side files are readable for their owner only', async () => {
    const folder = join(await freshFolder(), 'data');
    await signUp(await openOn(sqlite, `file:${join(folder, 'ledger.sqlite')}`));
    const modes = ['', 'ledger.sqlite', 'ledger.sqlite-wal', 'ledger.sqlite-shm'].map(async (name) => {
      const { mode } = await stat(join(folder, name));
      return (mode & 0o777).toString(8);
    });
    expect(await Promise.all(modes)).toEqual(['700', '600', '600', '600']);
  });

  test('a closed ledger is complete in its one file', async () => {
    const folder = await freshFolder();
    const ledger = await openLedger(`file:${join(folder, 'ledger.sqlite')}`, NOW, normalize);
    const id = await signUp(ledger);
    await ledger.close();
    await copyFile(join(folder, 'ledger.sqlite'), join(folder, 'copy.sqlite'));
    const copy = await openOn(sqlite, `file:${join(folder, 'copy.sqlite')}`);
    expect(copy.origin).toBe('opened');
    expect(await copy.record(id)).toBeDefined();
  });

  test('a folder that cannot be created is an error with the path', async () => {
    const folder = await freshFolder();
    await writeFile(join(folder, 'data'), 'a file where the folder should be');
    expect(await refusal(`file:${join(folder, 'data', 'ledger.sqlite')}`)).toContain(
      `the SQLite file ${join(folder, 'data', 'ledger.sqlite')} cannot be opened`,
    );
  });

  test('each start of the service begins an epoch, and a command beside it does not', async () => {
    const url = `file:${join(await freshFolder(), 'ledger.sqlite')}`;
    const epochs: number[] = [];
    for (const beginsEpoch of [true, false, true]) {
      const ledger = await openLedger(url, NOW, normalize, { beginsEpoch });
      epochs.push(ledger.epoch);
      await ledger.close();
    }
    expect(epochs).toEqual([1, 1, 2]);
  });

  test('a path that is a folder is an error with the path', async () => {
    const folder = join(await freshFolder(), 'ledger.sqlite');
    await mkdir(folder);
    expect(await refusal(`file:${folder}`)).toContain(`the SQLite file ${folder} cannot be opened`);
  });

  test('a file that is no database is an error with the path, and stays unchanged', async () => {
    const file = join(await freshFolder(), 'ledger.sqlite');
    await writeFile(file, 'somebody’s notes, long enough to be a database header, but none at all'.repeat(20));
    expect(await refusal(`file:${file}`)).toContain(`the SQLite file ${file} cannot be opened`);
  });

  test('a file that could not be opened is not locked by the try', async () => {
    const file = join(await freshFolder(), 'ledger.sqlite');
    await writeFile(file, 'somebody’s notes'.repeat(200));
    const open = () => openLedger(`file:${file}`, NOW, normalize, { locks: true });
    await expect(open()).rejects.toBeInstanceOf(LedgerUnavailable);
    await expect(open()).rejects.toBeInstanceOf(LedgerUnavailable);
  });
}
