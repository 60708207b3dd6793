import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IdentityRecord, Reason, Verdict, Verification } from '../../../webhook/model.ts';
import { override } from '../../../webhook/verification/operator/actions.ts';
import { mayStart } from '../../../webhook/verification/policy/eligibility.ts';
import { defaultPolicy } from '../../../webhook/verification/policy/parse.ts';
import {
  isRetryable,
  latePassAt,
  PUBLISHED_RETRY_RULES,
  standingFacts,
  standingOf,
  statusOf,
} from '../../../webhook/verification/record/standing.ts';
import { applied } from '../../support/builders/applied.ts';
import {
  DAY,
  HOUR,
  last,
  NOW,
  newRecord,
  nth,
  readDetailsAs,
  readStatusAs,
  verificationId,
  withAttempt,
} from '../../support/builders/history.ts';
import { BLURRED, MANIPULATED, PASSED, WARNING } from '../../support/decision-table/rows.ts';
import { decision, findings, type GivenDetails } from '../../support/fakes/jumio-answers.ts';

const verdict = fc.constantFrom<Verdict>('PASSED', 'WARNING', 'FAILED');

const reason = fc.option(fc.constantFrom<Reason>('unreadable', 'not_finished', 'other'));

/** A history of attempts, some of them decided; completion times are close together, so that equal ones occur. */
const history = fc
  .array(fc.record({ decision: fc.option(verdict), reason, completedAt: fc.nat({ max: 4 }) }), { maxLength: 6 })
  .map((rows) => rows.map((row, index) => ({ ...template(index + 1), ...row, state: 'decided' as const })));

function template(attempt: number): Verification {
  return { ...last(withAttempt(newRecord())), id: verificationId(attempt), attempt };
}

function withRows(verifications: readonly Verification[]): IdentityRecord {
  return { ...newRecord(), verifications };
}

describe('the standing of an identity', () => {
  it('the standing does not depend on the order in which decisions were read', () => {
    fc.assert(
      fc.property(
        history.chain((rows) => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length }))),
        ([rows, shuffled]) => {
          expect(standingOf(withRows(shuffled))?.by?.id).toBe(standingOf(withRows(rows))?.by?.id);
        },
      ),
    );
  });

  it('the standing is not changed by attempts without a decision', () => {
    fc.assert(
      fc.property(history, (rows) => {
        const decided = rows.filter((row) => row.decision !== null);
        expect(standingOf(withRows(rows))?.by?.id).toBe(standingOf(withRows(decided))?.by?.id);
      }),
    );
  });

  it('the standing is the decision completed last, and of equal times that of the later attempt', () => {
    const first = withAttempt(newRecord(), NOW - 2 * DAY);
    const both = withAttempt(readDetailsAs(first, { ...PASSED, completedAt: NOW - HOUR }).record, NOW - DAY);
    const status = (given: GivenDetails): string => statusOf(readDetailsAs(both, given).record);
    expect(status({ ...BLURRED, completedAt: NOW - HOUR + 1 })).toBe('rejected');
    expect(status({ ...BLURRED, completedAt: NOW - HOUR })).toBe('rejected');
    expect(status({ ...BLURRED, completedAt: NOW - HOUR - 1 })).toBe('approved');
  });

  describe('a rejection that cannot be retried', () => {
    const first = withAttempt(newRecord(), NOW - 3 * DAY);
    const rejected = readDetailsAs(withAttempt(first, NOW - 2 * DAY), {
      ...MANIPULATED,
      completedAt: NOW - DAY,
    }).record;
    const row = (record: IdentityRecord, index: number, patch: Partial<Verification>): IdentityRecord => ({
      ...record,
      verifications: record.verifications.map((one, at) => (at === index ? { ...one, ...patch } : one)),
    });
    const passed: Partial<Verification> = { state: 'decided', decision: 'PASSED', completedAt: NOW - HOUR };

    it('is not lifted by a later pass or review of an older attempt, which is a late pass for the operator', () => {
      for (const decision of ['PASSED', 'WARNING'] as const) {
        const late = row(rejected, 0, { ...passed, decision });
        expect([statusOf(late), latePassAt(late)]).toEqual(['rejected', NOW - HOUR]);
      }
      expect(latePassAt(rejected)).toBeNull();
    });

    it('is lifted by a pass of an older attempt that an operator granted', () => {
      const granted = row(rejected, 0, { ...passed, granted: true });
      expect([statusOf(granted), latePassAt(granted)]).toEqual(['approved', null]);
    });

    it('is lifted by a pass of an attempt that was requested after it', () => {
      const again = row(withAttempt(rejected, NOW - 2 * HOUR), 2, passed);
      expect(statusOf(again)).toBe('approved');
    });

    it('is lifted by a new decision of the same execution', () => {
      expect(statusOf(row(rejected, 1, passed))).toBe('approved');
    });

    it('is lifted by the operator, and the late pass is then over', () => {
      const late = row(rejected, 0, passed);
      const decided = applied(override(late, { verdict: 'PASSED', reason: 'x', by: 'op' }, 'o', NOW), NOW).record;
      expect([statusOf(decided), latePassAt(decided)]).toEqual(['approved', null]);
    });
  });

  it('the standing follows the completion time of Jumio, not the time of our read', () => {
    const both = withAttempt(
      readStatusAs(withAttempt(newRecord(), NOW - 2 * DAY), 'TOKEN_EXPIRED', NOW - DAY).record,
      NOW - DAY,
    );
    const second = readDetailsAs(both, { ...WARNING, completedAt: NOW - HOUR }).record;
    const { record } = readDetailsAs(second, { ...BLURRED, completedAt: NOW - 2 * HOUR }, NOW, nth(second, 1));
    expect(statusOf(record)).toBe('review');
  });

  it('an inherited status is the standing until Jumio decides', () => {
    const handed = newRecord(NOW, 'rejected');
    expect(standingOf(handed)).toEqual({ status: 'rejected', by: null });
    expect(statusOf(readDetailsAs(withAttempt(handed), PASSED).record)).toBe('approved');
  });
});

