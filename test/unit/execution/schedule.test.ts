import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IdentityRecord } from '../../../webhook/model.ts';
import { onReadFailed } from '../../../webhook/verification/execution/read.ts';
import { GIVE_UP_MS, nextRead } from '../../../webhook/verification/execution/schedule.ts';
import { backOff } from '../../../webhook/verification/waiting.ts';
import { applied } from '../../support/builders/applied.ts';
import {
  begun,
  DAY,
  HOUR,
  LIFETIME,
  last,
  lookAt,
  NOW,
  newcomer,
  nudged,
  readWord,
} from '../../support/builders/history.ts';

/** docs/reference/jumio.md#77-polling-and-errors: Jumio's own polling schedule, in seconds. */
const DOCUMENTED = [40, 60, 100, 160, 240, 340, 460, 600, 760, 940];

const LINK_END = NOW + LIFETIME;

/** The delays of so many looks, each done when it is due, that all find the same word. */
function delays(first: IdentityRecord, count: number, word: string): number[] {
  let record = first;
  return Array.from({ length: count }, () => {
    const at = last(record).readDue ?? 0;
    record = readWord(record, word, at).record;
    return ((last(record).readDue ?? 0) - at) / 1000;
  });
}

describe('the next look at an execution', () => {
  it('is at the end of its link while there is no sign of life', () => {
    const due = last(begun(newcomer())).readDue ?? 0;
    expect(due).toBeGreaterThan(LINK_END);
    expect(due).toBeLessThanOrEqual(LINK_END + 5_000);
  });

  it('keeps Jumio’s delays from the first sign of life on, then an hour for a day, then a day', () => {
    const long = { ...last(begun(newcomer())), linkEndsAt: NOW + 60 * DAY };
    const record = nudged({ ...begun(newcomer()), verifications: [long] }, NOW + 5_000);
    const hourly = Array.from({ length: 24 }, () => HOUR / 1000);
    const daily = Array.from({ length: 3 }, () => DAY / 1000);
    expect(delays(record, 37, 'ACQUIRED')).toEqual([...DOCUMENTED, ...hourly, ...daily]);
  });

  it('is not put off because a person reloads the page', () => {
    let record = begun(newcomer());
    for (let at = NOW; at < NOW + 10 * 60_000; at += 10_000) {
      record = readWord(nudged(record, at), 'ACQUIRED', at).record;
    }
    const left = NOW + 10 * 60_000 - 10_000;
    expect((last(record).readDue ?? 0) - left).toBeLessThanOrEqual(940_000);
  });

  it('is at the link’s end where that comes first', () => {
    const record = readWord(nudged(begun(newcomer()), LINK_END - 1_000), 'INITIATED', LINK_END - 1_000).record;
    expect(last(record).readDue).toBeLessThanOrEqual(LINK_END + 5_000);
  });

  it('goes on after the link’s end, also where nobody ever gave a sign of life', () => {
    expect(delays(begun(newcomer()), 13, 'INITIATED').slice(0, 3)).toEqual([40, 60, 100]);
    expect(delays(begun(newcomer()), 60, 'INITIATED').at(-1)).toBe(DAY / 1000);
  });

  it('comes on the schedule once Jumio says that the person has begun', () => {
    const record = readWord(begun(newcomer()), 'ACQUISITION_STARTED', NOW + HOUR).record;
    expect(last(record).readDue).toBe(NOW + HOUR + 40_000);
  });

  it('is always later than now', () => {
    const row = last(begun(newcomer()));
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

describe('giving up', () => {
  const unreadable = { upstream: 'jumio', operation: 'status', failure: 'status', status: 500 } as const;
  const lastDay = LINK_END + GIVE_UP_MS;

  it('comes thirty days after the link’s end, with an event, where Jumio cannot be read', () => {
    expect(GIVE_UP_MS).toBe(30 * DAY);
    const record = begun(newcomer());
    const still = applied(onReadFailed(record, lookAt(record, last(record), lastDay), unreadable), lastDay);
    expect(last(still.record)).toMatchObject({ state: 'started' });
    const over = applied(onReadFailed(record, lookAt(record, last(record), lastDay + 1), unreadable), lastDay + 1);
    expect(last(over.record)).toMatchObject({ state: 'expired', readDue: null });
    expect(over.events).toMatchObject([{ kind: 'gave_up' }]);
  });

  it.each(['ACQUIRED', 'ACQUISITION_STARTED', 'INITIATED'])('never comes while Jumio says %s', (word) => {
    const { record, events = [] } = readWord(begun(newcomer()), word, lastDay + 100 * DAY);
    expect(last(record)).toMatchObject({ state: 'started', readDue: expect.any(Number) });
    expect(events).toEqual([]);
  });
});

describe('the pause after a failure', () => {
  it('is full jitter under a ceiling that doubles, and fifteen minutes at most', () => {
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

  it('grows with the attempts, and is spread over the whole range', () => {
    expect([1, 2, 3, 20].map((n) => backOff(n, 0.999999))).toEqual([1999, 3999, 7999, 899_999]);
    expect(backOff(10, 0.5)).toBe(450_000);
    expect(backOff(10, 0)).toBe(250);
  });
});
