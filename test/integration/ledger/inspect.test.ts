import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { inspectDisk } from '../../../webhook/doctor/probes/disk.ts';
import { inspectLedger } from '../../../webhook/ledger/database/inspect.ts';
import { openLedger } from '../../../webhook/ledger/ledger.ts';
import { normalize } from '../../../webhook/verification/record/normalize.ts';
import { type Database, postgres, sqlite, whyNoPostgres } from '../../support/service/databases.ts';

const noPostgres = await whyNoPostgres();

if (noPostgres) console.log(`looking into a ledger on PostgreSQL: ${noPostgres}`);

async function opened(database: Database) {
  const url = await database.fresh();
  const ledger = await openLedger(url, 1_000, normalize);
  onTestFinished(() => ledger.close());
  return { url, ledger };
}

describe.each(noPostgres ? [sqlite] : [sqlite, postgres])('inspection of a ledger on $dialect', (database) => {
  it('inspection finds a correct ledger beside the service that has it open', async () => {
    const { url } = await opened(database);
    expect(await inspectLedger(url)).toEqual({
      state: 'open',
      unwritable: undefined,
      missing: [],
      unknown: [],
      paused: [],
    });
  });

  it('inspection reports a pause with its reason, and missing or unknown migrations', async () => {
    const { url, ledger } = await opened(database);
    await ledger.budgets.stop('Jumio gave no link', 1_000);
    const connection = await database.connectBeside(url);
    await connection.run(`update ledger_migrations set name = '0009_of_a_later_version' where name = '0001_core'`);
    expect(await inspectLedger(url)).toMatchObject({
      missing: ['0001_core'],
      unknown: ['0009_of_a_later_version'],
      paused: [{ name: 'account', reason: 'Jumio gave no link' }],
    });
  });

  it('inspection of a missing ledger makes none', async () => {
    const url = await database.fresh();
    expect(await inspectLedger(url)).toEqual({ state: 'absent' });
    expect(await inspectLedger(url)).toEqual({ state: 'absent' });
  });

  it('inspection reports the obstacle to a write', async () => {
    const { url, ledger } = await opened(database);
    const connection = await database.connectBeside(url);
    if (database.dialect === 'sqlite') await connection.run('begin immediate');
    const readOnly = new URL(url);
    if (database.dialect === 'postgres')
      readOnly.searchParams.append(
        'options',
        `${readOnly.searchParams.get('options')} -c default_transaction_read_only=on`,
      );
    const inspection = await inspectLedger(database.dialect === 'postgres' ? lastOptions(readOnly) : url);
    expect(inspection).toMatchObject({ state: 'open', unwritable: expect.stringMatching(/locked|read-only/) });
    if (database.dialect === 'sqlite') await connection.run('rollback');
    expect(ledger.origin).toBe('made');
  });
});

function lastOptions(url: URL): string {
  const options = url.searchParams.getAll('options').at(-1) ?? '';
  url.searchParams.set('options', options);
  return url.href.replaceAll('+', '%20');
}

describe('the file of a SQLite ledger', () => {
  it('inspection sees a SQLite file that is open in another process, and does not count its own', async () => {
    const { url } = await opened(sqlite);
    const path = url.slice('file:'.length);
    expect(await inspectDisk(url)).toMatchObject({ openedBy: 0, freeBytes: expect.any(Number) });
    const child = spawn(process.execPath, [
      '-e',
      `require('fs').openSync(${JSON.stringify(path)}); console.log('open'); setInterval(() => {}, 1000)`,
    ]);
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    expect(await inspectDisk(url)).toMatchObject({ openedBy: process.platform === 'linux' ? 1 : undefined });
  });

  it('inspection finds no open file for PostgreSQL, or without a file', async () => {
    expect(await inspectDisk('postgres://localhost/ledger')).toBeUndefined();
    expect(await inspectDisk('file:/nowhere/ledger.sqlite')).toBeUndefined();
  });
});
