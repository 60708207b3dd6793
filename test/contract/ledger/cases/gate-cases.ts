import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Column } from '../../../../webhook/columns.ts';
import { identityColumns } from '../../../../webhook/model.ts';
import { newIdentity } from '../../../../webhook/verification/record/record.ts';
import type { Database } from '../../../support/service/databases.ts';
import { NOW, openOn, signUp } from '../world.ts';

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

const VALUES: Readonly<Record<Column<unknown>['storedAs'], fc.Arbitrary<unknown>>> = {
  text: fc.string(),
  bigint: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  integer: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  'double precision': fc.double({ noNaN: true, noDefaultInfinity: true }),
  boolean: fc.boolean(),
};

/** Any values of the columns, but the id. */
const anyIdentity = fc.record(
  Object.fromEntries(
    Object.entries<Column<unknown>>(identityColumns)
      .filter(([name]) => name !== 'id')
      .map(([name, { storedAs, isNullable }]) => [name, isNullable ? fc.option(VALUES[storedAs]) : VALUES[storedAs]]),
  ),
);

export function gateCases(database: Database): void {
  test('the row of the gate has the values of the record, whatever they are', async () => {
    const ledger = await openOn(database, undefined, NOW, (record) => record);
    await fc.assert(
      fc.asyncProperty(anyIdentity, async (columns) => {
        const id = randomUUID();
        const identity = Object.assign(newIdentity({ id }, NOW).identity, columns);
        await ledger.change(id, NOW, () => ({ record: { identity, verifications: [] } }));
        const written = (await ledger.record(id))?.identity;
        const { attempts, uncomparedSince, ...row } = (await ledger.gate(id)) ?? {};
        expect(written).toMatchObject(row);
        expect(Object.keys(row).length).toBeGreaterThan(15);
        expect({ attempts, uncomparedSince }).toEqual({
          attempts: 0,
          uncomparedSince:
            written?.uncomparedChangedAt ?? (written?.epoch === ledger.epoch ? null : written?.changedAt),
        });
      }),
      { numRuns: 60 },
    );
  });

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
