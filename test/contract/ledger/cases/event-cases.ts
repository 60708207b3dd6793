import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Database } from '../../../support/service/databases.ts';
import { MINUTE, NOW, openOn, signUp } from '../world.ts';

export function eventCases(database: Database): void {
  test('events are returned in order, with time, verification and detail', async () => {
    const ledger = await openOn(database);
    const id = await signUp(ledger);
    const verificationId = randomUUID();
    await ledger.change(id, NOW + MINUTE, (found) => {
      if (found === undefined) throw new Error('it was just written');
      const events = [{ kind: 'first', verificationId, detail: { seen: 'ü', n: 1, sure: true, none: null } }];
      return { record: found, events: [...events, { kind: 'second' }] };
    });
    expect(await ledger.events(id)).toEqual([
      { at: NOW + MINUTE, kind: 'first', verificationId, detail: { seen: 'ü', n: 1, sure: true, none: null } },
      { at: NOW + MINUTE, kind: 'second', verificationId: null, detail: {} },
    ]);
  });

  test('an event without an identity is stored too', async () => {
    const ledger = await openOn(database);
    await ledger.note(NOW, { kind: 'unmatched', detail: { execution: 'x' } });
    expect(await ledger.events(null)).toEqual([
      { at: NOW, kind: 'unmatched', verificationId: null, detail: { execution: 'x' } },
    ]);
  });

  test('an event with a once key is stored once, also with concurrent writers', async () => {
    const ledger = await openOn(database);
    await Promise.all(Array.from({ length: 20 }, () => ledger.note(NOW, { kind: 'unmatched', once: 'the key' })));
    await ledger.note(NOW, { kind: 'unmatched', once: 'another key' });
    await ledger.note(NOW, { kind: 'unmatched' });
    await ledger.note(NOW, { kind: 'unmatched' });
    expect(await ledger.events(null)).toHaveLength(4);
  });

  test('events cannot be changed or deleted', async () => {
    const url = await database.fresh();
    const ledger = await openOn(database, url);
    await ledger.note(NOW, { kind: 'unmatched' });
    const connection = await database.connectBeside(url);
    await expect(connection.run(`update events set kind = 'nothing'`)).rejects.toThrow(/append-only/);
    await expect(connection.run('delete from events')).rejects.toThrow(/append-only/);
    if (database.dialect === 'postgres')
      await expect(connection.run('truncate table events')).rejects.toThrow(/append-only/);
    expect(await ledger.events(null)).toHaveLength(1);
  });

  test('the events since a time are those of that time or later, also where clocks differed by hours', async () => {
    const ledger = await openOn(database);
    const hour = 60 * MINUTE;
    const times = Array.from({ length: 150 }, (_, n) => NOW + n * hour + ((n * 7919) % 23) * hour - 11 * hour);
    for (const [n, at] of times.entries()) await ledger.note(at, { kind: 'unmatched', detail: { n } });
    for (const since of [0, NOW - 12 * hour, ...times.filter((_, n) => n % 10 === 0), NOW + 400 * hour]) {
      const read: unknown[] = [];
      for await (const { detail } of ledger.reports.events({ since })) read.push(Object(detail).n);
      expect(read).toEqual(times.flatMap((at, n) => (at >= since ? [n] : [])));
    }
  });
}
