import { describe, expect, it } from 'vitest';
import { standingOf } from '../../../webhook/verification/record/standing.ts';
import {
  DAY,
  HOUR,
  LIFETIME,
  last,
  NOW,
  newRecord,
  readDetailsAs,
  readStatusAs,
  simulatePolling,
  withAttempt,
  withReadRequested,
} from '../../support/builders/history.ts';
import { PASSED } from '../../support/decision-table/rows.ts';

const LINK_END = NOW + LIFETIME;

describe('details that return 404 although the status is PROCESSED', () => {
  const first = withReadRequested(withAttempt(newRecord()), NOW, 'PROCESSED');

  it('details that return 404 after PROCESSED are read again with growing pauses', () => {
    const { calls, record } = simulatePolling(first, NOW, NOW + 60_000, { status: 'PROCESSED', details: 404 });
    expect(calls.length).toBeLessThan(20);
    expect(calls.length).toBeGreaterThan(4);
    expect(last(record)).toMatchObject({ state: 'started', decision: null });
  });

  it('details that return 404 after PROCESSED are not read in a tight loop while callbacks arrive', () => {
    let record = first;
    let reads = 0;
    for (let at = NOW; at < NOW + 60_000; at += 50) {
      const due = withReadRequested(record, at, 'PROCESSED');
      const { calls, record: after } = simulatePolling(due, at, at, { status: 'PROCESSED', details: 404 });
      reads += calls.length;
      record = after;
    }
    expect(reads).toBeLessThan(30);
  });

  it('details that return 404 after PROCESSED decide as soon as they are readable', () => {
    const { record: waiting } = simulatePolling(first, NOW, NOW + 10_000, { status: 'PROCESSED', details: 404 });
    const { record } = simulatePolling(waiting, NOW + 10_000, NOW + 60_000, { status: 'PROCESSED', details: PASSED });
    expect(standingOf(record)?.status).toBe('approved');
    expect(last(record)).toMatchObject({ attempts: 0, lastError: null, notFound: 'none' });
  });
});

describe('an execution that Jumio no longer knows', () => {
  const gone = { status: 404, details: 404 } as const;

  it('an execution is given up after status and details were 404 twice, an hour apart, after the end of its link', () => {
    const { calls, record, kinds } = simulatePolling(
      withAttempt(newRecord()),
      LINK_END + 1_000,
      LINK_END + 2 * HOUR,
      gone,
    );
    expect(calls.map(({ call }) => call)).toEqual(['status', 'details', 'status', 'details']);
    expect((calls[2]?.at ?? 0) - (calls[1]?.at ?? 0)).toBe(HOUR);
    expect(last(record)).toMatchObject({ state: 'expired', readDue: null });
    expect(kinds).toEqual(['vanished']);
  });

  it('an unknown execution is not given up before the end of its link', () => {
    const first = withReadRequested(withAttempt(newRecord()), NOW);
    const { calls, record } = simulatePolling(first, NOW, LINK_END - 1, gone);
    expect(calls.length).toBeGreaterThan(4);
    expect(calls.length).toBeLessThan(500);
    expect(last(record)).toMatchObject({ state: 'started' });
  });

  it('requested reads within the hour do not give up an unknown execution', () => {
    const once = simulatePolling(withAttempt(newRecord()), LINK_END + 1_000, LINK_END + 1_000, gone).record;
    expect(last(once).notFound).toBe('both');
    let record = once;
    for (let at = LINK_END + 20_000; at < LINK_END + HOUR; at += 20_000) {
      record = simulatePolling(withReadRequested(record, at), at, at, gone).record;
    }
    expect(last(record).state).toBe('started');
  });

  it('a callback that claims an end resets the count of 404s', () => {
    const once = simulatePolling(withAttempt(newRecord()), LINK_END + 1_000, LINK_END + 1_000, gone).record;
    const called = withReadRequested(once, LINK_END + 60_000, 'PROCESSED');
    expect(last(called).readDue).toBe(LINK_END + 60_000);
    const { record } = simulatePolling(called, LINK_END + 60_000, LINK_END + 60_000, gone);
    expect(last(record)).toMatchObject({ state: 'started', notFound: 'both' });
  });

  it('an answer resets the count of 404s', () => {
    const once = simulatePolling(withAttempt(newRecord()), LINK_END + 1_000, LINK_END + 1_000, gone).record;
    expect(last(readStatusAs(once, 'INITIATED', LINK_END + HOUR).record).notFound).toBe('none');
  });

  it('an execution that Jumio no longer knows keeps its earlier decision', () => {
    const decided = readDetailsAs(withAttempt(newRecord()), PASSED, NOW).record;
    const again = withReadRequested(decided, LINK_END + DAY);
    const { record, kinds } = simulatePolling(again, LINK_END + DAY, LINK_END + 2 * DAY, gone);
    expect(standingOf(record)?.status).toBe('approved');
    expect(last(record)).toMatchObject({ state: 'decided', readDue: null });
    expect(kinds).toEqual([]);
  });
});
