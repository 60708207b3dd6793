import { describe, expect, it } from 'vitest';
import type { IdentityRecord } from '../../../webhook/model.ts';
import {
  onDeactivating,
  onRevoked,
  onStateLeft,
  onStateSeen,
  onStateWritten,
  stateToWrite,
  withoutDisabledConsequences,
} from '../../../webhook/verification/publication/consequences.ts';
import { onReadBack, restDue } from '../../../webhook/verification/publication/state.ts';
import { updateIdentity } from '../../../webhook/verification/record/record.ts';
import { applied } from '../../support/builders/applied.ts';
import {
  afterPublish,
  copyOf,
  DAY,
  HOUR,
  NOW,
  newRecord,
  readDetailsAs,
  withAttempt,
} from '../../support/builders/history.ts';
import { MANIPULATED, PASSED, WARNING } from '../../support/decision-table/rows.ts';

const MINUTE = 60_000;

const SINCE = NOW + 1_000;

const pending = afterPublish(withAttempt(newRecord()));

const rejected = readDetailsAs(pending, MANIPULATED, NOW).record;

/** A record deactivated by us, and published. */
function deactivated(): IdentityRecord {
  const written = applied(
    onStateWritten(onDeactivating(rejected).record, 'inactive', answer('inactive'), NOW),
    NOW,
  ).record;
  return afterPublish(applied(onRevoked(written, true, NOW), NOW).record);
}

function answer(state: 'active' | 'inactive', stateChangedAt = SINCE) {
  return { jumio: undefined, state, stateChangedAt };
}

/** The record after a further execution of the same identity was decided. */
function later(record: IdentityRecord, given: typeof PASSED, at = NOW + DAY): IdentityRecord {
  return readDetailsAs(withAttempt(record, at), { ...given, completedAt: at + HOUR }, at + HOUR).record;
}

describe('a standing that becomes rejected', () => {
  it('a new rejection makes revocation and deactivation due at once', () => {
    expect(pending.identity).toMatchObject({ revocation: 'none', pendingState: null });
    expect(rejected.identity).toMatchObject({
      revocation: 'pending',
      pendingState: 'inactive',
      deactivated: false,
      kratosDue: NOW,
    });
  });

  it.each([
    [
      { revokeSessions: false, deactivate: false },
      { revocation: 'none', pendingState: null },
    ],
    [
      { revokeSessions: true, deactivate: false },
      { revocation: 'pending', pendingState: null },
    ],
    [
      { revokeSessions: false, deactivate: true },
      { revocation: 'none', pendingState: 'inactive' },
    ],
  ])('consequences that the policy %j disables are dropped', (policy, pending) => {
    expect(withoutDisabledConsequences(rejected, policy).identity).toMatchObject(pending);
  });

  it('a repeated or inherited rejection makes no further consequence due', () => {
    const again = later(deactivated(), MANIPULATED);
    expect(again.identity).toMatchObject({ revocation: 'repeat', pendingState: null, deactivated: true });
    expect(withAttempt(newRecord(NOW, 'rejected')).identity).toMatchObject({ revocation: 'none', pendingState: null });
  });

  it('consequences for an identity that is missing in Kratos wait until it is found again', () => {
    const gone = updateIdentity(pending, { deletedInKratos: true, kratosDue: null });
    expect(readDetailsAs(gone, MANIPULATED, NOW).record.identity).toMatchObject({
      revocation: 'pending',
      kratosDue: null,
    });
  });

  it('a rejection does not shorten the back-off from Kratos', () => {
    const down = updateIdentity(pending, { kratosAttempts: 3, kratosDue: NOW + MINUTE });
    expect(readDetailsAs(down, MANIPULATED, NOW).record.identity).toMatchObject({
      revocation: 'pending',
      kratosDue: NOW + MINUTE,
    });
  });
});

describe('a standing that leaves rejected', () => {
  it.each([PASSED, WARNING])(
    'a standing that leaves rejected makes reactivation due if we deactivated, under every policy',
    (given) => {
      const left = later(deactivated(), given);
      expect(left.identity).toMatchObject({ revocation: 'none', pendingState: 'active', deactivated: true });
      expect(
        withoutDisabledConsequences(left, { revokeSessions: false, deactivate: false }).identity.pendingState,
      ).toBe('active');
    },
  );

  it('a rejection reversed before any consequence leaves nothing due', () => {
    expect(later(rejected, PASSED).identity).toMatchObject({
      revocation: 'none',
      pendingState: null,
      deactivated: false,
    });
  });

  it('reactivation is due also if a crash left open whether the deactivation was written', () => {
    const crashed = onDeactivating(rejected).record;
    const left = later(crashed, PASSED);
    expect(left.identity).toMatchObject({ pendingState: 'active', deactivated: true });
    expect(stateToWrite(left, { state: 'inactive', stateChangedAt: SINCE })).toBe('active');
  });
});

