import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change, IdentityRecord } from '../../../webhook/model.ts';
import { onDetails } from '../../../webhook/verification/execution/read.ts';
import { applyReadRequest } from '../../../webhook/verification/execution/schedule.ts';
import { mayStart } from '../../../webhook/verification/policy/eligibility.ts';
import { defaultPolicy } from '../../../webhook/verification/policy/parse.ts';
import { openAttempt } from '../../../webhook/verification/record/attempts.ts';
import { standingOf, statusOf } from '../../../webhook/verification/record/standing.ts';
import { applied } from '../../support/builders/applied.ts';
import {
  DAY,
  HOUR,
  last,
  NOW,
  newRecord,
  nth,
  readDetailsAs,
  readInputOf,
  withAttempt,
  withExecution,
  withRequest,
} from '../../support/builders/history.ts';
import { BLURRED, MANIPULATED, PASSED, WARNING } from '../../support/decision-table/rows.ts';
import { detailsOf, type GivenDetails } from '../../support/fakes/jumio-answers.ts';

/** Any event of one identity, in any order. */
type Step = (record: IdentityRecord, now: number) => Change | undefined;

const answers: readonly GivenDetails[] = [
  PASSED,
  WARNING,
  BLURRED,
  MANIPULATED,
  { status: 'INITIATED' },
  { status: 'ACQUIRED' },
  { status: 'TOKEN_EXPIRED' },
  { ...PASSED, status: 'PAUSED' },
  { ...PASSED, workflow: { id: 'somebody-elses' } },
];

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.constantFrom(...answers), fc.nat({ max: 5 }), fc.nat({ max: 3 })).map(
    ([given, which, ago]): Step =>
      (record, now) => {
        const row = record.verifications.filter(({ executionId }) => executionId !== null)[which];
        const answer = { completedAt: NOW - ago * HOUR, ...given };
        return row && applied(onDetails(record, readInputOf(record, row, now), detailsOf(row, answer)), now);
      },
  ),
  fc.constantFrom('PROCESSED', 'ACQUIRED', undefined).map(
    (claimed): Step =>
      (record, now) => {
        const open = openAttempt(record);
        return (
          open &&
          applied(applyReadRequest(record, { verificationId: open.id, ...(claimed ? { claimed } : {}) }, now), now)
        );
      },
  ),
  fc.constant<Step>((record, now) =>
    mayStart(record, now, defaultPolicy).kind === 'start'
      ? { record: withExecution(withRequest(record, now), now) }
      : undefined,
  ),
);

describe('random histories', () => {
  it('in any history the decision completed last counts, and no decision is lost', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        let record = withAttempt(newRecord());
        for (const [index, happen] of steps.entries()) {
          const before = record;
          record = happen(before, NOW + index * 60_000)?.record ?? before;
          const kept = before.verifications.filter((row) => row.decision !== null).map(({ id }) => id);
          const still = record.verifications.filter((row) => row.decision !== null).map(({ id }) => id);
          expect(still).toEqual(expect.arrayContaining(kept));
          const latest = Math.max(...record.verifications.map(({ completedAt }) => completedAt ?? 0));
          if (still.length > 0) expect(standingOf(record)?.by?.completedAt).toBe(latest);
          expect(record.identity.status).toBe(statusOf(record));
        }
      }),
    );
  });

  it('in any history an answer read twice has the effect of one read', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), fc.constantFrom(...answers), (steps, given) => {
        let record = withAttempt(newRecord());
        for (const [index, happen] of steps.entries()) record = happen(record, NOW + index * 60_000)?.record ?? record;
        const row = record.verifications.findLast(({ executionId }) => executionId !== null) ?? last(record);
        const answer = { completedAt: NOW, ...given };
        const once = readDetailsAs(record, answer, NOW + DAY, row).record;
        const twice = readDetailsAs(once, answer, NOW + DAY, nth(once, row.attempt)).record;
        expect(twice.identity).toEqual(once.identity);
        expect(twice.verifications.map(({ decision: decided, state }) => [decided, state])).toEqual(
          once.verifications.map(({ decision: decided, state }) => [decided, state]),
        );
      }),
    );
  });
});
