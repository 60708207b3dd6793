import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Ledger, openLedger } from '../../../../webhook/ledger/ledger.ts';
import { normalize } from '../../../../webhook/verification/record/normalize.ts';
import { updateVerification } from '../../../../webhook/verification/record/record.ts';
import type { Database } from '../../../support/service/databases.ts';
import { MINUTE, NOW, openOn, put, signUp } from '../world.ts';
import { beginHistory, happening } from './history.ts';
import { comparable, slowReport } from './slow-way.ts';

const HOUR = 60 * MINUTE;

const DAY = 24 * HOUR;

const atOnce = async (): Promise<void> => undefined;

async function countAll(ledger: Ledger, now: number): Promise<void> {
  while (await ledger.reports.countDays(now, atOnce));
}

/** Begins of days, and moments in the middle of one: so many hours ago. */
function momentsOf(now: number, hours: readonly number[]): number[] {
  const today = Math.floor(now / DAY) * DAY;
  return [...[0, 1, 2, 3, 5, 9].map((back) => today - back * DAY), today - 1, ...hours.map((ago) => now - ago * HOUR)];
}

export function dayCases(database: Database): void {
  test('whatever happens, and whenever days are counted or a count is killed, the report is that of the slow way', async () => {
    const runs = { total: 0, counted: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, { minLength: 8, maxLength: 40, size: 'max' }),
        fc.array(happening, { maxLength: 4 }),
        fc.array(fc.nat(150), { minLength: 6, maxLength: 6 }),
        async (before, meanwhile, hours) => {
          const url = await database.unused(NOW);
          const [ledger, replica] = [await openLedger(url, NOW, normalize), await openLedger(url, NOW, normalize)];
          const door = await database.connectBeside(url);
          const history = beginHistory(ledger, database.dialect === 'postgres' ? [ledger, replica] : [ledger]);
          for (const madeBefore of [null, 0] as const) await history.happen({ what: 'sign-up', madeBefore });
          for (const happened of before) await history.happen(happened);
          await history.countMeanwhile(meanwhile);
          for (const since of momentsOf(history.now(), hours))
            expect(comparable(await replica.reports.report(since)), new Date(since).toISOString()).toEqual(
              await slowReport(door, since),
            );
          const [row] = await door.run('select count(*) as days from counted_days where figures is not null');
          runs.total += 1;
          runs.counted += Number(row?.days) > 0 ? 1 : 0;
          await ledger.close();
          await replica.close();
        },
      ),
      { numRuns: database.dialect === 'postgres' ? 15 : 150 },
    );
    expect(runs.counted).toBeGreaterThan(runs.total / 4);
  });

  test('people who agree more than once, on a day and on later ones, are counted once in every span', async () => {
    const url = await database.unused(NOW);
    const ledger = await openOn(database, url);
    const door = await database.connectBeside(url);
    const midnight = Math.floor(NOW / DAY) * DAY;
    const ids = await Promise.all([0, 1, 2, 3].map(() => signUp(ledger, midnight)));
    for (const [hour, person] of [
      [3, 0],
      [4, 1],
      [5, 2],
      [9, 0],
      [33, 3],
      [34, 0],
      [34, 3],
      [60, 2],
      [82, 0],
    ] as const)
      await ledger.note(midnight + hour * HOUR, { kind: 'consent' }, ids[person]);
    const compare = async (): Promise<void> => {
      for (let hour = -1; hour < 90; hour += 1)
        expect(comparable(await ledger.reports.report(midnight + hour * HOUR)), `hour ${hour}`).toEqual(
          await slowReport(door, midnight + hour * HOUR),
        );
    };
    await compare();
    await countAll(ledger, midnight + 2 * DAY);
    await compare();
    await countAll(ledger, midnight + 5 * DAY);
    await compare();
  });

  test('what began on a day is counted an hour after its end, its events a day after, and from then on both are read', async () => {
    const url = await database.unused(NOW);
    const ledger = await openOn(database, url);
    const door = await database.connectBeside(url);
    await signUp(ledger, NOW);
    const midnight = Math.floor(NOW / DAY) * DAY + DAY;
    const counted = async (): Promise<number> =>
      Number((await door.run('select count(*) as days from counted_days where figures is not null'))[0]?.days);
    await countAll(ledger, midnight + HOUR - 1);
    expect(await counted()).toBe(0);
    await countAll(ledger, midnight + HOUR);
    expect(await counted()).toBe(1);
    await countAll(ledger, midnight + DAY - 1);
    expect(await counted()).toBe(1);
    await countAll(ledger, midnight + DAY);
    // The next day, too: on which nothing began, and whose events are not settled.
    expect(await counted()).toBe(2);
    await door.run(`update counted_days set figures = replace(figures, '"signUps":1', '"signUps":7')`);
    expect((await ledger.reports.report(NOW - DAY)).funnel.asked).toBe(7);
  });

  test('a change of a counted day has it counted anew, and nothing is noted of a day that is not over', async () => {
    const url = await database.unused(NOW);
    const ledger = await openOn(database, url);
    const door = await database.connectBeside(url);
    const id = await signUp(ledger, NOW);
    const noted = async (): Promise<number> =>
      Number((await door.run('select count(*) as days from changed_days'))[0]?.days);
    await countAll(ledger, NOW + 2 * DAY);
    const record = await ledger.record(id);
    if (record === undefined) throw new Error('it was just written');
    const decided = { state: 'decided', decision: 'PASSED', completedAt: NOW + 2 * DAY } as const;
    await put(ledger, updateVerification(record, record.verifications[0]?.id ?? '', decided), NOW + 2 * DAY);
    expect(await noted()).toBe(1);
    expect((await ledger.reports.report(NOW - DAY)).funnel.approved).toBe(1);
    await countAll(ledger, NOW + 2 * DAY);
    expect(await noted()).toBe(0);
    expect((await ledger.reports.report(NOW - DAY)).funnel.approved).toBe(1);
    await signUp(ledger, NOW + 2 * DAY);
    expect(await noted()).toBe(0);
  });

  test('a count that another has overtaken stores nothing', async () => {
    const url = await database.unused(NOW);
    const ledger = await openOn(database, url);
    const door = await database.connectBeside(url);
    await signUp(ledger, NOW);
    const later = NOW + 2 * DAY;
    let isFirst = true;
    await ledger.reports.countDays(later, async () => {
      if (!isFirst) return;
      isFirst = false;
      await countAll(ledger, later + HOUR);
      await door.run(`update counted_days set figures = 'of the other' where part = 'rows'`);
    });
    const rows = await door.run(`select distinct figures from counted_days where part = 'rows'`);
    expect(rows).toEqual([{ figures: 'of the other' }]);
  });
}
