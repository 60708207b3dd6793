import { expect, test } from 'vitest';
import { openLedger } from '../../../../webhook/ledger/ledger.ts';
import { normalize } from '../../../../webhook/verification/record/normalize.ts';
import type { Database } from '../../../support/service/databases.ts';
import { MINUTE, NOW, openOn, signUp } from '../world.ts';

/** Rules for an empty database, and for one with an earlier ledger. */
export function openingCases(database: Database): void {
  test('a ledger is created by the first opening and opened by the next, with its creation time and key', async () => {
    const url = await database.fresh();
    const first = await openOn(database, url);
    const second = await openOn(database, url, NOW + MINUTE);
    expect([first.origin, second.origin]).toEqual(['made', 'opened']);
    expect([first.createdAt, second.createdAt]).toEqual([NOW, NOW]);
    expect(first.referenceKey).toHaveLength(32);
    expect(second.referenceKey).toEqual(first.referenceKey);
  });

  test('each ledger has a reference key of its own', async () => {
    const [one, other] = [await openOn(database), await openOn(database)];
    expect(one.referenceKey).not.toEqual(other.referenceKey);
  });

  test('a ledger that is closed and opened again keeps its data', async () => {
    const url = await database.fresh();
    const first = await openLedger(url, NOW, normalize);
    const id = await signUp(first);
    const before = await first.record(id);
    await first.close();
    expect(await (await openOn(database, url)).record(id)).toEqual(before);
  });

  test('a probe of the ledger leaves no other trace', async () => {
    const ledger = await openOn(database);
    await ledger.probe(NOW);
    await ledger.probe(NOW);
    expect(await ledger.events(null)).toEqual([]);
  });
}
