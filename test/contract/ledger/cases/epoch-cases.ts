import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { openLedger } from '../../../../webhook/ledger/ledger.ts';
import { normalize } from '../../../../webhook/verification/record/normalize.ts';
import { newIdentity } from '../../../../webhook/verification/record/record.ts';
import type { Database } from '../../../support/service/databases.ts';
import { NOW, openOn, put, signUp } from '../world.ts';

export function epochCases(database: Database): void {
  test('a row is of the epoch in which it was made, and its copy needs no comparison', async () => {
    const ledger = await openOn(database);
    const id = await signUp(ledger);
    expect((await ledger.record(id))?.identity).toMatchObject({ epoch: ledger.epoch, uncomparedVersion: null });
    expect((await ledger.gate(id))?.uncomparedSince).toBeNull();
  });

  test('a row that is written in a later epoch keeps the version that it had when that epoch began, also over a further one', async () => {
    const url = await database.fresh();
    const id = randomUUID();
    const first = await openLedger(url, NOW, normalize);
    await put(first, newIdentity({ id, inherited: 'review' }, NOW));
    const before = await first.record(id);
    await first.close();
    for (const [later, version] of [
      [1_000, 7],
      [2_000, 9],
    ] as const) {
      const ledger = await openOn(database, url);
      if (ledger.epoch === before?.identity.epoch) continue;
      expect((await ledger.gate(id))?.uncomparedSince).toBe(before?.identity.changedAt);
      await ledger.change(
        id,
        NOW + later,
        (found) => found && { record: { ...found, identity: { ...found.identity, version, changedAt: NOW + later } } },
      );
      expect((await ledger.record(id))?.identity).toMatchObject({
        epoch: ledger.epoch,
        uncomparedVersion: before?.identity.version,
        uncomparedChangedAt: before?.identity.changedAt,
      });
      expect((await ledger.gate(id))?.uncomparedSince).toBe(before?.identity.changedAt);
    }
  });
}
