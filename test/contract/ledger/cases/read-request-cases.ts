import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Ledger, ReadRequestRow } from '../../../../webhook/ledger/ledger.ts';
import type { IdentityRecord, Verification } from '../../../../webhook/model.ts';
import { applyReadRequest, patchOfReadRequest } from '../../../../webhook/verification/execution/schedule.ts';
import { normalize } from '../../../../webhook/verification/record/index.ts';
import { newIdentity, newVerification } from '../../../../webhook/verification/record/record.ts';
import type { Database } from '../../../support/service/databases.ts';
import { MINUTE, NOW, openOn } from '../world.ts';

const time = fc.integer({ min: NOW - 200 * MINUTE, max: NOW + 200 * MINUTE });

const status: fc.Arbitrary<string> = fc.constantFrom(
  'INITIATED',
  'ACQUISITION_STARTED',
  'PROCESSED',
  'SESSION_EXPIRED',
  'odd',
);

function orNull<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.option(value, { nil: null });
}

/** An attempt whose execution was created, in any state of its life. */
const attempt: fc.Arbitrary<Partial<Verification>> = fc.record({
  state: fc.constantFrom('started', 'decided', 'expired'),
  decision: orNull(fc.constantFrom('PASSED', 'WARNING', 'FAILED')),
  jumioStatus: orNull(status),
  lastReadAt: orNull(time),
  lastReadFor: orNull(status),
  readDue: orNull(time),
  activeAt: orNull(time),
  claimedStatus: orNull(status),
  notFound: fc.constantFrom('none', 'one', 'both', 'both-and-one'),
  link: fc.constantFrom('https://link.example', 'https://link.example', null),
  linkEndsAt: time,
  prefillDue: orNull(time),
});

const identity = fc.record({
  leasedUntil: fc.oneof(fc.constant(0), time),
  readRequests: fc.integer({ min: 0, max: 9 }),
  erasedAt: fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: time }),
});

const requests = fc.array(
  fc.record({ claimed: fc.option(status, { nil: undefined }), after: fc.integer({ min: 0, max: 90 * MINUTE }) }),
  { minLength: 1, maxLength: 4 },
);

/** A record with these attempts, of which the last may be open. */
function recordOf(of: object, attempts: readonly Partial<Verification>[]): IdentityRecord {
  const id = randomUUID();
  const first = newIdentity({ id }, NOW - 300 * MINUTE);
  const verifications = attempts.map((patch, index) => {
    const isLast = index === attempts.length - 1;
    const state = patch.state === 'started' && !isLast ? 'expired' : (patch.state ?? 'started');
    const created = { executionId: randomUUID(), accountId: 'account', attempt: index + 1, state };
    return { ...newVerification(first, randomUUID(), NOW - 300 * MINUTE), ...patch, ...created };
  });
  return { identity: Object.assign({ ...first.identity }, of), verifications };
}

/** The same with ids of its own. */
function twinOf(record: IdentityRecord): IdentityRecord {
  const id = randomUUID();
  const renamed = { identityId: id };
  const verifications = record.verifications.map((row) => ({
    ...row,
    ...renamed,
    id: randomUUID(),
    executionId: randomUUID(),
  }));
  return { identity: { ...record.identity, id }, verifications };
}

/** A record and its events as they are stored, with the ids replaced by places. */
async function stored(ledger: Ledger, { identity: { id }, verifications }: IdentityRecord): Promise<unknown> {
  const names = new Map([[id, 'identity']]);
  for (const [index, row] of verifications.entries())
    names.set(row.id, `verification ${index}`).set(row.executionId ?? '', `execution ${index}`);
  const text = JSON.stringify([await ledger.record(id), await ledger.events(id)]);
  const named = [...names].reduce((all, [from, to]) => all.replaceAll(from, to), text);
  // The content names the verification, and so has another version only if it was written more often.
  return JSON.parse(named);
}

async function put(ledger: Ledger, record: IdentityRecord): Promise<void> {
  await ledger.change(record.identity.id, NOW, () => ({ record }));
}

