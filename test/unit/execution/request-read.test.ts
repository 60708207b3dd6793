import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { onDetails, onReadFailed, onStatus } from '../../../webhook/verification/execution/read.ts';
import { applyReadRequest } from '../../../webhook/verification/execution/schedule.ts';
import { applied } from '../../support/builders/applied.ts';
import {
  HOUR,
  last,
  leased,
  NOW,
  newRecord,
  readDetailsAs,
  readInputOf,
  readStatusAs,
  withAttempt,
  withReadRequested,
  withRequest,
} from '../../support/builders/history.ts';
import { PASSED } from '../../support/decision-table/rows.ts';
import { detailsOf, statusOf } from '../../support/fakes/jumio-answers.ts';

describe('requested reads', () => {
  it('a requested read makes an execution that was never read due at once', () => {
    const record = withReadRequested(withAttempt(newRecord()), NOW + 500, 'PROCESSED');
    expect(record.identity.jumioDue).toBe(NOW + 500);
    expect(last(record)).toMatchObject({ activeAt: NOW + 500, claimedStatus: 'PROCESSED' });
  });

  it('a requested read is counted, so that a read in progress notices it', () => {
    const first = withReadRequested(withAttempt(newRecord()), NOW, 'ACQUIRED');
    expect(first.identity.readRequests).toBe(1);
    const looking = leased(first, NOW);
    expect(withReadRequested(looking, NOW + 1, 'ACQUIRED').identity.readRequests).toBe(2);
    expect(
      withReadRequested(withReadRequested(looking, NOW + 1, 'ACQUIRED'), NOW + 1, 'ACQUIRED').identity.readRequests,
    ).toBe(3);
  });

  it('a requested read writes nothing if no read is in progress and the row has the same claim', () => {
    const first = withReadRequested(withAttempt(newRecord()), NOW, 'ACQUIRED');
    expect(
      applied(applyReadRequest(first, { verificationId: last(first).id, claimed: 'ACQUIRED' }, NOW + 1), NOW + 1),
    ).toBeUndefined();
    expect(
      applied(applyReadRequest(first, { verificationId: last(first).id, claimed: 'PROCESSED' }, NOW + 1), NOW + 1),
    ).toBeDefined();
  });

  it('a requested read has no effect before Jumio has created the execution', () => {
    const record = withRequest(newRecord());
    expect(
      applied(applyReadRequest(record, { verificationId: last(record).id, claimed: 'PROCESSED' }, NOW), NOW),
    ).toBeUndefined();
  });

  it('a requested read keeps the time of the first activity', () => {
    const record = withReadRequested(withReadRequested(withAttempt(newRecord()), NOW + 1), NOW + 2);
    expect(last(record).activeAt).toBe(NOW + 1);
  });

  it('a requested read never delays a read that is due sooner', () => {
    const afterRead = readStatusAs(
      leased(withReadRequested(withAttempt(newRecord()), NOW), NOW),
      'PROCESSED',
      NOW,
    ).record;
    expect(last(afterRead).readDue).toBe(NOW);
    expect(last(withReadRequested(afterRead, NOW + 1)).readDue).toBe(NOW);
  });

  it('a repeated request for a read has no further effect', () => {
    const word = fc.constantFrom('ACQUISITION_STARTED', 'ACQUIRED', 'PROCESSED', 'TOKEN_EXPIRED', 'PAUSED', undefined);
    const histories = fc.array(fc.tuple(word, fc.nat({ max: 30_000 })), { maxLength: 6 });
    fc.assert(
      fc.property(histories, word, fc.nat({ max: 60_000 }), (before, again, later) => {
        let record = withAttempt(newRecord());
        let at = NOW;
        for (const [claim, gap] of before) {
          at += gap;
          record = withReadRequested(record, at, claim);
          if ((last(record).readDue ?? 0) <= at) record = readStatusAs(leased(record, at), 'ACQUIRED', at).record;
        }
        const once = withReadRequested(record, at + later, again);
        const twice = withReadRequested(once, at + later, again);
        expect(twice.verifications).toStrictEqual(once.verifications);
        expect({ ...twice.identity, readRequests: 0 }).toStrictEqual({ ...once.identity, readRequests: 0 });
      }),
    );
  });

  /** The `callback` events of callbacks with these statuses, each on what the ones before it have left. */
  function eventsOf(...statuses: readonly string[]) {
    let record = withAttempt(newRecord());
    return statuses.flatMap((claimed, index) => {
      const now = NOW + index;
      const change = applied(applyReadRequest(record, { verificationId: last(record).id, claimed }, now), now);
      record = change?.record ?? record;
      return change?.events ?? [];
    });
  }

  it('callbacks of an execution that goes on are an event each, without a unique key', () => {
    const statuses = ['INITIATED', 'ACQUISITION_STARTED', 'ACQUIRED', 'PROCESSED'];
    const events = eventsOf(...statuses);
    expect(events.map(({ detail }) => detail?.claimed)).toEqual(statuses);
    expect(events.every(({ once }) => once === undefined)).toBe(true);
  });

  it('replayed callbacks in any order write no event twice', () => {
    const status = fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom('INITIATED', 'ACQUISITION_STARTED', 'ACQUIRED', 'odd') },
      { weight: 1, arbitrary: fc.constantFrom('PROCESSED', 'TOKEN_EXPIRED') },
    );
    fc.assert(
      fc.property(fc.array(status, { minLength: 20, maxLength: 60 }), (statuses) => {
        const events = eventsOf(...statuses);
        const keys = events.flatMap(({ once }) => (once === undefined ? [] : [once]));
        // The ledger writes those with a key once each.
        expect(events.length - keys.length).toBeLessThanOrEqual(4);
        expect(new Set(keys).size).toBeLessThanOrEqual(6);
      }),
    );
  });

  it('a late callback changes nothing, and the newest status stays', () => {
    expect(eventsOf('ACQUIRED', 'ACQUISITION_STARTED')).toHaveLength(1);
    const late = withReadRequested(withReadRequested(withAttempt(newRecord()), NOW, 'ACQUIRED'), NOW, 'INITIATED');
    expect(last(late).claimedStatus).toBe('ACQUIRED');
  });

  it('a callback that says the same again is no event', () => {
    const first = withAttempt(newRecord());
    const again = leased(withReadRequested(first, NOW, 'ACQUIRED'), NOW);
    expect(
      applied(applyReadRequest(again, { verificationId: last(first).id, claimed: 'ACQUIRED' }, NOW), NOW)?.events,
    ).toEqual([]);
    expect(applied(applyReadRequest(again, { verificationId: last(first).id }, NOW), NOW)?.events).toEqual([]);
  });

  it('an undocumented claimed status is cut to 64 characters', () => {
    const record = withReadRequested(withAttempt(newRecord()), NOW, 'X'.repeat(100));
    expect(last(record).claimedStatus).toBe('X'.repeat(64));
  });

  it('a requested read leaves the pending publication as it is', () => {
    const first = withAttempt(newRecord());
    const { kratosDue, version } = first.identity;
    expect(withReadRequested(first, NOW + 1, 'PROCESSED').identity).toMatchObject({ kratosDue, version });
  });
});