describe('the state of the identity in Kratos', () => {
  it('a state that an operator made inactive before a rejection is never changed', () => {
    expect(stateToWrite(rejected, { state: 'inactive' })).toBe('leave');
    const { record, events } = applied(onStateLeft(rejected, { state: 'inactive' }, NOW), NOW);
    expect(events).toEqual([{ kind: 'state_left', detail: { seen: 'inactive' } }]);
    expect(later(record, PASSED).identity).toMatchObject({ pendingState: null, deactivated: false });
  });

  it('a state that an operator set inactive again after our deactivation is left', () => {
    const left = later(deactivated(), PASSED);
    expect(stateToWrite(left, { state: 'inactive', stateChangedAt: SINCE })).toBe('active');
    expect(stateToWrite(left, { state: 'inactive', stateChangedAt: SINCE + 1_500 })).toBe('active');
    expect(stateToWrite(left, { state: 'inactive', stateChangedAt: SINCE + HOUR })).toBe('leave');
    expect(stateToWrite(left, { state: 'active', stateChangedAt: SINCE + HOUR })).toBe('leave');
  });

  it('a written state is an event once, and what is still pending is due', () => {
    const written = applied(onStateWritten(rejected, 'inactive', answer('inactive'), NOW), NOW);
    expect(written.events).toEqual([{ kind: 'deactivated' }]);
    expect(written.record.identity).toMatchObject({ pendingState: null, deactivated: true, inactiveSince: SINCE });
    const flipped = updateIdentity(rejected, { pendingState: 'active' });
    const after = applied(onStateWritten(flipped, 'inactive', answer('inactive'), NOW), NOW).record.identity;
    expect(after).toMatchObject({ pendingState: 'active', deactivated: true, kratosDue: NOW });
    const back = applied(onStateWritten(later(deactivated(), PASSED), 'active', answer('active'), NOW), NOW);
    expect(back.events).toEqual([{ kind: 'reactivated' }]);
    expect(back.record.identity).toMatchObject({ pendingState: null, deactivated: false, inactiveSince: null });
  });

  it('a deactivation lost to an overwritten row is due again; a later change by an operator stands', () => {
    const over = onStateSeen(deactivated(), { state: 'active', stateChangedAt: NOW - DAY });
    expect(over.events).toEqual([{ kind: 'state_differs' }]);
    const due = applied(onReadBack(over.record, copyOf(over.record), NOW + MINUTE), NOW + MINUTE).record.identity;
    expect(due).toMatchObject({ pendingState: 'inactive', deactivated: true, kratosDue: NOW + MINUTE });
    const operator = onStateSeen(deactivated(), { state: 'active', stateChangedAt: NOW + HOUR });
    expect(operator.record.identity).toMatchObject({ pendingState: null, deactivated: false });
  });
});

describe('revoked sessions', () => {
  it('sessions are revoked once more at the read-back, for a sign-in that passed the gate just before', () => {
    const first = applied(onRevoked(updateIdentity(rejected, { pendingState: null }), true, NOW), NOW);
    expect(first.events).toEqual([{ kind: 'sessions_revoked', detail: { found: true } }]);
    const written = afterPublish(first.record);
    expect(written.identity).toMatchObject({ revocation: 'repeat', readBack: true, kratosDue: NOW + MINUTE });
    const second = applied(onRevoked(written, false, NOW + MINUTE), NOW + MINUTE);
    expect(second.record.identity.revocation).toBe('none');
    expect(second.events).toEqual([]);
    expect(applied(onRevoked(written, true, NOW), NOW).events).toHaveLength(1);
  });

  it('a revocation that failed stays due after its version is published', () => {
    const pending = updateIdentity(rejected, { pendingState: null });
    expect(afterPublish(pending).identity).toMatchObject({ revocation: 'pending', kratosDue: NOW });
    expect(restDue(afterPublish(pending).identity, NOW)).toBe(NOW);
  });
});