export function readRequestCases(database: Database): void {
  test('a read request leaves the rows and events that a change of the whole record leaves', async () => {
    const ledger = await openOn(database, undefined, NOW, normalize);
    const outcomes = new Set<string>();
    const attempts = fc.oneof(fc.tuple(attempt), fc.tuple(attempt, attempt));
    await fc.assert(
      fc.asyncProperty(identity, attempts, fc.nat(), requests, async (of, rows, pick, wanted) => {
        const record = recordOf(of, rows);
        const twin = twinOf(record);
        await put(ledger, record);
        await put(ledger, twin);
        const place = pick % record.verifications.length;
        const executionId = record.verifications[place]?.executionId ?? '';
        const verificationId = twin.verifications[place]?.id ?? '';
        let now = NOW;
        for (const { claimed, after } of wanted) {
          now += after;
          const at = now;
          const outcome = await ledger.requestRead({ executionId }, at, (row) => patchOfReadRequest(row, claimed, at));
          outcomes.add(outcome);
          if (outcome === 'wide') return;
          const request = claimed === undefined ? { verificationId } : { verificationId, claimed };
          await ledger.change(twin.identity.id, at, (found) => found && applyReadRequest(found, request, at));
          expect(await stored(ledger, record)).toEqual(await stored(ledger, twin));
        }
      }),
      { numRuns: database.dialect === 'sqlite' ? 400 : 100 },
    );
    // A hundred cases need not have one that is wide.
    const seen = ['nothing', 'requested', ...(database.dialect === 'sqlite' ? ['wide'] : [])];
    expect([...outcomes]).toEqual(expect.arrayContaining(seen));
  });

  test('an execution of nobody, or of another verification than the reference names, is not asked about', async () => {
    const ledger = await openOn(database, undefined, NOW, normalize);
    const record = recordOf({}, [{}]);
    await put(ledger, record);
    const executionId = record.verifications[0]?.executionId ?? '';
    const request = (execution: Parameters<Ledger['requestRead']>[0]) =>
      ledger.requestRead(execution, NOW, () => {
        throw new Error('asked for the change of an unknown execution');
      });
    // On PostgreSQL another transaction may have its row.
    expect(await request({ executionId: 'nobody' })).toBe(database.dialect === 'sqlite' ? 'unknown' : 'wide');
    expect(await request({ executionId, verificationId: randomUUID() })).toBe('unknown');
    expect(await ledger.record(record.identity.id)).toMatchObject({ identity: { readRequests: 0 } });
  });

  test('requests at once are each counted, of one execution and of many', async () => {
    const ledger = await openOn(database, undefined, NOW, normalize);
    const records = Array.from({ length: 30 }, () =>
      recordOf({ leasedUntil: NOW + MINUTE }, [{ state: 'decided' }, { state: 'started' }]),
    );
    for (const record of records) await put(ledger, record);
    const decide = (row: ReadRequestRow) => patchOfReadRequest(row, 'PROCESSED', NOW);
    const request = async ({ identity: { id } }: IdentityRecord, { id: verificationId, executionId }: Verification) => {
      const outcome = await ledger.requestRead({ executionId: executionId ?? '' }, NOW, decide);
      const wanted = { verificationId, claimed: 'PROCESSED' };
      if (outcome === 'wide') await ledger.change(id, NOW, (found) => found && applyReadRequest(found, wanted, NOW));
      return outcome;
    };
    const outcomes = await Promise.all(
      records.flatMap((record) => record.verifications.flatMap((row) => [request(record, row), request(record, row)])),
    );
    expect(outcomes.filter((outcome) => outcome === 'requested').length).toBeGreaterThanOrEqual(30);
    for (const { identity, verifications } of records) {
      expect(await ledger.record(identity.id)).toMatchObject({ identity: { readRequests: 4 } });
      const events = (await ledger.events(identity.id)).filter(({ kind }) => kind === 'callback');
      expect(new Set(events.map(({ verificationId }) => verificationId))).toEqual(
        new Set(verifications.map(({ id }) => id)),
      );
      expect(events).toHaveLength(2);
    }
  });
}
