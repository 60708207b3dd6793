import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Ledger } from '../../../../webhook/ledger/ledger.ts';
import type { Change, IdentityRecord } from '../../../../webhook/model.ts';
import { normalize } from '../../../../webhook/verification/record/normalize.ts';
import { newIdentity, updateIdentity } from '../../../../webhook/verification/record/record.ts';
import { applied } from '../../../support/builders/applied.ts';
import { leaseFor } from '../../../support/builders/claims.ts';
import { keysOf } from '../../../support/decision-table/cells.ts';
import { ATTEMPTS, STANDINGS, situation } from '../../../support/decision-table/rows.ts';
import type { Database } from '../../../support/service/databases.ts';
import { claim, MINUTE, NOW, newSignUp, openOn, put } from '../world.ts';

/** The same record of another identity, so that many fit in one ledger. */
function anew({ identity, verifications }: IdentityRecord): IdentityRecord {
  const id = randomUUID();
  const rows = verifications.map((row) => ({
    ...row,
    id: randomUUID(),
    identityId: id,
    executionId: row.executionId && randomUUID(),
  }));
  return { identity: { ...identity, id }, verifications: rows };
}

/** A record as the ledger stamps it. */
function inEpochOf({ epoch }: Ledger, record: IdentityRecord): IdentityRecord {
  return updateIdentity(record, { epoch });
}

const edit = fc.record({
  decision: fc.constantFrom('PASSED', 'WARNING', 'FAILED', null),
  completedAt: fc.integer({ min: NOW - MINUTE, max: NOW + MINUTE }),
  erasedAt: fc.constantFrom(null, NOW),
  awaitingConsent: fc.boolean(),
});

export function normalizeCases(database: Database): void {
  test('a change is saved as the pure change, normalised once, with its events; a preview returns the same and writes nothing', async () => {
    const ledger = await openOn(database);
    const cell = fc.tuple(fc.constantFrom(...keysOf(STANDINGS)), fc.constantFrom(...keysOf(ATTEMPTS)));
    await fc.assert(
      fc.asyncProperty(cell, edit, async (where, { decision, completedAt, ...columns }) => {
        const before = inEpochOf(ledger, normalize(anew(situation(...where)), NOW));
        const { id } = before.identity;
        await put(ledger, before);
        const decide = (found: IdentityRecord | undefined): Change => {
          if (found === undefined) throw new Error('it was just written');
          const [first, ...others] = found.verifications;
          const verifications = first
            ? [{ ...first, state: 'decided' as const, decision, completedAt }, ...others]
            : [];
          return { record: updateIdentity({ ...found, verifications }, columns), events: [{ kind: 'seen' }] };
        };
        const expected = applied(decide(before), NOW + MINUTE).record;
        expect(await ledger.preview(id, NOW + MINUTE, decide)).toStrictEqual(expected);
        expect(await ledger.record(id)).toStrictEqual(before);
        expect(await ledger.events(id)).toEqual([]);
        expect(await ledger.change(id, NOW + MINUTE, decide)).toStrictEqual(expected);
        expect(await ledger.record(id)).toStrictEqual(expected);
        expect((await ledger.events(id)).map(({ kind }) => kind)).toEqual(['seen']);
      }),
      { numRuns: 40 },
    );
  });

  test('a claim is saved as the pure lease, normalised', async () => {
    const ledger = await openOn(database);
    const before = inEpochOf(ledger, newSignUp());
    await put(ledger, before);
    const [claimed] = await claim(ledger, NOW + MINUTE);
    const leased = leaseFor(before, ['create', 'publish'], NOW + MINUTE);
    expect(claimed?.record).toStrictEqual(leased.record);
    expect(await ledger.record(before.identity.id)).toStrictEqual(claimed?.record);
  });

  test('a row of a bulk insert is saved normalised', async () => {
    const ledger = await openOn(database);
    const made = newIdentity({ id: randomUUID(), inherited: 'review' }, NOW);
    // The facts derived from an inherited status are computed, whatever the row contains.
    const changed = updateIdentity(made, { status: 'none', decidedAt: null });
    await ledger.bulkInsert.insert([changed.identity], NOW, () => undefined);
    expect(await ledger.record(made.identity.id)).toStrictEqual(inEpochOf(ledger, normalize(changed, NOW)));
    expect(await ledger.record(made.identity.id)).toStrictEqual(inEpochOf(ledger, made));
  });
}
