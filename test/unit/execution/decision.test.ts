import { describe, expect, it } from 'vitest';
import { updateVerification } from '../../../webhook/verification/record/record.ts';
import { standingOf, waitingOn } from '../../../webhook/verification/record/standing.ts';
import {
  DAY,
  HOUR,
  last,
  NOW,
  newRecord,
  nth,
  readDetailsAs,
  readStatusAs,
  withAttempt,
} from '../../support/builders/history.ts';
import { BLURRED, PASSED, WARNING } from '../../support/decision-table/rows.ts';
import { decision } from '../../support/fakes/jumio-answers.ts';

describe('undocumented values', () => {
  it.each([
    ['PAUSED', () => readStatusAs(withAttempt(newRecord()), 'PAUSED')],
    ['PAUSED', () => readDetailsAs(withAttempt(newRecord()), { ...PASSED, status: 'PAUSED' })],
    ['PROCESSED without a decision', () => readDetailsAs(withAttempt(newRecord()), { status: 'PROCESSED' })],
    [
      'decision MAYBE',
      () => readDetailsAs(withAttempt(newRecord()), { status: 'PROCESSED', decision: decision('MAYBE', 50) }),
    ],
  ])('the undocumented value %s leaves the status, is read again, and is an event once an hour', (seen, history) => {
    const { record, events } = history();
    expect(record.identity).toMatchObject({ status: 'pending', standing: null });
    expect(waitingOn(record)).toBe('jumio');
    expect(last(record)).toMatchObject({ state: 'started', readDue: NOW + 40_000 });
    const once = `unknown:${last(record).id}:${seen}:${Math.floor(NOW / HOUR)}`;
    expect(events).toStrictEqual([{ kind: 'unknown_status', verificationId: last(record).id, detail: { seen }, once }]);
  });

  it('an undocumented status leaves an earlier decision as it is, and is read again', () => {
    const { record } = readDetailsAs(
      readDetailsAs(withAttempt(newRecord()), PASSED).record,
      { ...PASSED, status: 'PAUSED' },
      NOW + HOUR,
    );
    expect(record.identity).toMatchObject({ status: 'approved', jumioDue: NOW + 2 * HOUR });
  });
});

describe('reading a decision', () => {
  it('a decision is stored with the fields that the operator may see, and is an event', () => {
    const { record, events } = readDetailsAs(withAttempt(newRecord()), { ...BLURRED, completedAt: NOW - 1 });
    expect(last(record)).toMatchObject({
      state: 'decided',
      jumioStatus: 'PROCESSED',
      decision: 'FAILED',
      reason: 'unreadable',
      decisionLabel: 'REJECTED',
      riskScore: 100,
      findings: 'usability.BLURRED',
      completedAt: NOW - 1,
    });
    const detail = { verdict: 'FAILED', reason: 'unreadable', previous: null };
    expect(events).toEqual([{ kind: 'decided', verificationId: last(record).id, detail }]);
  });

  it('a decision without a completion time gets that of our first read, and keeps it', () => {
    const first = readDetailsAs(withAttempt(newRecord()), WARNING, NOW + 5).record;
    expect(last(first).completedAt).toBe(NOW + 5);
    expect(last(readDetailsAs(first, WARNING, NOW + HOUR).record).completedAt).toBe(NOW + 5);
    expect(last(readDetailsAs(first, { ...WARNING, completedAt: NOW - 9 }, NOW + HOUR).record).completedAt).toBe(
      NOW - 9,
    );
  });

  it('what Jumio finds later for the same decision is added by a read, and is an event and no publication', () => {
    const first = readDetailsAs(withAttempt(newRecord()), { ...BLURRED, completedAt: NOW }).record;
    const before = updateVerification(first, last(first).id, { findings: null });
    const { record, events } = readDetailsAs(before, { ...BLURRED, completedAt: NOW }, NOW + HOUR);
    expect(last(record).findings).toBe('usability.BLURRED');
    expect([record.identity.version, events]).toMatchObject([before.identity.version, [{ kind: 'findings_changed' }]]);
  });

  it('a decision that changes later is a new event and a new publication', () => {
    const first = readDetailsAs(withAttempt(newRecord()), { ...WARNING, completedAt: NOW }).record;
    const { record, events } = readDetailsAs(first, { ...PASSED, completedAt: NOW }, NOW + HOUR);
    expect(standingOf(record)?.status).toBe('approved');
    expect(record.identity.version).toBe(first.identity.version + 1);
    expect(events).toMatchObject([{ kind: 'decided', detail: { verdict: 'PASSED', previous: 'WARNING' } }]);
  });

  it('a decision is found on an expired attempt beside a newer open one', () => {
    const expired = readStatusAs(withAttempt(newRecord(), NOW - 3 * DAY), 'TOKEN_EXPIRED', NOW - DAY).record;
    const both = withAttempt(expired, NOW);
    const { record } = readDetailsAs(both, PASSED, NOW, nth(both, 1));
    expect(standingOf(record)).toMatchObject({ status: 'approved', by: { attempt: 1, state: 'decided' } });
    expect(nth(record, 2).state).toBe('started');
  });
});
