import { expect, test } from 'vitest';
import { LedgerTooNew } from '../../../../webhook/errors.ts';
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
    expect(first.subjectKey).toHaveLength(32);
    expect(second.subjectKey).toEqual(first.subjectKey);
  });

  test('each ledger has a reference key of its own', async () => {
    const [one, other] = [await openOn(database), await openOn(database)];
    expect(one.subjectKey).not.toEqual(other.subjectKey);
  });

  test('a ledger that is closed and opened again keeps its data', async () => {
    const url = await database.fresh();
    const first = await openLedger(url, NOW, normalize);
    const id = await signUp(first);
    const before = await first.record(id);
    await first.close();
    expect(await (await openOn(database, url)).record(id)).toEqual(before);
  });

  test('a ledger of a newer version is refused in words: what was found and what to do, and nothing is changed', async () => {
    const url = await database.fresh();
    const id = await signUp(await openOn(database, url));
    const door = await database.connectBeside(url);
    await door.run(
      "insert into ledger_migrations (name, timestamp) values ('9998_newer', '2099'), ('9999_newest', '2099')",
    );
    const refused = openLedger(url, NOW, normalize);
    await expect(refused).rejects.toBeInstanceOf(LedgerTooNew);
    await expect(refused).rejects.toThrow(/newer version.* 9998_newer, 9999_newest.*start that version.*backup/s);
    expect(await door.run('select id from identities')).toEqual([{ id }]);
    await door.run("delete from ledger_migrations where name like '999%'");
    expect(await (await openOn(database, url)).record(id)).toBeDefined();
  });

  test('a probe of the ledger leaves no other trace', async () => {
    const ledger = await openOn(database);
    await ledger.probe(NOW);
    await ledger.probe(NOW);
    expect(await ledger.events(null)).toEqual([]);
  });
}
