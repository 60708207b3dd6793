import { expect, test } from 'vitest';
import type { Rate } from '../../../../webhook/ledger/budgets.ts';
import type { Ledger } from '../../../../webhook/ledger/ledger.ts';
import type { Database } from '../../../support/service/databases.ts';
import { addStarted, claim, MINUTE, NOW, openOn, signUp } from '../world.ts';

const RATES = { account: { perSecond: 1, burst: 5 }, retrieval: { perSecond: 15, burst: 15 } };

async function crowd(ledger: Ledger, size: number): Promise<void> {
  await Promise.all(Array.from({ length: size }, () => signUp(ledger, NOW, { kratosDue: null })));
}

/** The numbers of creates and of reads that are granted at the given time. */
async function granted(ledger: Ledger, now: number, rates: { account: Rate; retrieval: Rate } = RATES) {
  const claims = await claim(ledger, now, { rates });
  return [claims.filter(({ work }) => work.create).length, claims.filter(({ work }) => work.read).length];
}

export function budgetCases(database: Database): void {
  test('creates are granted at the burst and then the rate of their budget', async () => {
    const ledger = await openOn(database);
    await crowd(ledger, 12);
    expect(await granted(ledger, NOW)).toEqual([5, 0]);
    expect(await granted(ledger, NOW)).toEqual([0, 0]);
    expect(await granted(ledger, NOW + 999)).toEqual([0, 0]);
    expect(await granted(ledger, NOW + 1_000)).toEqual([1, 0]);
    expect(await granted(ledger, NOW + 3_500)).toEqual([2, 0]);
    expect(await granted(ledger, NOW + 4_000)).toEqual([1, 0]);
  });

  test('an unused budget accumulates no more than its burst', async () => {
    const ledger = await openOn(database);
    await crowd(ledger, 1);
    await granted(ledger, NOW);
    await crowd(ledger, 20);
    expect(await granted(ledger, NOW + 29_000)).toEqual([5, 0]);
  });

  test('a clock that is set back grants nothing twice', async () => {
    const ledger = await openOn(database);
    await crowd(ledger, 20);
    expect(await granted(ledger, NOW + 10_000)).toEqual([5, 0]);
    expect(await granted(ledger, NOW + 5_000)).toEqual([0, 0]);
    expect(await granted(ledger, NOW + 10_000)).toEqual([0, 0]);
  });

  test('reads have a budget of their own', async () => {
    const ledger = await openOn(database);
    await crowd(ledger, 6);
    await Promise.all(Array.from({ length: 20 }, () => addStarted(ledger)));
    expect(await granted(ledger, NOW)).toEqual([5, 15]);
    expect(await granted(ledger, NOW + 200)).toEqual([0, 3]);
  });

  test('two ledgers on one database share the budgets', async () => {
    const url = await database.fresh();
    const [one, other] = [await openOn(database, url), await openOn(database, url)];
    await crowd(one, 12);
    const few = await claim(one, NOW, { rates: RATES, slots: { create: 3, read: 0, publish: 0 } });
    expect(few).toHaveLength(3);
    expect(await granted(other, NOW)).toEqual([2, 0]);
    expect(await granted(one, NOW + 1_000)).toEqual([1, 0]);
    expect(await granted(other, NOW + 1_000)).toEqual([0, 0]);
  });

  test('a pause defers one budget in every ledger, and the longer of two pauses counts', async () => {
    const url = await database.fresh();
    const [one, other] = [await openOn(database, url), await openOn(database, url)];
    await crowd(one, 3);
    await addStarted(one);
    await one.budgets.pause('account', NOW, MINUTE);
    await one.budgets.pause('account', NOW, 1_000);
    expect(await granted(other, NOW)).toEqual([0, 1]);
    expect(await granted(other, NOW + MINUTE - 1)).toEqual([0, 1]);
    expect(await granted(other, NOW + MINUTE)).toEqual([3, 0]);
    expect(await other.budgets.paused(NOW)).toEqual([{ name: 'account', pausedUntil: NOW + MINUTE, reason: null }]);
    expect(await other.budgets.paused(NOW + MINUTE)).toEqual([]);
  });

  test('a pause of Kratos defers only publications', async () => {
    const ledger = await openOn(database);
    await signUp(ledger, NOW, { kratosDue: NOW });
    await ledger.budgets.pause('kratos', NOW, MINUTE);
    const [claimed] = await claim(ledger);
    expect([claimed?.work.create !== undefined, claimed?.work.publish]).toEqual([true, false]);
    expect((await claim(ledger, NOW + MINUTE))[0]?.work.publish).toBe(true);
  });

  test('a pause of a fraction of a millisecond is rounded up', async () => {
    const ledger = await openOn(database);
    await ledger.budgets.pause('account', NOW, 1_234.5);
    expect((await ledger.budgets.paused(NOW))[0]?.pausedUntil).toBe(NOW + 1_235);
  });

  test('the turn of a new verification is at once, by the rate, or after the pause', async () => {
    const ledger = await openOn(database);
    expect(await ledger.budgets.turn(RATES.account, NOW)).toBe(0);
    await crowd(ledger, 8);
    expect(await ledger.budgets.turn(RATES.account, NOW)).toBe(3_000);
    await granted(ledger, NOW);
    expect(await ledger.budgets.turn(RATES.account, NOW)).toBe(3_000);
    await ledger.budgets.pause('account', NOW, MINUTE);
    expect(await ledger.budgets.turn(RATES.account, NOW)).toBe(MINUTE);
  });
}
