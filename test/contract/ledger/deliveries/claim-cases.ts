import { expect, test } from 'vitest';
import type { Delivery } from '../../../../webhook/events/model.ts';
import type { Ledger } from '../../../../webhook/ledger/ledger.ts';
import type { Database } from '../../../support/service/databases.ts';
import { MINUTE, NOW } from '../world.ts';
import { announceCurrent, begin, CRM, claimFor, DAY, decide, failedFor, kept, openTelling, SHOP } from './world.ts';

const DUE = NOW + MINUTE + 100;

async function one(ledger: Ledger, now: number): Promise<Delivery> {
  const [delivery] = await claimFor(ledger, now, 'shop', 1);
  if (delivery === undefined) throw new Error('nothing was claimed');
  return delivery;
}

const names = (deliveries: readonly Delivery[]): string[] =>
  deliveries.map(({ identityId, version }) => `${identityId} ${version}`).sort();

/** How events are claimed, and what is written of them. */
export function deliveryCases(database: Database): void {
  test('of each identity the first event that is left is claimed, and the next one when it has ended', async () => {
    const ledger = await openTelling(database);
    const [id, other] = [await begin(ledger), await begin(ledger)];
    await decide(ledger, id, NOW + 1, 'PASSED');
    const first = await claimFor(ledger, DUE);
    expect(names(first)).toEqual([`${id} 1`, `${other} 1`].sort());
    expect(await claimFor(ledger, DUE)).toEqual([]);
    for (const delivery of first) expect(await ledger.deliveries.delivered(DUE, delivery, '200')).toBe(false);
    expect(names(await claimFor(ledger, DUE))).toEqual([`${id} 2`]);
  });

  test('an event that fails holds back those behind it, and no other identity', async () => {
    const ledger = await openTelling(database);
    const id = await begin(ledger);
    await decide(ledger, id, NOW + 1, 'PASSED');
    await ledger.deliveries.failed(DUE, await one(ledger, DUE), failedFor(DUE, 5 * MINUTE));
    const other = await begin(ledger, NOW + 2);
    expect(names(await claimFor(ledger, DUE))).toEqual([`${other} 1`]);
    expect(await kept(ledger)).toContain(`shop pending 1 ${DUE + 5 * MINUTE - NOW}`);
  });

  test('a lease that was never given back ends by itself, and its late result counts no longer', async () => {
    const ledger = await openTelling(database);
    await begin(ledger);
    const lost = await one(ledger, DUE);
    expect(await claimFor(ledger, DUE + MINUTE / 2 - 1)).toEqual([]);
    const again = await one(ledger, DUE + MINUTE / 2);
    expect(again.lease).toBe(2);
    expect(await ledger.deliveries.failed(DUE + MINUTE, lost, failedFor(DUE, null))).toBe(0);
    await ledger.deliveries.delivered(DUE + MINUTE, again, '200');
    expect(await kept(ledger)).toEqual(['shop pending 1 delivered']);
  });

  test('at most so many are under way at an endpoint, of all processes together', async () => {
    const url = await database.fresh();
    const ledger = await openTelling(database, [SHOP], url);
    for (let n = 0; n < 5; n += 1) await begin(ledger);
    expect(await claimFor(ledger, DUE, 'shop', 3)).toHaveLength(3);
    expect(await claimFor(ledger, DUE, 'shop', 3)).toEqual([]);
    expect(await claimFor(ledger, DUE, 'shop', 4)).toHaveLength(1);
  });

  test('an endpoint that fails is asked with one event at a time, a new one first, and not before its pause is over', async () => {
    const ledger = await openTelling(database);
    const failing = await begin(ledger);
    const first = await one(ledger, DUE);
    expect(await ledger.deliveries.failed(DUE, first, failedFor(DUE, MINUTE, MINUTE))).toBe(1);
    const fresh = [await begin(ledger, NOW + 5), await begin(ledger, NOW + 6)];
    expect(await ledger.deliveries.nextDue(DUE)).toEqual([{ name: 'shop', at: DUE + MINUTE }]);
    expect(await claimFor(ledger, DUE + MINUTE - 1)).toEqual([]);
    const [probe, ...others] = await claimFor(ledger, DUE + MINUTE);
    expect(others).toEqual([]);
    expect(fresh).toContain(probe?.identityId);
    expect(await claimFor(ledger, DUE + MINUTE)).toEqual([]);
    if (probe === undefined) throw new Error('no probe');
    expect(await ledger.deliveries.failed(DUE + MINUTE, probe, failedFor(DUE + MINUTE, DAY, 0))).toBe(2);
    const [next] = await claimFor(ledger, DUE + MINUTE);
    if (next === undefined) throw new Error('no probe');
    expect(await ledger.deliveries.delivered(DUE + MINUTE, next, '204')).toBe(true);
    // After a minute without a success everything that failed in it is due.
    expect(names(await claimFor(ledger, DUE + MINUTE))).toEqual([`${failing} 1`, `${probe.identityId} 1`].sort());
  });

  test('after a short failure nothing is brought forward', async () => {
    const ledger = await openTelling(database);
    await begin(ledger);
    await ledger.deliveries.failed(DUE, await one(ledger, DUE), failedFor(DUE, 5 * MINUTE));
    await begin(ledger, NOW + 5);
    expect(await ledger.deliveries.delivered(DUE + 1, await one(ledger, DUE), '200')).toBe(true);
    expect(await claimFor(ledger, DUE + MINUTE)).toEqual([]);
    expect(await claimFor(ledger, DUE + 5 * MINUTE)).toHaveLength(1);
  });

  test('one event that fails alone is brought forward once, and then comes by its own schedule', async () => {
    const ledger = await openTelling(database);
    const poison = await begin(ledger);
    let now = DUE;
    await ledger.deliveries.failed(now, await one(ledger, now), failedFor(now, DAY));
    const brought: boolean[] = [];
    for (let n = 0; n < 4; n += 1) {
      now += 2 * MINUTE;
      const other = await begin(ledger, now - MINUTE);
      const [good] = await claimFor(ledger, now, 'shop', 1);
      expect(good?.identityId).toBe(other);
      if (good !== undefined) await ledger.deliveries.delivered(now, good, '200');
      const [again] = await claimFor(ledger, now, 'shop', 1);
      brought.push(again?.identityId === poison);
      if (again !== undefined) await ledger.deliveries.failed(now, again, failedFor(now, DAY));
    }
    expect(brought).toEqual([true, false, false, false]);
  });

  test('what is behind an event that failed, or under way, is not due', async () => {
    const ledger = await openTelling(database);
    const id = await begin(ledger);
    await decide(ledger, id, NOW + 1, 'PASSED');
    await ledger.deliveries.failed(DUE, await one(ledger, DUE), failedFor(DUE, 5 * MINUTE));
    expect(await ledger.deliveries.nextDue(DUE)).toEqual([{ name: 'shop', at: DUE + 5 * MINUTE }]);
    await begin(ledger, NOW + 2);
    expect(await ledger.deliveries.nextDue(DUE)).toEqual([{ name: 'shop', at: DUE }]);
    await one(ledger, DUE);
    expect(await ledger.deliveries.nextDue(DUE)).toEqual([{ name: 'shop', at: DUE + 5 * MINUTE }]);
  });

  test('what a clock that was ahead has written holds nothing up', async () => {
    const ledger = await openTelling(database);
    for (let n = 0; n < 3; n += 1) await begin(ledger);
    const tomorrow = DUE + DAY;
    await ledger.deliveries.failed(tomorrow, await one(ledger, tomorrow), failedFor(tomorrow, MINUTE, 5 * MINUTE));
    await one(ledger, tomorrow + 5 * MINUTE);
    // The clock is set right: an endpoint pauses for minutes, and a lease lasts for half of one.
    expect((await ledger.deliveries.nextDue(DUE))[0]?.at).toBeLessThanOrEqual(DUE);
    const claimed = await one(ledger, DUE);
    expect(await ledger.deliveries.delivered(DUE, claimed, '200')).toBe(true);
    expect(await claimFor(ledger, DUE)).toHaveLength(2);
  });

  test('an event that is given up lets the next one go on, and is in the audit trail', async () => {
    const ledger = await openTelling(database);
    const id = await begin(ledger);
    await decide(ledger, id, NOW + 1, 'PASSED');
    await ledger.deliveries.failed(DUE, await one(ledger, DUE), failedFor(DUE, null));
    expect((await one(ledger, DUE)).version).toBe(2);
    expect((await kept(ledger))[0]).toBe('shop pending 1 given-up');
    expect((await ledger.events(id)).at(-1)).toMatchObject({
      kind: 'event_given_up',
      detail: { endpoint: 'shop', sequence: 1, outcome: '500' },
    });
  });

  test('410 stops an endpoint until its configuration changes, and keeps its events', async () => {
    const ledger = await openTelling(database, [SHOP, CRM]);
    await begin(ledger);
    const delivery = await one(ledger, DUE);
    await ledger.deliveries.gone(DUE, delivery, '410');
    await begin(ledger, NOW + 1);
    expect(await claimFor(ledger, DUE)).toEqual([]);
    expect(await ledger.deliveries.nextDue(DUE)).toEqual([]);
    await ledger.deliveries.configure(DUE, [SHOP, CRM], announceCurrent);
    expect(await claimFor(ledger, DUE)).toEqual([]);
    expect((await ledger.events(null)).map(({ kind, detail }) => [kind, detail])).toEqual([
      ['endpoint_stopped', { endpoint: 'shop' }],
    ]);
    await ledger.deliveries.configure(DUE, [{ ...SHOP, fingerprint: 'c' }, CRM], announceCurrent);
    expect(await claimFor(ledger, DUE)).toHaveLength(2);
  });

  test('an endpoint that comes back hears of what waited, and then of what is true now', async () => {
    const ledger = await openTelling(database);
    const [changed, same] = [await begin(ledger), await begin(ledger)];
    await ledger.deliveries.configure(NOW, [], announceCurrent);
    await decide(ledger, changed, NOW + 1, 'FAILED');
    await ledger.deliveries.configure(NOW + 2, [SHOP], announceCurrent);
    const types = async (id: string) =>
      (await ledger.deliveries.list({ identityId: id, most: 9 })).map(({ type, version }) => `${type} ${version}`);
    expect(await types(changed)).toEqual(['verification.pending 1', 'verification.rejected 2']);
    expect(await types(same)).toEqual(['verification.pending 1']);
    // The same configuration again makes nothing.
    await ledger.deliveries.configure(NOW + 3, [SHOP], announceCurrent);
    expect(await types(changed)).toHaveLength(2);
  });

  test('an endpoint with more types is told what it did not want while an event waited for it', async () => {
    const ledger = await openTelling(database, [CRM]);
    const id = await begin(ledger);
    await decide(ledger, id, NOW + 1, 'PASSED');
    await decide(ledger, id, NOW + 2, 'FAILED', 2);
    const more = { ...CRM, types: SHOP.types, fingerprint: 'more' };
    await ledger.deliveries.configure(NOW + 3, [more], announceCurrent);
    const waiting = await ledger.deliveries.list({ identityId: id, most: 9 });
    expect(waiting.map(({ type }) => type)).toEqual(['verification.approved', 'verification.rejected']);
  });

  test('an endpoint that is configured no more gets nothing, and hears of what waited when it comes back', async () => {
    const ledger = await openTelling(database);
    await begin(ledger);
    await ledger.deliveries.configure(NOW, [], announceCurrent);
    expect(await ledger.deliveries.nextDue(DUE)).toEqual([]);
    expect(await claimFor(ledger, DUE)).toEqual([]);
    expect(await ledger.deliveries.endpoints()).toEqual([]);
    await begin(ledger);
    await ledger.deliveries.configure(NOW, [SHOP], announceCurrent);
    expect(await claimFor(ledger, DUE)).toHaveLength(1);
    expect(await ledger.deliveries.endpoints()).toMatchObject([
      { name: 'shop', waiting: 1, oldest: NOW, stoppedAt: null },
    ]);
  });
}
