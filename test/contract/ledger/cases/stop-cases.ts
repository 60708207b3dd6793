import { expect, test } from 'vitest';
import { PROBE_EVERY_MS } from '../../../../webhook/ledger/budgets.ts';
import type { Ledger } from '../../../../webhook/ledger/ledger.ts';
import { normalize } from '../../../../webhook/verification/record/normalize.ts';
import { updateIdentity, updateVerification } from '../../../../webhook/verification/record/record.ts';
import type { Database } from '../../../support/service/databases.ts';
import { claim, idsOf, NOW, newSignUp, nextDue, openOn, put, signUp } from '../world.ts';

const DAY = 24 * 3_600_000;

/** An identity whose create call Jumio refused: due again in a day. */
async function parkedOne(ledger: Ledger, now = NOW): Promise<string> {
  const record = newSignUp(now);
  const [row] = record.verifications;
  const parked = updateVerification(record, row?.id ?? '', { createRefused: true, readDue: now + DAY });
  await put(ledger, updateIdentity(normalize(parked, now), { kratosDue: null }), now);
  return record.identity.id;
}

async function creates(ledger: Ledger, now: number): Promise<string[]> {
  return idsOf((await claim(ledger, now)).filter(({ work }) => work.create));
}

function quiet(ledger: Ledger, now: number, priority = false): Promise<string> {
  return signUp(ledger, now, { kratosDue: null, priority });
}

export function stopCases(database: Database): void {
  test('stopped creation is tried again every five minutes, with the oldest identity only', async () => {
    const ledger = await openOn(database);
    const later = await quiet(ledger, NOW + 1, true);
    const oldest = await quiet(ledger, NOW);
    await ledger.budgets.stop('the credentials are wrong', NOW + 1);
    expect(await creates(ledger, NOW + PROBE_EVERY_MS)).toEqual([]);
    const probe = NOW + 1 + PROBE_EVERY_MS;
    expect(await creates(ledger, probe)).toEqual([oldest]);
    expect(await creates(ledger, probe + PROBE_EVERY_MS - 1)).toEqual([]);
    expect([later, oldest]).toContain((await creates(ledger, probe + PROBE_EVERY_MS))[0]);
  });

  test('the reason of a stop is reported while it lasts, also between two tries', async () => {
    const ledger = await openOn(database);
    await ledger.budgets.stop('the credentials are wrong', NOW);
    for (const now of [NOW, NOW + PROBE_EVERY_MS, NOW + DAY])
      expect(await ledger.budgets.paused(now)).toMatchObject([
        { name: 'account', reason: 'the credentials are wrong' },
      ]);
    await ledger.budgets.cleared(NOW);
    expect(await ledger.budgets.paused(NOW)).toEqual([]);
  });

  test('a created account ends the stop for all identities, refused ones included', async () => {
    const ledger = await openOn(database);
    const ids = [await quiet(ledger, NOW), await parkedOne(ledger), await parkedOne(ledger)];
    await ledger.budgets.stop('a reason', NOW);
    expect(await creates(ledger, NOW)).toEqual([]);
    await ledger.budgets.cleared(NOW);
    expect(await nextDue(ledger)).toBe(NOW);
    expect((await creates(ledger, NOW)).sort()).toEqual([...ids].sort());
    // Still marked: a further refusal is not the second in a row, which would stop all creation again.
    expect((await ledger.record(ids[1] ?? ''))?.verifications[0]?.createRefused).toBe(true);
  });

  test('one refused identity is deferred, two in a row stop creation', async () => {
    const ledger = await openOn(database);
    expect(await ledger.budgets.refused('the workflow key', NOW, true)).toBe(false);
    expect(await ledger.budgets.paused(NOW)).toEqual([]);
    expect(await ledger.budgets.refused('the workflow key', NOW, true)).toBe(true);
    expect(await ledger.budgets.paused(NOW)).toMatchObject([{ reason: 'the workflow key' }]);
  });

  test('a success between two refusals resets their count', async () => {
    const ledger = await openOn(database);
    await parkedOne(ledger);
    await ledger.budgets.refused('a reason', NOW, true);
    await ledger.budgets.cleared(NOW);
    expect(await ledger.budgets.refused('a reason', NOW, true)).toBe(false);
    expect(await creates(ledger, NOW)).toEqual([]);
  });

  test('the daily retry of a refused identity is not counted as a second refusal', async () => {
    const ledger = await openOn(database);
    await ledger.budgets.refused('a reason', NOW, true);
    expect(await ledger.budgets.refused('a reason', NOW + DAY, false)).toBe(false);
  });

  test('during a stop a refused identity is tried only if no other is due', async () => {
    const ledger = await openOn(database);
    const [older, younger] = [await parkedOne(ledger, NOW - 1), await parkedOne(ledger, NOW)];
    for (const _ of [older, younger]) await ledger.budgets.refused('the workflow key', NOW, true);
    const probe = NOW + PROBE_EVERY_MS;
    expect(await creates(ledger, probe)).toEqual([older]);
    const healthy = await quiet(ledger, probe);
    expect(await creates(ledger, probe + PROBE_EVERY_MS)).toEqual([healthy]);
  });

  test('two ledgers share the one try during a stop', async () => {
    const url = await database.fresh();
    const [one, other] = [await openOn(database, url), await openOn(database, url)];
    await quiet(one, NOW);
    await quiet(one, NOW);
    await one.budgets.stop('a reason', NOW);
    const probe = NOW + PROBE_EVERY_MS;
    expect([...(await creates(one, probe)), ...(await creates(other, probe))]).toHaveLength(1);
  });
}