describe('requested reads of a settled verification', () => {
  const settled = readDetailsAs(
    leased(withReadRequested(withAttempt(newRecord()), NOW, 'PROCESSED'), NOW),
    PASSED,
    NOW,
  ).record;

  it.each([
    ['decided', settled, 'PROCESSED'],
    ['decided, and another status is claimed', settled, 'SESSION_EXPIRED'],
    ['decided, without a claim', settled, undefined],
    [
      'expired',
      readStatusAs(leased(withReadRequested(withAttempt(newRecord()), NOW), NOW), 'TOKEN_EXPIRED', NOW).record,
      'TOKEN_EXPIRED',
    ],
  ])(
    'a requested read of a settled verification is postponed to a full hour after the last read (%s)',
    (_name, record, word) => {
      expect(last(record).readDue).toBeNull();
      expect(withReadRequested(record, NOW + 60_000, word).identity.jumioDue).toBe(NOW + HOUR);
      expect(withReadRequested(record, NOW + 2 * HOUR, word).identity.jumioDue).toBe(NOW + 2 * HOUR);
    },
  );

  it('a claimed result of an expired verification is read at once', () => {
    const expired = readStatusAs(
      leased(withReadRequested(withAttempt(newRecord()), NOW), NOW),
      'TOKEN_EXPIRED',
      NOW,
    ).record;
    expect(withReadRequested(expired, NOW + 60_000, 'PROCESSED').identity.jumioDue).toBe(NOW + 60_000);
  });
});

describe('a requested read during another read', () => {
  const first = leased(withReadRequested(withAttempt(newRecord()), NOW), NOW);
  const input = readInputOf(first, last(first), NOW + 200);

  it('a read requested during another read is not lost to the schedule of that read', () => {
    const during = withReadRequested(first, NOW + 100, 'PROCESSED');
    expect(last(applied(onStatus(during, input, statusOf('ACQUIRED')), input.now).record).readDue).toBe(NOW + 100);
    expect(applied(onDetails(during, input, detailsOf(last(during), PASSED)), input.now).record.identity.jumioDue).toBe(
      NOW + 100,
    );
    const failed = applied(
      onReadFailed(during, input, { upstream: 'jumio', operation: 'details', failure: 'timeout' }),
      input.now,
    );
    expect(failed.record.identity.jumioDue).toBe(NOW + 100);
  });

  it('a read without a further request keeps its schedule', () => {
    expect(last(applied(onStatus(first, input, statusOf('ACQUIRED')), input.now).record).readDue).toBe(
      NOW + 200 + 40_000,
    );
  });
});
