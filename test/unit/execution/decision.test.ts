import { describe, expect, it } from 'vitest';
import { standingOf, waitingOn } from '../../../webhook/verification/record/standing.ts';
import { begun, DAY, HOUR, last, NOW, newcomer, nth, read, readWord } from '../../support/builders/history.ts';
import { BLURRED, PASSED, WARNING } from '../../support/decision-table/rows.ts';
import { decision } from '../../support/fakes/jumio-answers.ts';

describe('undocumented values', () => {
  it.each([
    ['PAUSED', () => readWord(begun(newcomer()), 'PAUSED')],
    ['PAUSED', () => read(begun(newcomer()), { ...PASSED, status: 'PAUSED' })],
    ['PROCESSED without a decision', () => read(begun(newcomer()), { status: 'PROCESSED' })],
    ['decision MAYBE', () => read(begun(newcomer()), { status: 'PROCESSED', decision: decision('MAYBE', 50) })],
  ])('the undocumented value %s leaves the status, is read again, and is an event once an hour', (seen, story) => {
    const { record, events } = story();
    expect(record.identity).toMatchObject({ status: 'pending', standing: null });
    expect(waitingOn(record)).toBe('jumio');
    expect(last(record)).toMatchObject({ state: 'started', readDue: NOW + 40_000 });
    const once = `unknown:${last(record).id}:${seen}:${Math.floor(NOW / HOUR)}`;
    expect(events).toStrictEqual([{ kind: 'unknown_status', verificationId: last(record).id, detail: { seen }, once }]);
  });

  it('an undocumented status leaves an earlier decision as it is, and is read again', () => {
    const { record } = read(read(begun(newcomer()), PASSED).record, { ...PASSED, status: 'PAUSED' }, NOW + HOUR);
    expect(record.identity).toMatchObject({ status: 'approved', jumioDue: NOW + 2 * HOUR });
  });
});

describe('reading a decision', () => {
  it('a decision is stored with the fields that the operator may see, and is an event', () => {
    const { record, events } = read(begun(newcomer()), { ...BLURRED, completedAt: NOW - 1 });
    expect(last(record)).toMatchObject({
      state: 'decided',
      jumioStatus: 'PROCESSED',
      decision: 'FAILED',
      reason: 'unreadable',
      decisionLabel: 'REJECTED',
      riskScore: 100,
      completedAt: NOW - 1,
    });
    const detail = { verdict: 'FAILED', reason: 'unreadable', previous: null };
    expect(events).toEqual([{ kind: 'decided', verificationId: last(record).id, detail }]);
  });

  it('a decision without a completion time gets that of our first read, and keeps it', () => {
    const first = read(begun(newcomer()), WARNING, NOW + 5).record;
    expect(last(first).completedAt).toBe(NOW + 5);
    expect(last(read(first, WARNING, NOW + HOUR).record).completedAt).toBe(NOW + 5);
    expect(last(read(first, { ...WARNING, completedAt: NOW - 9 }, NOW + HOUR).record).completedAt).toBe(NOW - 9);
  });

  it('a decision that changes later is a new event and a new publication', () => {
    const first = read(begun(newcomer()), { ...WARNING, completedAt: NOW }).record;
    const { record, events } = read(first, { ...PASSED, completedAt: NOW }, NOW + HOUR);
    expect(standingOf(record)?.status).toBe('approved');
    expect(record.identity.version).toBe(first.identity.version + 1);
    expect(events).toMatchObject([{ kind: 'decided', detail: { verdict: 'PASSED', previous: 'WARNING' } }]);
  });

  it('a decision is found on an expired attempt beside a newer open one', () => {
    const expired = readWord(begun(newcomer(), NOW - 3 * DAY), 'TOKEN_EXPIRED', NOW - DAY).record;
    const both = begun(expired, NOW);
    const { record } = read(both, PASSED, NOW, nth(both, 1));
    expect(standingOf(record)).toMatchObject({ status: 'approved', by: { attempt: 1, state: 'decided' } });
    expect(nth(record, 2).state).toBe('started');
  });
});
