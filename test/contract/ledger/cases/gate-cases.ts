import { expect, test } from 'vitest';
import type { Database } from '../../../support/service/databases.ts';
import { openOn, signUp } from '../world.ts';

/** Longer than any read without a lock, and shorter than every timeout of a ledger. */
const AT_ONCE_MS = 80;

const BEGIN = { sqlite: 'begin immediate', postgres: 'begin' };

/** The shortest of several durations, to exclude delays of the machine. */
async function shortest(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  while (times.length < 10) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return Math.min(...times);
}

export function gateCases(database: Database): void {
  test('the gate reads committed data only, and waits for no write', async () => {
    const url = await database.fresh();
    const ledger = await openOn(database, url);
    const id = await signUp(ledger);
    await ledger.gate(id);
    const connection = await database.connectBeside(url);
    await connection.run(BEGIN[database.dialect]);
    await connection.run(`update identities set status = 'rejected', standing = 'rejected' where id = '${id}'`);
    expect((await ledger.gate(id))?.status).toBe('pending');
    expect(await shortest(() => ledger.gate(id))).toBeLessThan(AT_ONCE_MS);
    await connection.run('commit');
    expect((await ledger.gate(id))?.status).toBe('rejected');
  });
}
