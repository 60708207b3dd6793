import { describe, expect, it } from 'vitest';
import type { UpstreamFacts } from '../../../webhook/errors.ts';
import { needsDetails, onReadFailed } from '../../../webhook/verification/execution/read.ts';
import { applied } from '../../support/builders/applied.ts';
import {
  DAY,
  HOUR,
  LIFETIME,
  last,
  NOW,
  newRecord,
  readDetailsAs,
  readInputOf,
  simulatePolling,
  withAttempt,
  withReadRequested,
} from '../../support/builders/history.ts';
import { PASSED } from '../../support/decision-table/rows.ts';

function facts(changes: Partial<UpstreamFacts>): UpstreamFacts {
  return { upstream: 'jumio', operation: 'details', failure: 'status', ...changes };
}

describe('the call of a read', () => {
  it('a read by timer or request asks for the status, and for the details once Jumio answers PROCESSED', () => {
    const record = withReadRequested(withAttempt(newRecord()), NOW);
    expect(needsDetails(last(record))).toBe(false);
    const { calls, record: after } = simulatePolling(record, NOW, NOW, { status: 'PROCESSED', details: PASSED });
    expect(calls).toEqual([
      { at: NOW, call: 'status' },
      { at: NOW, call: 'details' },
    ]);
    expect(last(after)).toMatchObject({ decision: 'PASSED', readDue: null });
  });

  it.each(['PROCESSED', 'SESSION_EXPIRED', 'TOKEN_EXPIRED'])(
    'a callback that claims %s makes the read ask for the details at once',
    (word) => {
      const { calls } = simulatePolling(withReadRequested(withAttempt(newRecord()), NOW, word), NOW, NOW, {
        status: 'ACQUIRED',
        details: PASSED,
      });
      expect(calls).toEqual([{ at: NOW, call: 'details' }]);
    },
  );

  it.each(['ACQUIRED', 'PAUSED'])('a callback that claims %s makes the read ask for the status', (word) => {
    expect(needsDetails(last(withReadRequested(withAttempt(newRecord()), NOW, word)))).toBe(false);
  });

  it('an expiry in the status needs no details call', () => {
    const first = withReadRequested(withAttempt(newRecord()), NOW);
    const { calls, record, kinds } = simulatePolling(first, NOW, NOW + DAY, { status: 'TOKEN_EXPIRED', details: 404 });
    expect(calls).toEqual([{ at: NOW, call: 'status' }]);
    expect(last(record)).toMatchObject({ state: 'expired', readDue: null });
    expect(kinds).toEqual(['expired']);
  });
});

describe('a failed read', () => {
  const first = withReadRequested(withAttempt(newRecord()), NOW);

  it.each([
    [facts({ status: 500 }), 'status 500'],
    [facts({ status: 401, operation: 'token' }), 'status 401'],
    [facts({ status: 404, operation: 'token' }), 'status 404'],
    [facts({ failure: 'timeout' }), 'timeout'],
    [facts({ failure: 'unusable', status: 200 }), 'unusable 200'],
  ])('a failed read changes only the time of the next one (%j)', (seen, lastError) => {
    const { record, events = [] } = applied(onReadFailed(first, readInputOf(first, last(first)), seen), NOW);
    const readDue = last(record).readDue ?? 0;
    expect(last(record)).toStrictEqual({ ...last(first), attempts: 1, lastError, readDue });
    expect(readDue).toBeGreaterThan(NOW);
    expect(readDue).toBeLessThanOrEqual(NOW + 2_000);
    expect(events).toEqual([]);
  });

  it('a throttled read does not count as an attempt: the budget defers it', () => {
    const { record } = applied(onReadFailed(first, readInputOf(first, last(first)), facts({ status: 429 })), NOW);
    expect(last(record)).toMatchObject({ attempts: 0, readDue: NOW });
  });
});

describe('a result that does not match the row', () => {
  it.each([
    ['account', { ...PASSED, account: { id: 'another' } }],
    ['execution', { ...PASSED, workflow: { id: 'another' } }],
    ['definition key', { ...PASSED, workflow: { definitionKey: '10014' } }],
    ['reference', { ...PASSED, workflow: { userReference: 'u-4711' } }],
    ['reference, which is missing', { ...PASSED, workflow: { userReference: undefined } }],
    ['identity', { ...PASSED, workflow: { customerInternalReference: 'kyc-2f1c' } }],
    ['identity, which is missing', { ...PASSED, workflow: { customerInternalReference: undefined } }],
  ])('a result with another %s decides nothing and is an event', (_name, given) => {
    const { record, events } = readDetailsAs(withAttempt(newRecord()), given);
    expect(last(record)).toMatchObject({ state: 'started', decision: null, lastError: 'foreign-result' });
    expect(last(record).readDue).toBe(NOW + HOUR);
    expect(events).toMatchObject([{ kind: 'foreign_result', verificationId: last(record).id }]);
  });

  it('a result that does not match is given up like one that cannot be read', () => {
    const given = { ...PASSED, workflow: { definitionKey: '10014' } };
    const { record } = readDetailsAs(withAttempt(newRecord()), given, NOW + LIFETIME + 31 * DAY);
    expect(last(record)).toMatchObject({ state: 'expired', readDue: null });
  });
});
