import { describe, expect, it } from 'vitest';
import { standingOf, waitingOn } from '../../../webhook/verification/record/standing.ts';
import { begun, DAY, HOUR, last, NOW, newcomer, nth, read, readWord } from '../../support/builders/history.ts';
import { BLURRED, PASSED, WARNING } from '../../support/decision-table/rows.ts';
import { decision } from '../../support/fakes/jumio-answers.ts';

describe('a word that is not documented', () => {
  it.each([
    ['PAUSED', () => readWord(begun(newcomer()), 'PAUSED')],
    ['PAUSED', () => read(begun(newcomer()), { ...PASSED, status: 'PAUSED' })],
    ['PROCESSED without a decision', () => read(begun(newcomer()), { status: 'PROCESSED' })],
    ['decision MAYBE', () => read(begun(newcomer()), { status: 'PROCESSED', decision: decision('MAYBE', 50) })],
  ])('leaves the status, is due again and an event once an hour (%s)', (seen, story) => {
    const { snapshot, events } = story();
    expect(snapshot.identity).toMatchObject({ status: 'pending', standing: null });
    expect(waitingOn(snapshot)).toBe('jumio');
    expect(last(snapshot)).toMatchObject({ state: 'started', readDue: NOW + 40_000 });
    const once = `unknown:${last(snapshot).id}:${seen}:${Math.floor(NOW / HOUR)}`;
    expect(events).toStrictEqual([
      { kind: 'unknown_status', verificationId: last(snapshot).id, detail: { seen }, once },
    ]);
  });

  it('leaves a decision as it is, and is due again', () => {
    const { snapshot } = read(read(begun(newcomer()), PASSED).snapshot, { ...PASSED, status: 'PAUSED' }, NOW + HOUR);
    expect(snapshot.identity).toMatchObject({ status: 'approved', jumioDue: NOW + 2 * HOUR });
  });
});

describe('a decision', () => {
  it('is kept with what the operator may see, and is an event', () => {
    const { snapshot, events } = read(begun(newcomer()), { ...BLURRED, completedAt: NOW - 1 });
    expect(last(snapshot)).toMatchObject({
      state: 'decided',
      jumioStatus: 'PROCESSED',
      decision: 'FAILED',
      reason: 'unreadable',
      decisionLabel: 'REJECTED',
      riskScore: 100,
      completedAt: NOW - 1,
    });
    const detail = { verdict: 'FAILED', reason: 'unreadable', previous: null };
    expect(events).toEqual([{ kind: 'decided', verificationId: last(snapshot).id, detail }]);
  });

  it('without a time has that of our first read, and keeps it', () => {
    const first = read(begun(newcomer()), WARNING, NOW + 5).snapshot;
    expect(last(first).completedAt).toBe(NOW + 5);
    expect(last(read(first, WARNING, NOW + HOUR).snapshot).completedAt).toBe(NOW + 5);
    expect(last(read(first, { ...WARNING, completedAt: NOW - 9 }, NOW + HOUR).snapshot).completedAt).toBe(NOW - 9);
  });

  it('that is changed later is a new event and a new publication', () => {
    const first = read(begun(newcomer()), { ...WARNING, completedAt: NOW }).snapshot;
    const { snapshot, events } = read(first, { ...PASSED, completedAt: NOW }, NOW + HOUR);
    expect(standingOf(snapshot)?.status).toBe('approved');
    expect(snapshot.identity.version).toBe(first.identity.version + 1);
    expect(events).toMatchObject([{ kind: 'decided', detail: { verdict: 'PASSED', previous: 'WARNING' } }]);
  });

  it('is found on an attempt that had expired, beside a newer open one', () => {
    const expired = readWord(begun(newcomer(), NOW - 3 * DAY), 'TOKEN_EXPIRED', NOW - DAY).snapshot;
    const both = begun(expired, NOW);
    const { snapshot } = read(both, PASSED, NOW, nth(both, 1));
    expect(standingOf(snapshot)).toMatchObject({ status: 'approved', by: { attempt: 1, state: 'decided' } });
    expect(nth(snapshot, 2).state).toBe('started');
  });
});
