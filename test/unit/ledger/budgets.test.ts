import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { available, PROBE_EVERY_MS, type Rate, refill, take, turn } from '../../../webhook/ledger/budgets.ts';
import type { BudgetRow } from '../../../webhook/ledger/tables.ts';

const NOW = 1_000_000;

const RATE: Rate = { perSecond: 1, burst: 5 };

function bucket(changes: Partial<BudgetRow> = {}): BudgetRow {
  return { name: 'account', tokens: 5, refilledAt: NOW, pausedUntil: 0, reason: null, refusals: 0, ...changes };
}

/** Takes all available tokens at the given times, as the claims of the worker do. */
function taken(rate: Rate, times: readonly number[], first = bucket()): { row: BudgetRow; taken: number[] } {
  const counts: number[] = [];
  let row = first;
  for (const at of times) {
    row = refill(row, rate, at);
    counts.push(available(row, at));
    row = take(row, available(row, at), at);
  }
  return { row, taken: counts };
}

describe('budgets', () => {
  it('a budget gives its burst at once and then its rate', () => {
    const times = [0, 500, 1_000, 1_999, 2_000, 10_000].map((after) => NOW + after);
    expect(taken(RATE, times).taken).toEqual([5, 0, 1, 0, 1, 5]);
  });

  it('a budget accumulates no more than its burst', () => {
    expect(available(refill(bucket({ tokens: 0 }), RATE, NOW + 3_600_000), NOW + 3_600_000)).toBe(5);
  });

  it('a budget never gives more than burst and rate allow, however often it is asked', () => {
    const gaps = fc.array(fc.nat({ max: 3_000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(
        gaps,
        fc.double({ min: 0.1, max: 50, noNaN: true }),
        fc.integer({ min: 1, max: 20 }),
        (all, perSecond, burst) => {
          let at = NOW;
          const times = all.map((gap) => {
            at += gap;
            return at;
          });
          const { taken: counts } = taken({ perSecond, burst }, times, bucket({ tokens: burst }));
          const sum = counts.reduce((a, b) => a + b, 0);
          expect(sum).toBeLessThanOrEqual(burst + ((at - NOW) / 1000) * perSecond + 1e-6);
          expect(Math.min(...counts)).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });

  it('a clock that is set back costs a budget no tokens', () => {
    const row = refill(bucket({ tokens: 2 }), RATE, NOW - 60_000);
    expect(row).toMatchObject({ tokens: 2, refilledAt: NOW });
  });

  it('a paused budget gives nothing until the pause ends', () => {
    const paused = bucket({ pausedUntil: NOW + 5_000 });
    expect(available(paused, NOW + 4_999)).toBe(0);
    expect(available(paused, NOW + 5_000)).toBe(5);
  });
});

describe('a budget that is paused with a reason', () => {
  const stopped = bucket({ reason: 'check the permission', pausedUntil: NOW + PROBE_EVERY_MS });

  it('a budget paused with a reason gives one token every five minutes', () => {
    expect(PROBE_EVERY_MS).toBe(5 * 60_000);
    const minutes = Array.from({ length: 21 }, (_, n) => NOW + n * 60_000);
    expect(taken(RATE, minutes, stopped).taken).toEqual(minutes.map((_, n) => (n > 0 && n % 5 === 0 ? 1 : 0)));
  });

  it('a claim that took no token does not extend the pause of a budget', () => {
    expect(take({ ...stopped, pausedUntil: 0 }, 0, NOW).pausedUntil).toBe(0);
  });
});

describe('the turn of the last in the queue', () => {
  it('the turn is immediate while there are tokens for all waiting claims', () => {
    expect(turn(bucket(), RATE, 1, NOW)).toBe(0);
    expect(turn(bucket(), RATE, 5, NOW)).toBe(0);
  });

  it('the turn comes when the missing tokens have accumulated', () => {
    expect(turn(bucket(), RATE, 6, NOW)).toBe(1_000);
    expect(turn(bucket({ tokens: 0 }), RATE, 10, NOW)).toBe(10_000);
    expect(turn(bucket({ tokens: 0 }), { perSecond: 10, burst: 5 }, 10, NOW)).toBe(1_000);
    expect(turn(bucket({ tokens: 0, refilledAt: NOW - 500 }), RATE, 1, NOW)).toBe(500);
  });

  it('the turn does not come before a pause ends', () => {
    expect(turn(bucket({ pausedUntil: NOW + 60_000 }), RATE, 1, NOW)).toBe(60_000);
  });
});
