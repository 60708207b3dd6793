import { open } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { LedgerUnavailable } from '../../../../webhook/errors.ts';
import { sqlite } from '../../../support/service/databases.ts';
import { claim, countReadRequest, NOW, nextDue, openOn, outcomes, signUp } from '../world.ts';

const PAGE = 4_096;

/** Overwrites every page but the first with garbage. */
async function spoil(path: string): Promise<void> {
  const file = await open(path, 'r+');
  const { size } = await file.stat();
  await file.write(Buffer.alloc(size - PAGE, 0xa5), 0, size - PAGE, PAGE);
  await file.close();
}

export function faultSqliteCases(): void {
  test('while another process locks the file, a whole group of changes is refused at once', async () => {
    const url = await sqlite.fresh();
    const ledger = await openOn(sqlite, url);
    const ids = await Promise.all(Array.from({ length: 50 }, () => signUp(ledger)));
    const connection = await sqlite.connectBeside(url);
    await connection.run('begin immediate');
    const start = performance.now();
    const names = await outcomes(ids.map((id) => ledger.change(id, NOW, countReadRequest)));
    // One after the other they would wait for five seconds.
    expect(performance.now() - start).toBeLessThan(2_500);
    expect(new Set(names)).toEqual(new Set([LedgerUnavailable.name]));
    await connection.run('rollback');
    expect(await outcomes(ids.map((id) => ledger.change(id, NOW, countReadRequest)))).toEqual(ids.map(() => 'kept'));
    expect((await ledger.record(ids[0] ?? ''))?.identity.readRequests).toBe(1);
  });

  test('while another process locks the file, claims, notes, budgets and the probe are refused', async () => {
    const url = await sqlite.fresh();
    const ledger = await openOn(sqlite, url);
    const connection = await sqlite.connectBeside(url);
    await connection.run('begin immediate');
    const writes = [claim(ledger), ledger.note(NOW, { kind: 'x' }), ledger.budgets.stop('x', NOW), ledger.probe(NOW)];
    expect(await outcomes(writes)).toEqual(Array(4).fill(LedgerUnavailable.name));
    await connection.run('rollback');
  });

  test('while another process locks the file, reads still work', async () => {
    const url = await sqlite.fresh();
    const ledger = await openOn(sqlite, url);
    const id = await signUp(ledger);
    const connection = await sqlite.connectBeside(url);
    await connection.run('begin immediate');
    expect((await ledger.record(id))?.identity.id).toBe(id);
    expect(await nextDue(ledger)).toBe(NOW);
    await connection.run('rollback');
  });

  test('every read of a damaged file fails as LedgerUnavailable', async () => {
    const url = await sqlite.fresh();
    const ledger = await openOn(sqlite, url);
    const id = await signUp(ledger);
    const connection = await sqlite.connectBeside(url);
    await connection.run('pragma wal_checkpoint(truncate)');
    await spoil(url.slice('file:'.length));
    const rate = { perSecond: 1, burst: 5 };
    const reads = [
      ledger.gate(id),
      ledger.record(id),
      ledger.identityOfExecution(id),
      nextDue(ledger),
      ledger.events(id),
      ledger.budgets.turn(rate, NOW),
      ledger.budgets.paused(NOW),
    ];
    expect(await outcomes(reads)).toEqual(reads.map(() => LedgerUnavailable.name));
  });

  test('a programming error is not reported as LedgerUnavailable', async () => {
    const url = await sqlite.fresh();
    const ledger = await openOn(sqlite, url);
    const connection = await sqlite.connectBeside(url);
    await connection.run('drop table settings');
    await expect(ledger.probe(NOW)).rejects.toThrow(/no such table/);
    await expect(ledger.probe(NOW)).rejects.not.toBeInstanceOf(LedgerUnavailable);
  });
}
