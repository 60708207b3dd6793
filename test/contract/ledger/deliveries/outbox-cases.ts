import { expect, onTestFinished, test } from 'vitest';
import { announce } from '../../../../webhook/events/message.ts';
import { openLedger } from '../../../../webhook/ledger/ledger.ts';
import { erase } from '../../../../webhook/verification/operator/actions.ts';
import { normalize } from '../../../../webhook/verification/record/normalize.ts';
import { newIdentity } from '../../../../webhook/verification/record/record.ts';
import type { Database } from '../../../support/service/databases.ts';
import { MINUTE, NOW, put } from '../world.ts';
import {
  announceCurrent,
  begin,
  CRM,
  change,
  claimFor,
  decide,
  failedFor,
  kept,
  openTelling,
  patch,
  SHOP,
} from './world.ts';

/** What a change leaves for applications, in its own transaction. */
export function outboxCases(database: Database): void {
  test('without an endpoint a change leaves nothing', async () => {
    const ledger = await openTelling(database, []);
    const id = await begin(ledger);
    await decide(ledger, id, NOW, 'PASSED');
    expect(await kept(ledger)).toEqual([]);
    expect(await ledger.deliveries.nextDue(NOW + MINUTE)).toEqual([]);
  });

  test('a change leaves one event for each endpoint that wants its type, due in a minute', async () => {
    const ledger = await openTelling(database, [SHOP, CRM]);
    const id = await begin(ledger);
    await decide(ledger, id, NOW + 1, 'PASSED');
    expect((await kept(ledger)).sort()).toEqual([
      `crm approved 2 ${MINUTE + 1}`,
      `shop approved 2 ${MINUTE + 1}`,
      `shop pending 1 ${MINUTE}`,
    ]);
    const [row] = await ledger.deliveries.list({ identityId: id, endpoint: 'crm', most: 1 });
    expect(JSON.parse(row?.body ?? '')).toMatchObject({
      type: 'verification.approved',
      data: { identity_id: id, status: 'approved', previous_status: 'pending', source: 'operator', sequence: 2 },
    });
  });

  test('a change that is refused, or that changes nothing, leaves nothing', async () => {
    const ledger = await openTelling(database);
    const id = await begin(ledger);
    await change(ledger, id, NOW, patch({ readRequests: 7 }));
    await expect(
      ledger.change(id, NOW, () => {
        throw new Error('refused');
      }),
    ).rejects.toThrow('refused');
    expect(await kept(ledger)).toEqual([`shop pending 1 ${MINUTE}`]);
  });

  test('the confirmed copy brings the events forward that waited for it, and no later one', async () => {
    const ledger = await openTelling(database);
    const id = await begin(ledger);
    await decide(ledger, id, NOW + 10, 'PASSED');
    await change(ledger, id, NOW + 20, patch({ published: 1 }));
    expect(await kept(ledger)).toEqual([`shop pending 1 20`, `shop approved 2 ${MINUTE + 10}`]);
    await change(ledger, id, NOW + 30, patch({ published: 2 }));
    expect(await kept(ledger)).toEqual([`shop pending 1 20`, 'shop approved 2 30']);
  });

  test('a copy that is confirmed again does not shorten the pause of an event that failed', async () => {
    const ledger = await openTelling(database);
    const id = await begin(ledger);
    const [delivery] = await claimFor(ledger, NOW + MINUTE);
    if (delivery === undefined) throw new Error('nothing was claimed');
    await ledger.deliveries.failed(NOW + MINUTE, delivery, failedFor(NOW + MINUTE, 5 * MINUTE));
    await change(ledger, id, NOW + MINUTE, patch({ published: 1 }));
    expect(await kept(ledger)).toEqual([`shop pending 1 ${6 * MINUTE}`]);
  });

  test('an erasure leaves its own event and deletes the others, except one that is under way', async () => {
    const ledger = await openTelling(database, [SHOP, CRM]);
    const [id, other] = [await begin(ledger), await begin(ledger)];
    await decide(ledger, id, NOW, 'PASSED');
    const [first] = await claimFor(ledger, NOW + MINUTE, 'shop', 1);
    if (first === undefined) throw new Error('nothing was claimed');
    await change(ledger, first.identityId, NOW + MINUTE, (record) => erase(record, 'ann', NOW + MINUTE).record);
    const left = (await ledger.deliveries.list({ identityId: first.identityId, most: 10 })).map(({ type }) => type);
    expect(left.sort()).toEqual(['verification.erased', 'verification.pending']);
    await ledger.deliveries.failed(NOW + MINUTE, first, failedFor(NOW + MINUTE, MINUTE));
    const erased = await ledger.deliveries.list({ identityId: first.identityId, withEnded: true, most: 10 });
    expect(erased.map(({ type }) => type)).toEqual(['verification.erased']);
    expect(erased[0]?.body).not.toMatch(/approved|jumio|pending/);
    expect(await ledger.deliveries.list({ identityId: first.identityId === id ? other : id, most: 10 })).not.toEqual(
      [],
    );
  });

  test('an erasure deletes events although no endpoint is configured any more', async () => {
    const ledger = await openTelling(database, [SHOP, CRM]);
    const [id, other] = [await begin(ledger), await begin(ledger)];
    for (const delivery of await claimFor(ledger, NOW + MINUTE))
      await ledger.deliveries.delivered(NOW, delivery, '200');
    await decide(ledger, id, NOW, 'PASSED');
    await ledger.deliveries.configure(NOW, [], announceCurrent);
    await change(ledger, id, NOW + 1, (record) => erase(record, 'ann', NOW + 1).record);
    expect(await ledger.deliveries.list({ identityId: id, withEnded: true, most: 9 })).toEqual([]);
    expect(await ledger.deliveries.list({ identityId: other, withEnded: true, most: 9 })).toHaveLength(1);
  });

  test('an erasure deletes an event whose process died while it sent it', async () => {
    const ledger = await openTelling(database);
    const id = await begin(ledger);
    await claimFor(ledger, NOW + MINUTE);
    const later = NOW + 2 * MINUTE;
    await change(ledger, id, later, (record) => erase(record, 'ann', later).record);
    const left = await ledger.deliveries.list({ identityId: id, withEnded: true, most: 9 });
    expect(left.map(({ type }) => type)).toEqual(['verification.erased']);
  });

  test('of an erased identity what was under way is kept by no result, also where the endpoint does not hear of erasures', async () => {
    const now = NOW + MINUTE;
    for (const end of ['delivered', 'failed', 'gone'] as const) {
      const pending = { ...SHOP, types: ['verification.pending' as const] };
      const ledger = await openTelling(database, [pending]);
      const id = await begin(ledger);
      const [under] = await claimFor(ledger, now);
      if (under === undefined) throw new Error('nothing was claimed');
      await change(ledger, id, now, (record) => erase(record, 'ann', now).record);
      const { deliveries } = ledger;
      if (end === 'failed') await deliveries.failed(now, under, failedFor(now, MINUTE));
      else await deliveries[end](now, under, '200');
      expect(await deliveries.list({ identityId: id, withEnded: true, most: 9 }), end).toEqual([]);
    }
  });

  test('after the event of an erasure is taken, nothing else of the identity is kept for the endpoint', async () => {
    const ledger = await openTelling(database);
    const id = await begin(ledger);
    const [first] = await claimFor(ledger, NOW + MINUTE);
    if (first === undefined) throw new Error('nothing was claimed');
    await change(ledger, id, NOW + MINUTE, (record) => erase(record, 'ann', NOW + MINUTE).record);
    await ledger.deliveries.delivered(NOW + MINUTE, first, '200');
    const [erased] = await claimFor(ledger, NOW + 2 * MINUTE);
    if (erased === undefined) throw new Error('nothing was claimed');
    await ledger.deliveries.delivered(NOW + 2 * MINUTE, erased, '204');
    expect(await kept(ledger)).toEqual(['shop erased 2 delivered']);
  });

  test('a command beside the service tells the endpoints that the service has', async () => {
    const url = await database.fresh();
    const service = await openTelling(database, [CRM, SHOP], url);
    const command = await openLedger(url, NOW, normalize, { announce, beginsEpoch: false });
    onTestFinished(() => command.close());
    await begin(command);
    expect(await kept(service)).toEqual([]);
    await command.deliveries.follow();
    await begin(command);
    expect(await kept(service)).toEqual([`shop pending 1 ${MINUTE}`]);
  });

  test('an identity that is inserted in bulk, with the status of its copy, is no event', async () => {
    const ledger = await openTelling(database);
    await put(ledger, newIdentity({ id: 'f0f0c1f2-0000-4000-8000-000000000001', inherited: 'approved' }, NOW));
    expect(await kept(ledger)).toEqual([]);
  });
}