describe('retryable rejections', () => {
  const labels = {
    unreadable: findings('usability', 'REJECTED', 'GLARE'),
    expired_document: findings('dataChecks', 'WARNING', 'DOCUMENT_EXPIRY_WITHIN_CONFIGURED_LIMIT'),
    face_unreadable: findings('liveness', 'REJECTED', 'NO_FACE_PRESENT'),
    document_unusable: findings('usability', 'REJECTED', 'PHOTOCOPY'),
    unsupported_document: findings('usability', 'WARNING', 'UNSUPPORTED_COUNTRY'),
    not_finished: findings('usability', 'NOT_EXECUTED', 'NOT_UPLOADED'),
  };

  function rejectedFor(capabilities: object): IdentityRecord {
    return readDetailsAs(withAttempt(newRecord()), {
      status: 'PROCESSED',
      decision: decision('REJECTED', 90),
      capabilities,
    }).record;
  }

  it.each(Object.entries(labels))('a rejection for %s may be retried', (why, capabilities) => {
    const record = rejectedFor(capabilities);
    expect(last(record).reason).toBe(why);
    expect(mayStart(record, NOW, defaultPolicy)).toEqual({ kind: 'start' });
  });

  it.each([
    ['no finding', {}],
    ['a fake', findings('imageChecks', 'REJECTED', 'FAKE')],
    ['no match', findings('similarity', 'REJECTED', 'NO_MATCH')],
    ['a bad photo and a fake', { ...labels.unreadable, ...findings('imageChecks', 'REJECTED', 'FAKE') }],
    ['an unknown label', findings('usability', 'REJECTED', 'SOMETHING_NEW')],
  ])('a rejection for %s may not be retried', (_name, capabilities) => {
    expect(mayStart(rejectedFor(capabilities), NOW, defaultPolicy)).toEqual({ kind: 'no', why: 'rejected' });
  });

  it('the third retryable rejection may not be retried', () => {
    let record = newRecord();
    const mendable: boolean[] = [];
    for (let n = 1; n <= 3; n += 1) {
      record = readDetailsAs(withAttempt(record, NOW + n), { ...BLURRED, completedAt: NOW + n }).record;
      mendable.push(isRetryable(standingFacts(record), PUBLISHED_RETRY_RULES));
    }
    expect(mendable).toEqual([true, true, false]);
  });
});
