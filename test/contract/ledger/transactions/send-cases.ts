import { expect, test } from 'vitest';
import type { Database } from '../../../support/service/databases.ts';
import { DAY } from '../../../support/service/shifted-clock.ts';
import { NOW, openOn } from '../world.ts';
import { begin, record } from './world.ts';

const PAUSE_MS = 30_000;

/** Rules for how many codes are sent. */
export function sendCases(database: Database): void {
  test('of parallel sends of one attempt at two replicas one is reserved, and the others are too soon', async () => {
    const url = await database.fresh();
    const replicas = [await openOn(database, url), await openOn(database, url)] as const;
    const attempt = await begin(replicas[0], await record(replicas[0]));
    const sends = Array.from({ length: 10 }, (_, n) =>
      replicas[n % 2 === 0 ? 0 : 1].transactions.reserveSend(NOW, attempt),
    );
    expect((await Promise.all(sends)).sort()).toEqual(['reserved', ...Array.from({ length: 9 }, () => 'too-soon')]);
  });

  test('an attempt has three sends, half a minute apart, and none once it has ended', async () => {
    const ledger = await openOn(database);
    const attempt = await begin(ledger, await record(ledger));
    const send = (after: number) => ledger.transactions.reserveSend(NOW + after, attempt);
    expect([await send(0), await send(PAUSE_MS - 1), await send(PAUSE_MS)]).toEqual([
      'reserved',
      'too-soon',
      'reserved',
    ]);
    expect([await send(2 * PAUSE_MS - 1), await send(2 * PAUSE_MS)]).toEqual(['too-soon', 'reserved']);
    expect(await send(10 * PAUSE_MS)).toBe('used-up');
    await ledger.transactions.abandon(NOW, attempt, 'abandoned');
    expect(await send(10 * PAUSE_MS)).toBe('ended');
  });

  test('a payer has ten sends on one day of UTC, over all attempts, and ten more on the next', async () => {
    const ledger = await openOn(database);
    const open = await record(ledger);
    const send = async (now: number) => ledger.transactions.reserveSend(now, await begin(ledger, open));
    for (let n = 0; n < 10; n += 1) expect(await send(NOW)).toBe('reserved');
    expect(await send(NOW)).toBe('used-up');
    const other = await record(ledger);
    expect(await ledger.transactions.reserveSend(NOW, await begin(ledger, other))).toBe('reserved');
    const tomorrow = NOW + DAY;
    const next = await record(ledger, { identityId: open.identityId, expiresAt: tomorrow + DAY }, tomorrow);
    expect(await ledger.transactions.reserveSend(tomorrow, await begin(ledger, next, tomorrow))).toBe('reserved');
    expect(await ledger.transactions.payer(open.identityId)).toMatchObject({ sends: 1, failures: 0 });
  });

  test('a code that was not sent is given back to its day, and to no other', async () => {
    const ledger = await openOn(database);
    const open = await record(ledger);
    const attempt = await begin(ledger, open);
    await ledger.transactions.unsent(NOW, attempt);
    expect(await ledger.transactions.payer(open.identityId)).toBeUndefined();
    await ledger.transactions.reserveSend(NOW, attempt);
    await ledger.transactions.unsent(NOW + DAY, attempt);
    expect(await ledger.transactions.payer(open.identityId)).toMatchObject({ sends: 1 });
    await ledger.transactions.unsent(NOW, attempt);
    await ledger.transactions.unsent(NOW, attempt);
    expect(await ledger.transactions.payer(open.identityId)).toMatchObject({ sends: 0 });
    expect(await ledger.transactions.attempt(attempt.id)).toMatchObject({ sends: 1 });
  });
}
