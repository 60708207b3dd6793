import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { LedgerUnavailable } from '../../../../webhook/errors.ts';
import { newIdentity } from '../../../../webhook/verification/record/record.ts';
import type { Database } from '../../../support/service/databases.ts';
import { MINUTE, NOW, put } from '../world.ts';
import { announceCurrent, begin, CRM, claimFor, DAY, decide, failedFor, kept, openTelling, SHOP } from './world.ts';

const DUE = NOW + MINUTE;

/** What is kept of events, and sent again. */
export function keptCases(database: Database): void {
  test('a replay makes the kept events of an identity due, with the bytes that they had', async () => {
    const ledger = await openTelling(database);
    const [id, other] = [await begin(ledger), await begin(ledger)];
    for (const delivery of await claimFor(ledger, DUE)) await ledger.deliveries.delivered(DUE, delivery, '200');
    const before = await ledger.deliveries.list({ identityId: id, withEnded: true, most: 1 });
    expect(await ledger.deliveries.replay(DUE, { identityId: id, announceCurrent })).toEqual({ again: 1, anew: 0 });
    const again = await claimFor(ledger, DUE);
    expect(again).toMatchObject([{ identityId: id, version: 1, body: before[0]?.body, tries: 0, result: null }]);
    expect(again.map(({ identityId }) => identityId)).not.toContain(other);
  });

  test('a replay since a time takes what was made since, and makes anew what changed since and is not kept', async () => {
    const ledger = await openTelling(database, []);
    await begin(ledger, NOW - DAY);
    const recent = await begin(ledger, NOW);
    await put(ledger, newIdentity({ id: randomUUID(), inherited: 'rejected' }, NOW), NOW);
    await ledger.deliveries.configure(NOW, [SHOP, CRM], announceCurrent);
    await decide(ledger, recent, NOW + 1, 'PASSED');
    expect(await ledger.deliveries.replay(DUE, { since: NOW - MINUTE, announceCurrent })).toEqual({
      again: 2,
      anew: 1,
    });
    expect((await kept(ledger)).sort()).toEqual([
      `crm approved 2 ${MINUTE}`,
      `shop approved 2 ${MINUTE}`,
      `shop rejected 0 ${MINUTE}`,
    ]);
    expect(await ledger.deliveries.replay(DUE, { endpoint: 'shop', since: 0, announceCurrent })).toEqual({
      again: 2,
      anew: 1,
    });
  });

  test('a replay ends with what is true now, also where only something older is kept', async () => {
    const ledger = await openTelling(database, [CRM]);
    const id = await begin(ledger);
    await decide(ledger, id, NOW + 1, 'PASSED');
    for (const delivery of await claimFor(ledger, DUE + 1, 'crm'))
      await ledger.deliveries.delivered(DUE, delivery, '200');
    // It does not want rejections yet.
    await decide(ledger, id, NOW + 2, 'FAILED', 2);
    await ledger.deliveries.configure(NOW, [{ ...CRM, types: SHOP.types, fingerprint: 'more' }], announceCurrent);
    const replay = { identityId: id, announceCurrent };
    expect(await ledger.deliveries.replay(DUE, replay)).toEqual({ again: 1, anew: 1 });
    const seen: string[] = [];
    for (;;) {
      const [next] = await claimFor(ledger, DUE, 'crm', 1);
      if (next === undefined) break;
      seen.push(next.type);
      await ledger.deliveries.delivered(DUE, next, '200');
    }
    expect(seen).toEqual(['verification.approved', 'verification.rejected']);
    expect(await ledger.deliveries.replay(DUE, replay)).toEqual({ again: 2, anew: 0 });
  });

  test('a large replay is many transactions, each of which may be tried again, and counts each event once', async () => {
    const ledger = await openTelling(database);
    const ids = await Promise.all(Array.from({ length: 40 }, () => begin(ledger)));
    for (const delivery of await claimFor(ledger, DUE, 'shop', 40))
      await ledger.deliveries.delivered(DUE, delivery, '200');
    let [runs, failures] = [0, 0];
    const retrying = async <T>(work: () => Promise<T>): Promise<T> => {
      runs += 1;
      try {
        if (runs === 2) throw new LedgerUnavailable('busy');
        return await work();
      } catch (error) {
        if (!(error instanceof LedgerUnavailable)) throw error;
        failures += 1;
        return work();
      }
    };
    const replayed = await ledger.deliveries.replay(DUE, { since: 0, announceCurrent, retrying });
    expect([replayed, failures]).toEqual([{ again: ids.length, anew: 0 }, 1]);
    expect(await claimFor(ledger, DUE, 'shop', 99)).toHaveLength(ids.length);
  });

  test('a replay starts an endpoint again that was stopped, and only the one that is named', async () => {
    const ledger = await openTelling(database, [SHOP, { ...SHOP, name: 'other' }]);
    const id = await begin(ledger);
    for (const name of ['shop', 'other'])
      for (const delivery of await claimFor(ledger, DUE, name)) await ledger.deliveries.gone(DUE, delivery, '410');
    await ledger.deliveries.replay(DUE, {
      endpoint: 'shop',
      identityId: id,
      announceCurrent,
      retrying: (work) => work(),
    });
    expect(await ledger.deliveries.nextDue(NOW + MINUTE)).toEqual([{ name: 'shop', at: DUE }]);
  });

  test('the list has what waits, those that failed often, or all that is kept', async () => {
    const ledger = await openTelling(database);
    await begin(ledger);
    await begin(ledger, NOW + 1);
    const [first] = await claimFor(ledger, DUE, 'shop', 1);
    if (first === undefined) throw new Error('nothing was claimed');
    await ledger.deliveries.failed(DUE, first, failedFor(DUE, DAY));
    expect(await ledger.deliveries.list({ most: 10 })).toHaveLength(2);
    expect(await ledger.deliveries.list({ leastTries: 1, most: 10 })).toMatchObject([{ tries: 1, lastOutcome: '500' }]);
    expect(await ledger.deliveries.list({ most: 1 })).toHaveLength(1);
  });

  test('the age of an endpoint is that of the oldest event that it has not taken, and none of one that has taken all', async () => {
    const ledger = await openTelling(database, [CRM, SHOP, { ...SHOP, name: 'other' }]);
    const agesOf = async () =>
      (await ledger.deliveries.ages()).map(({ name, oldest }) => [name, oldest && oldest - NOW]);
    expect(await agesOf()).toEqual([
      ['crm', null],
      ['other', null],
      ['shop', null],
    ]);
    await begin(ledger, NOW + 5);
    await begin(ledger, NOW + 7);
    const [first, second] = await claimFor(ledger, DUE + 7);
    if (first === undefined || second === undefined) throw new Error('nothing was claimed');
    expect(await agesOf()).toEqual([
      ['crm', null],
      ['other', 5],
      ['shop', 5],
    ]);
    await ledger.deliveries.delivered(DUE + 7, first, '200');
    expect((await agesOf()).at(-1)).toEqual(['shop', 7]);
    await ledger.deliveries.delivered(DUE + 7, second, '200');
    expect((await agesOf()).at(-1)).toEqual(['shop', null]);
    await ledger.deliveries.configure(NOW, [SHOP], announceCurrent);
    expect(await agesOf()).toEqual([['shop', null]]);
  });

  test('one event that fails is seen behind very many that do not, and an outage beside them', async () => {
    const ledger = await openTelling(database);
    await begin(ledger, NOW);
    const [old] = await claimFor(ledger, DUE, 'shop', 1);
    if (old === undefined) throw new Error('nothing was claimed');
    await ledger.deliveries.failed(DUE, old, failedFor(DUE, DAY));
    const oldest = async () => (await ledger.deliveries.ages())[0]?.oldest;
    // An endpoint that has taken another one since: nothing of it fails but this event.
    const other = await begin(ledger, NOW + 1);
    const later = (await claimFor(ledger, DUE + 1)).find(({ identityId }) => identityId === other);
    if (later === undefined) throw new Error('nothing was claimed');
    await ledger.deliveries.delivered(DUE + 1, later, '200');
    for (let n = 0; n < 120; n += 1) await begin(ledger, NOW + 2 * DAY + n);
    expect(await oldest()).toBe(NOW);
    // As after days in which everything that waits was tried once: since when it fails is known.
    const failing = (await claimFor(ledger, NOW + 3 * DAY, 'shop', 1))[0];
    if (failing === undefined) throw new Error('nothing was claimed');
    await ledger.deliveries.failed(NOW + 3 * DAY, failing, failedFor(NOW + 3 * DAY, DAY));
    expect(await oldest()).toBe(NOW);
  });

  test('an endpoint that is stopped says since when, and its events wait', async () => {
    const ledger = await openTelling(database);
    await begin(ledger, NOW);
    for (const delivery of await claimFor(ledger, DUE)) await ledger.deliveries.gone(DUE, delivery, '410');
    expect(await ledger.deliveries.ages()).toEqual([{ name: 'shop', stoppedAt: DUE, oldest: NOW }]);
  });

  test('events are deleted some time after their end, and those of no endpoint some time after they were made', async () => {
    const ledger = await openTelling(database);
    await begin(ledger);
    await begin(ledger, NOW + 5);
    const [first] = await claimFor(ledger, DUE, 'shop', 1);
    if (first === undefined) throw new Error('nothing was claimed');
    await ledger.deliveries.delivered(DUE, first, '200');
    const forget = (endedBefore: number, madeBefore: number) =>
      ledger.deliveries.forget({ now: DUE, endedBefore, madeBefore });
    expect(await forget(DUE, NOW)).toBe(false);
    expect(await kept(ledger)).toHaveLength(2);
    await forget(DUE + 1, NOW);
    expect(await kept(ledger)).toEqual([`shop pending 1 ${MINUTE + 5}`]);
    await forget(DUE + 1, NOW + 2 * MINUTE);
    expect(await kept(ledger)).toEqual([]);
  });
}
