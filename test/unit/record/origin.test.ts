import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutLostEid } from '../../../webhook/verification/eid/evidence.ts';
import { rowOf } from '../../../webhook/verification/operator/backfill.ts';
import { contentOf, publishedContent } from '../../../webhook/verification/record/content.ts';
import { type Origin, originOf } from '../../../webhook/verification/record/published-copy.ts';
import { onCopyCompared } from '../../../webhook/verification/record/restored.ts';
import { applied } from '../../support/builders/applied.ts';
import {
  DAY,
  IDENTITY,
  NOW,
  newRecord,
  verificationId,
  withAttempt,
  withRequest,
} from '../../support/builders/history.ts';

const UNKNOWN: Origin = { source: null, level: null };

function publicOf(record: Parameters<typeof contentOf>[0]): unknown {
  const content = contentOf(record);
  return content === null ? undefined : publishedContent({ content, changedAt: NOW, version: 1 }).public;
}

/** The row after its copy was compared in the next epoch, of a ledger that had forgotten the decision. */
function restored(before: ReturnType<typeof newRecord>, jumio: object) {
  const copy = { public: { ...jumio, updated_at: new Date(NOW).toISOString() }, admin: { version: 9 } };
  const change = onCopyCompared(before, copy, { epoch: 1, newId: () => verificationId(99) }, NOW + 1);
  return applied(change, NOW + 1).record;
}

function backfilled(jumio: object) {
  const identity = { id: IDENTITY, metadataPublic: { jumio } };
  return { identity: rowOf(identity, NOW), verifications: [] };
}

const WAYS = {
  'restored, known': (jumio: object) => restored(newRecord(NOW - DAY), jumio),
  'restored, with an attempt': (jumio: object) => restored(withAttempt(newRecord(NOW - DAY), NOW - DAY), jumio),
  'backfilled, then a further attempt': (jumio: object) => withRequest(backfilled(jumio), NOW + 2),
  'restored, then a further attempt': (jumio: object) => withAttempt(restored(newRecord(NOW - DAY), jumio), NOW + 2),
} as const;

const level = fc.constantFrom('low', 'loa-3', 'loa-4');

const origins = fc.oneof(
  fc.record({ source: fc.constantFrom('eid:weak', 'eid:idemia'), level }),
  fc.record({ source: fc.constantFrom('jumio', 'operator', 'eid:idemia') }),
);

describe('the origin of an approval', () => {
  it('survives a restore, a backfill and a further attempt', () => {
    const ways = fc.constantFrom(...Object.values(WAYS));
    fc.assert(
      fc.property(origins, ways, (origin, way) => {
        const shown = publicOf(way({ status: 'approved', ...origin }));
        // A row without an attempt may publish nothing: then the copy stays as it is.
        if (shown !== undefined) expect(originOf(shown)).toEqual({ level: null, ...origin });
      }),
    );
  });

  it.each([
    ['nobody said it', { status: 'approved' }],
    ['a word that is no source', { status: 'approved', source: 'lab', level: 'loa-4' }],
  ])('is never made up: %s', (_name, jumio) => {
    for (const way of Object.values(WAYS)) {
      const shown = publicOf(way(jumio));
      if (shown !== undefined) expect(originOf(shown)).toEqual(UNKNOWN);
    }
  });

  it('is not that of an open attempt beside an approval of the published integration', () => {
    const old = { jumio_verification_status: 'verified', jumio: { status: 'pending', source: 'jumio' } };
    const identity = { id: IDENTITY, metadataPublic: old };
    expect(rowOf(identity, NOW)).toMatchObject({ inherited: 'approved', inheritedSource: null });
  });

  it('is not that of a verification of another source that the copy names', () => {
    const before = withAttempt(newRecord(NOW - DAY), NOW - DAY);
    const jumio = { status: 'approved', source: 'eid:weak', level: 'low', verification_id: verificationId(1) };
    expect(originOf(publicOf(restored(before, jumio)))).toEqual({ source: 'eid:weak', level: 'low' });
  });

  it('ends with an eID that is no longer linked', () => {
    const jumio = { status: 'approved', source: 'eid:weak', level: 'low' };
    const { record } = withoutLostEid(backfilled(jumio), { jumio }, []);
    expect(record.identity).toMatchObject({ inherited: null, inheritedSource: null, inheritedLevel: null });
  });
});
