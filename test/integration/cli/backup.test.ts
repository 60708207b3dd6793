import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLedger } from '../../../webhook/ledger/ledger.ts';
import { normalize } from '../../../webhook/verification/record/normalize.ts';
import { openOn, put, signUp } from '../../contract/ledger/world.ts';
import { runCli } from '../../support/clients/cli.ts';
import { freshFolder, postgres, sqlite, whyNoPostgres } from '../../support/service/databases.ts';
import { createShiftedClock } from '../../support/service/shifted-clock.ts';

const noPostgres = await whyNoPostgres();

async function world() {
  const clock = createShiftedClock();
  const databaseUrl = await sqlite.fresh();
  const ledger = await openOn(sqlite, databaseUrl, clock.now());
  return { ledger, beside: { clock, databaseUrl }, file: join(await freshFolder(), 'backups', 'ledger.sqlite') };
}

describe('backup', () => {
  it('backup copies the latest commit, while the service has the ledger open and writes', async () => {
    const { ledger, beside, file } = await world();
    const [id, now] = [await signUp(ledger), beside.clock.now()];
    await ledger.change(id, now, (record) => record && { record, events: [{ kind: 'met' }] });
    expect(await runCli(beside, ['backup', file])).toMatchObject({ code: 0, out: '' });
    const later = await signUp(ledger);
    const copy = await openOn(sqlite, `file:${file}`);
    expect(copy.origin).toBe('opened');
    expect(copy.subjectKey).toEqual(ledger.subjectKey);
    expect(await copy.record(id)).toEqual(await ledger.record(id));
    expect(await copy.events(id)).toEqual(await ledger.events(id));
    expect(await copy.record(later)).toBeUndefined();
  });

  it('a backup is a ledger that a service can start with', async () => {
    const { ledger, beside, file } = await world();
    const id = await signUp(ledger);
    await runCli(beside, ['backup', file]);
    const copy = await openLedger(`file:${file}`, beside.clock.now(), normalize);
    const record = await copy.record(id);
    if (record) await put(copy, { ...record, identity: { ...record.identity, readRequests: 7 } });
    expect((await copy.record(id))?.identity.readRequests).toBe(7);
    await copy.close();
  });

  it('a backup is readable by its owner only', async () => {
    const { beside, file } = await world();
    await runCli(beside, ['backup', file]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('backup overwrites nothing', async () => {
    const { beside, file } = await world();
    await runCli(beside, ['backup', file]);
    const { size } = await stat(file);
    const { code, err } = await runCli(beside, ['backup', file]);
    expect(code).toBe(2);
    expect(err).toContain('is there already');
    expect((await stat(file)).size).toBe(size);
  });

  it('backup reports why it could not write', async () => {
    const { beside } = await world();
    const inTheWay = join(await freshFolder(), 'a-file');
    await writeFile(inTheWay, '');
    const { code, err } = await runCli(beside, ['backup', join(inTheWay, 'ledger.sqlite')]);
    expect(code).toBe(1);
    expect(err).toContain('The backup was not written: ');
    expect(err).not.toContain('    at ');
  });

  it.skipIf(noPostgres)('backup leaves PostgreSQL to its own tools', async () => {
    const beside = { clock: createShiftedClock(), databaseUrl: await postgres.fresh() };
    const { code, err } = await runCli(beside, ['backup', join(await freshFolder(), 'x')]);
    expect(code).toBe(2);
    expect(err).toContain('pg_dump');
  });
});
