import { describe, expect, it } from 'vitest';
import { check } from '../../chaos/checker/check.ts';
import type { RunHistory } from '../../chaos/history/history.ts';
import { approvedRun, IDENTITY, recordRun, rejectedRun, signedUpRun } from '../../support/builders/run-history.ts';

const CIRCUMSTANCES = { isDrained: true, seconds: 1, gaveUp: 0, faults: {} };

function verdictOf(history: RunHistory) {
  return check(history, CIRCUMSTANCES);
}

/** The kinds of the violations of a history. */
function found(run: { history(): RunHistory }): string[] {
  return verdictOf(run.history()).violations.map(({ kind }) => kind);
}

/** Rejected, again after an expiry: the first attempt was left, the second is rejected for good. */
function twiceTried() {
  return signedUpRun()
    .expires('e1')
    .publishes(2, 'expired', 'e1')
    .restarts()
    .creates('e2', 2)
    .links('e2', 2)
    .decides('e2', 'REJECTED')
    .reads(2, 'REJECTED')
    .revokes()
    .publishes(3, 'rejected', 'e2')
    .signsIn(403);
}

describe('the checker finds nothing in a run without a mistake', () => {
  it.each([
    ['a person who was approved', approvedRun()],
    ['a person who was rejected', rejectedRun()],
    ['a person who never finished', signedUpRun().expires('e1').publishes(2, 'expired', 'e1')],
    [
      'a decision that changed and was announced',
      approvedRun()
        .decides('e1', 'REJECTED')
        .calls('genuine', 'e1')
        .reads(1, 'REJECTED')
        .revokes()
        .publishes(3, 'rejected', 'e1')
        .signsIn(403),
    ],
    ['a changed decision that nobody announced', approvedRun().decides('e1', 'REJECTED')],
    [
      'a rejection that was retried and passed',
      signedUpRun()
        .decides('e1', 'REJECTED', true)
        .reads(1, 'REJECTED')
        .revokes()
        .publishes(2, 'rejected', 'e1')
        .restarts()
        .creates('e2', 2)
        .links('e2', 2)
        .decides('e2', 'PASSED')
        .reads(2, 'PASSED')
        .publishes(3, 'approved', 'e2')
        .signsIn(204),
    ],
    [
      'a late pass of an older attempt, which does not lift the rejection',
      twiceTried().decides('e1', 'PASSED').calls('genuine', 'e1').reads(1, 'PASSED'),
    ],
    [
      'a gate that was asked between the decision and its publication',
      signedUpRun().decides('e1', 'PASSED').signsIn(204).reads(1, 'PASSED').publishes(2, 'approved', 'e1'),
    ],
  ])('%s', (_name, run) => {
    expect(verdictOf(run.history()).violations).toEqual([]);
  });

  it('a repeat with the same bytes is counted where the answer to the first was lost', () => {
    const run = signedUpRun().publishes(2, 'expired', 'e1', { answered: 'lost' }).publishes(2, 'expired', 'e1');
    expect(verdictOf(run.expires('e1').history())).toMatchObject({ repeats: 1, violations: [] });
  });

  it('an orphan is counted where a lost answer or a kill explains it', () => {
    const lost = recordRun().signsUp().creates('e0', 1, { answered: 'lost' }).creates('e1').links('e1');
    expect(verdictOf(lost.publishes(1, 'pending', 'e1').history())).toMatchObject({ orphans: 1, violations: [] });
    const killed = recordRun().signsUp().creates('e0').kills().creates('e1', 1, { caller: 'chaos/0.2' }).links('e1');
    expect(verdictOf(killed.publishes(1, 'pending', 'e1').history())).toMatchObject({ orphans: 1, violations: [] });
  });
});

