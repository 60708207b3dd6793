import { describe, expect, it } from 'vitest';
import type { IdentityRecord } from '../../../webhook/model.ts';
import {
  last,
  leased,
  NOW,
  newRecord,
  readDetailsAs,
  readStatusAs,
  withAttempt,
  withReadRequested,
} from '../../support/builders/history.ts';
import { PASSED } from '../../support/decision-table/rows.ts';
import type { GivenDetails } from '../../support/fakes/jumio-answers.ts';

/** A worker without idle time: it reads whenever a read is due. Returns the times of its reads. */
function readTimes(
  first: IdentityRecord,
  replays: readonly (readonly [number, string | undefined])[],
  given: GivenDetails,
): number[] {
  const times: number[] = [];
  let record = first;
  for (const [at, word] of replays) {
    record = withReadRequested(record, at, word);
    if ((last(record).readDue ?? Number.POSITIVE_INFINITY) > at) continue;
    times.push(at);
    record = readDetailsAs(leased(record, at), given, at).record;
  }
  return times;
}

/** The given claims, repeated in turn, `everyMs` milliseconds apart. */
function replayed(count: number, everyMs: number, ...words: (string | undefined)[]) {
  return Array.from({ length: count }, (_, n) => [NOW + n * everyMs, words[n % words.length]] as const);
}

function mostIn(times: readonly number[], windowMs: number): number {
  return Math.max(0, ...times.map((start) => times.filter((at) => at >= start && at < start + windowMs).length));
}

describe('a genuine callback replayed a thousand times', () => {
  const underWay: GivenDetails = { status: 'ACQUIRED' };

  it('a replayed callback causes at most one read in ten seconds', () => {
    const times = readTimes(withAttempt(newRecord()), replayed(1_000, 50, 'PROCESSED'), underWay);
    expect(times).toEqual([0, 10_000, 20_000, 30_000, 40_000].map((after) => NOW + after));
  });

  it('a replayed callback for a decided execution causes no read for an hour', () => {
    const settled = readDetailsAs(
      leased(withReadRequested(withAttempt(newRecord()), NOW, 'PROCESSED'), NOW),
      PASSED,
      NOW,
    ).record;
    expect(readTimes(settled, replayed(1_000, 3_000, 'PROCESSED'), PASSED)).toEqual([]);
  });

  it('two replayed callbacks in turn cause at most two reads in ten seconds', () => {
    for (const words of [
      ['ACQUIRED', 'PROCESSED'],
      ['PROCESSED', 'ACQUIRED'],
      ['PROCESSED', 'ACQUIRED', 'ACQUISITION_STARTED', undefined],
    ]) {
      const times = readTimes(withAttempt(newRecord()), replayed(1_000, 50, ...words), underWay);
      expect(mostIn(times, 10_000), words.join()).toBeLessThanOrEqual(2);
    }
  });

  it('two replayed callbacks cause at most two reads in ten seconds also if the worker is slow', () => {
    let record = withAttempt(newRecord());
    const times: number[] = [];
    for (let at = NOW; at < NOW + 60_000; at += 100) {
      record = withReadRequested(withReadRequested(record, at, 'PROCESSED'), at, 'ACQUIRED');
      if ((last(record).readDue ?? Number.POSITIVE_INFINITY) > at) continue;
      times.push(at);
      record = readDetailsAs(leased(record, at), underWay, at).record;
    }
    expect(times.length).toBeGreaterThan(3);
    expect(mostIn(times, 10_000)).toBeLessThanOrEqual(2);
  });
});

describe('a claimed end of an execution', () => {
  it('a claimed end is read within the ten seconds after a read for a lesser status', () => {
    const afterRead = readStatusAs(
      leased(withReadRequested(withAttempt(newRecord()), NOW, 'ACQUIRED'), NOW),
      'ACQUIRED',
      NOW,
    ).record;
    expect(last(withReadRequested(afterRead, NOW + 1_000, 'ACQUIRED')).readDue).toBe(NOW + 10_000);
    expect(last(withReadRequested(afterRead, NOW + 1_000, 'PROCESSED')).readDue).toBe(NOW + 1_000);
  });

  it('a claimed end is read within the ten seconds after a read by timer or person', () => {
    const afterRead = readStatusAs(
      leased(withReadRequested(withAttempt(newRecord()), NOW), NOW),
      'ACQUIRED',
      NOW,
    ).record;
    expect(last(withReadRequested(afterRead, NOW + 1_000, 'SESSION_EXPIRED')).readDue).toBe(NOW + 1_000);
  });

  it('a second claim of an end waits ten seconds after the read for the first', () => {
    const afterRead = readStatusAs(
      leased(withReadRequested(withAttempt(newRecord()), NOW, 'PROCESSED'), NOW),
      'ACQUIRED',
      NOW,
    ).record;
    expect(last(withReadRequested(afterRead, NOW + 1_000, 'PROCESSED')).readDue).toBe(NOW + 10_000);
  });

  it('an older callback after a claimed end does not replace the claim', () => {
    const record = withReadRequested(
      withReadRequested(withAttempt(newRecord()), NOW, 'PROCESSED'),
      NOW + 1,
      'ACQUIRED',
    );
    expect(last(record).claimedStatus).toBe('PROCESSED');
  });
});
