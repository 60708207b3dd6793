import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { postgres } from '../../../support/service/databases.ts';
import { comparable, slowReport } from '../days/slow-way.ts';
import { MINUTE, NOW, openOn, signUp } from '../world.ts';

const DAY = 24 * 60 * MINUTE;

const atOnce = async (): Promise<void> => undefined;

export function dayPostgresCases(): void {
  test('a count waits for the transactions that had begun before its day was entered', async () => {
    const url = await postgres.fresh();
    const ledger = await openOn(postgres, url);
    const door = await postgres.connectBeside(url);
    const late = await postgres.connectBeside(url);
    const id = await signUp(ledger, NOW);
    await late.run('begin');
    await late.run(
      `insert into events (at, identity_id, kind, detail) values (${NOW + MINUTE}, '${id}', 'consent', '{}')`,
    );
    await late.run(`update verifications set decision = 'PASSED' where identity_id = '${id}'`);
    let isCounted = false;
    const counting = (async () => {
      while (await ledger.reports.countDays(NOW + 2 * DAY, atOnce));
      isCounted = true;
    })();
    await sleep(300);
    expect(isCounted).toBe(false);
    await late.run('commit');
    await counting;
    const report = comparable(await ledger.reports.report(NOW - DAY));
    expect(report).toEqual(await slowReport(door, NOW - DAY));
    expect(report.funnel).toMatchObject({ agreed: 1, approved: 1 });
    // The count itself has seen the change: nothing notes it.
    expect(await door.run('select day from changed_days')).toEqual([]);
    expect(await door.run('select day from counted_days where figures is null')).toEqual([]);
  });

  test('replicas that count at the same time count every day, and each reads the same report', async () => {
    const url = await postgres.fresh();
    const replicas = [await openOn(postgres, url), await openOn(postgres, url), await openOn(postgres, url)];
    const [first] = replicas;
    if (first === undefined) throw new Error('there are three');
    const door = await postgres.connectBeside(url);
    for (let day = 0; day < 30; day += 1) await signUp(first, NOW + day * DAY);
    const later = NOW + 31 * DAY;
    const countAll = async (ledger: typeof first): Promise<void> => {
      while (await ledger.reports.countDays(later, atOnce));
    };
    await Promise.all(replicas.map(countAll));
    const slow = await slowReport(door, NOW);
    for (const replica of replicas) expect(comparable(await replica.reports.report(NOW))).toEqual(slow);
    expect(await door.run('select day from counted_days where figures is null')).toEqual([]);
  });
}