describe('the checker reports what was lost', () => {
  it.each([
    ['a verdict that never came', signedUpRun().decides('e1', 'PASSED'), ['lost', 'lost', 'lost']],
    [
      'a verdict that came to the ledger only',
      signedUpRun().decides('e1', 'PASSED').reads(1, 'PASSED').ledgerSays({ status: 'approved', version: 2 }),
      ['lost', 'lost'],
    ],
    [
      'a changed decision that was announced and not read',
      approvedRun().decides('e1', 'REJECTED').calls('genuine', 'e1'),
      ['lost', 'lost', 'lost', 'bypassed', 'lost'],
    ],
    ['a version that the ledger has not confirmed', approvedRun().ledgerSays({ published: 1 }), ['lost']],
    [
      'the sessions of a rejected person',
      signedUpRun().decides('e1', 'REJECTED').reads(1, 'REJECTED').publishes(2, 'rejected', 'e1'),
      ['bypassed', 'lost'],
    ],
    ['the event of a decision', signedUpRun().decides('e1', 'PASSED').publishes(2, 'approved', 'e1'), ['lost']],
    ['an attempt that was granted', approvedRun().restarts(), ['lost']],
  ])('%s', (_name, run, kinds) => {
    expect(found(run)).toEqual(kinds);
  });

  it('a sign-up that was acknowledged', () => {
    const [violation] = verdictOf(recordRun().signsUp().history({ hasRow: false })).violations;
    expect(violation).toEqual({
      kind: 'lost',
      identityId: IDENTITY,
      expected: 'a row of an acknowledged sign-up',
      seen: 'none',
      seed: 7,
    });
  });

  it('work that was still due at the end', () => {
    const verdict = check(approvedRun().history(), { ...CIRCUMSTANCES, isDrained: false });
    expect(verdict.violations.map(({ kind }) => kind)).toEqual(['not drained']);
  });
});

describe('the checker reports what was doubled', () => {
  it.each([
    ['a version with other bytes', approvedRun().publishes(2, 'approved', 'e1', { digest: 'other' }), ['doubled']],
    ['a repeat although the answer was given', approvedRun().publishes(2, 'approved', 'e1'), ['doubled']],
    [
      'a repeat after a kill of what the ledger had confirmed',
      approvedRun().kills().publishes(2, 'approved', 'e1', { caller: 'chaos/0.2' }),
      ['doubled'],
    ],
    ['an event of a decision', approvedRun().reads(1, 'PASSED'), ['doubled']],
    ['an attempt that nobody asked for', approvedRun().creates('e2', 2).links('e2', 2), ['doubled']],
    [
      'an older version after a newer one',
      approvedRun().publishes(1, 'approved', 'e1').ledgerSays({ version: 1, published: 1 }),
      ['out of order'],
    ],
    ['an execution of no row', approvedRun().creates('e9'), ['unexplained orphan']],
    [
      'an execution that its caller created again before it was killed',
      recordRun().signsUp().creates('e0').creates('e1').links('e1').publishes(1, 'pending', 'e1').kills(),
      ['unexplained orphan'],
    ],
  ])('%s', (_name, run, kinds) => {
    expect(found(run)).toEqual(kinds);
  });
});

describe('the checker reports what was forged, laundered or bypassed', () => {
  it.each([
    ['an approval that Jumio never gave', signedUpRun().publishes(2, 'approved', 'e1'), ['forged', 'lost', 'lost']],
    [
      'an approval by an execution of nobody',
      signedUpRun().creates('e9', 1, { answered: 'lost' }).decides('e9', 'PASSED').publishes(2, 'approved', 'e9'),
      ['forged', 'lost', 'lost'],
    ],
    ['an event of a decision that Jumio never made', signedUpRun().reads(1, 'PASSED'), ['forged']],
    ['a forged callback that was taken', approvedRun().calls('bad-mac', 'e1', 200), ['forged']],
    [
      'an older approval after a rejection',
      rejectedAfterApproval().publishes(4, 'approved', 'e1'),
      ['laundered', 'lost', 'lost', 'lost'],
    ],
    [
      'a rejection that gave way to nothing',
      rejectedRun().publishes(3, 'expired', 'e1'),
      ['laundered', 'lost', 'lost', 'lost'],
    ],
    [
      'a late pass of an older attempt that lifted a final rejection',
      twiceTried().decides('e1', 'PASSED').calls('genuine', 'e1').reads(1, 'PASSED').publishes(4, 'approved', 'e1'),
      ['laundered', 'lost', 'lost', 'lost'],
    ],
    ['somebody who came in without an approval', signedUpRun().signsIn(204), ['bypassed']],
    ['somebody who came in after the rejection was published', rejectedRun().signsIn(204), ['bypassed', 'bypassed']],
    ['somebody who was approved and kept out', approvedRun().signsIn(403), ['locked out']],
  ])('%s', (_name, run, kinds) => {
    expect(found(run)).toEqual(kinds);
  });
});

function rejectedAfterApproval() {
  return approvedRun()
    .decides('e1', 'REJECTED')
    .calls('genuine', 'e1')
    .reads(1, 'REJECTED')
    .revokes()
    .publishes(3, 'rejected', 'e1');
}
