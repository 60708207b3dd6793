import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IdentityRecord } from '../../../webhook/model.ts';
import { onReadFailed } from '../../../webhook/verification/execution/read.ts';
import { GIVE_UP_MS, nextRead } from '../../../webhook/verification/execution/schedule.ts';
import { backOff } from '../../../webhook/verification/waiting.ts';
import { applied } from '../../support/builders/applied.ts';
import {
  DAY,
  HOUR,
  LIFETIME,
  last,
  NOW,
  newRecord,
  readInputOf,
  readStatusAs,
  withAttempt,
  withReadRequested,
} from '../../support/builders/history.ts';

/** docs/reference/jumio.md#77-polling-and-errors: the polling schedule that Jumio documents, in seconds. */
const DOCUMENTED = [40, 60, 100, 160, 240, 340, 460, 600, 760, 940];

const LINK_END = NOW + LIFETIME;

/** The delays of `count` reads, each made when it is due, that all return the same status. */
function delays(first: IdentityRecord, count: number, word: string): number[] {
  let record = first;
  return Array.from({ length: count }, () => {
    const at = last(record).readDue ?? 0;
    record = readStatusAs(record, word, at).record;
    return ((last(record).readDue ?? 0) - at) / 1000;
  });
}

describe('the time of the next read', () => {
  it('without activity the next read is at the end of the link', () => {
    const due = last(withAttempt(newRecord())).readDue ?? 0;
    expect(due).toBeGreaterThan(LINK_END);
    expect(due).toBeLessThanOrEqual(LINK_END + 5_000);
  });

  it('from the first activity on, reads follow the delays of Jumio, then hourly for a day, then daily', () => {
    const long = { ...last(withAttempt(newRecord())), linkEndsAt: NOW + 60 * DAY };
    const record = withReadRequested({ ...withAttempt(newRecord()), verifications: [long] }, NOW + 5_000);
    const hourly = Array.from({ length: 24 }, () => HOUR / 1000);
    const daily = Array.from({ length: 3 }, () => DAY / 1000);
    expect(delays(record, 37, 'ACQUIRED')).toEqual([...DOCUMENTED, ...hourly, ...daily]);
  });

  it('reads are not postponed when a person reloads the page', () => {
    let record = withAttempt(newRecord());
    for (let at = NOW; at < NOW + 10 * 60_000; at += 10_000) {
      record = readStatusAs(withReadRequested(record, at), 'ACQUIRED', at).record;
    }
    const left = NOW + 10 * 60_000 - 10_000;
    expect((last(record).readDue ?? 0) - left).toBeLessThanOrEqual(940_000);
  });

  it('the next read is at the end of the link if that is sooner', () => {
    const record = readStatusAs(
      withReadRequested(withAttempt(newRecord()), LINK_END - 1_000),
      'INITIATED',
      LINK_END - 1_000,
    ).record;
    expect(last(record).readDue).toBeLessThanOrEqual(LINK_END + 5_000);
  });

  it('reads continue after the end of the link, also without any activity', () => {
    expect(delays(withAttempt(newRecord()), 13, 'INITIATED').slice(0, 3)).toEqual([40, 60, 100]);
    expect(delays(withAttempt(newRecord()), 60, 'INITIATED').at(-1)).toBe(DAY / 1000);
  });

  it('reads follow the schedule once Jumio reports that the person has begun', () => {
    const record = readStatusAs(withAttempt(newRecord()), 'ACQUISITION_STARTED', NOW + HOUR).record;
    expect(last(record).readDue).toBe(NOW + HOUR + 40_000);
  });

  it('the next read is always later than now', () => {
    const row = last(withAttempt(newRecord()));
    fc.assert(
      fc.property(
        fc.nat({ max: 90 * DAY }),
        fc.option(fc.nat({ max: 60 * DAY })),
        fc.nat({ max: 100 }),
        (after, activeAfter, reads) => {
          const activeAt = activeAfter === null ? null : NOW + activeAfter;
          const now = NOW + after;
          const next = nextRead({ ...row, activeAt, reads }, now);
          expect(next).toBeGreaterThan(now);
          expect(next).toBeLessThanOrEqual(Math.max(now + DAY, LINK_END + 5_000));
        },
      ),
    );
  });
});

describe('giving up an execution', () => {
  const unreadable = { upstream: 'jumio', operation: 'status', failure: 'status', status: 500 } as const;
  const lastDay = LINK_END + GIVE_UP_MS;

  it('an execution that cannot be read is given up thirty days after the end of its link, with an event', () => {
    expect(GIVE_UP_MS).toBe(30 * DAY);
    const record = withAttempt(newRecord());
    const still = applied(onReadFailed(record, readInputOf(record, last(record), lastDay), unreadable), lastDay);
    expect(last(still.record)).toMatchObject({ state: 'started' });
    const over = applied(onReadFailed(record, readInputOf(record, last(record), lastDay + 1), unreadable), lastDay + 1);
    expect(last(over.record)).toMatchObject({ state: 'expired', readDue: null });
    expect(over.events).toMatchObject([{ kind: 'gave_up' }]);
  });

  it.each(['ACQUIRED', 'ACQUISITION_STARTED', 'INITIATED'])(
    'an execution is never given up while Jumio reports %s',
    (word) => {
      const { record, events = [] } = readStatusAs(withAttempt(newRecord()), word, lastDay + 100 * DAY);
      expect(last(record)).toMatchObject({ state: 'started', readDue: expect.any(Number) });
      expect(events).toEqual([]);
    },
  );
});

describe('the back-off after a failure', () => {
  it('the back-off is full jitter under a ceiling that doubles, fifteen minutes at most', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 10_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (n, random) => {
          const pause = backOff(n, random);
          expect(pause).toBeGreaterThanOrEqual(250);
          expect(pause).toBeLessThanOrEqual(15 * 60_000);
          expect(pause).toBeLessThanOrEqual(Math.max(250, 1000 * 2 ** Math.min(n, 30)));
          expect(Number.isInteger(pause)).toBe(true);
        },
      ),
    );
  });

  it('the back-off grows with the attempts, and is spread over the whole range', () => {
    expect([1, 2, 3, 20].map((n) => backOff(n, 0.999999))).toEqual([1999, 3999, 7999, 899_999]);
    expect(backOff(10, 0.5)).toBe(450_000);
    expect(backOff(10, 0)).toBe(250);
  });
});
