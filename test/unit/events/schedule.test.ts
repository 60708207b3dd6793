import { describe, expect, it } from 'vitest';
import { LONGEST_PROBE_PAUSE_MS, pauseAfter, probePause, STUCK_AFTER } from '../../../webhook/events/schedule.ts';

const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];

/** Old enough to be given up. */
const OLD = 33 * 24 * HOUR;

const tries = Array.from({ length: 40 }, (_, index) => index + 1);

describe('the schedule of an event', () => {
  it('is that of Standard Webhooks, then daily for thirty days, and then it is given up', () => {
    const hours = [2, 5, 10, 14, 20, 24].map((count) => count * HOUR);
    const daily = Array.from({ length: 30 }, () => 24 * HOUR);
    const expected = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, ...hours, ...daily, undefined];
    expect(tries.map((count) => pauseAfter(count, OLD, 0))).toEqual(expected);
    expect(STUCK_AFTER).toBe(10);
  });

  it('an event that was tried often is not given up before 33 days: it comes daily', () => {
    expect([40, 60].map((count) => pauseAfter(count, OLD - 1, 0))).toEqual([24 * HOUR, 24 * HOUR]);
    expect(pauseAfter(60, OLD, 0)).toBeUndefined();
  });

  it('a pause is longer by up to a tenth, and never shorter', () => {
    for (const count of tries.slice(0, -1)) {
      const [least, most] = [pauseAfter(count, OLD, 0) ?? 0, pauseAfter(count, OLD, 0.999) ?? 0];
      expect(most).toBeGreaterThan(least);
      expect(most).toBeLessThanOrEqual(least * 1.1);
    }
  });
});

describe('the pause of an endpoint that fails', () => {
  it('is none after the first failure, and grows to five minutes', () => {
    const pauses = tries.map(probePause);
    expect(pauses.slice(0, 4)).toEqual([0, 5 * SECOND, 10 * SECOND, 20 * SECOND]);
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    expect(pauses.at(-1)).toBe(LONGEST_PROBE_PAUSE_MS);
  });
});
