import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Verification } from '../../../webhook/model.ts';
import { applyReadRequest } from '../../../webhook/verification/execution/schedule.ts';
import { latestAttempt } from '../../../webhook/verification/record/attempts.ts';
import { normalize } from '../../../webhook/verification/record/normalize.ts';
import { updateIdentity, updateVerification } from '../../../webhook/verification/record/record.ts';
import { LEASE_MS } from '../../../webhook/verification/step.ts';
import { applied } from '../../support/builders/applied.ts';
import { leaseFor } from '../../support/builders/claims.ts';
import {
  DAY,
  HOUR,
  LIFETIME,
  last,
  NOW,
  newRecord,
  nth,
  readDetailsAs,
  readStatusAs,
  withAttempt,
  withExecution,
  withRequest,
} from '../../support/builders/history.ts';
import { keysOf } from '../../support/decision-table/cells.ts';
import { ATTEMPTS, PASSED, STANDINGS, situation } from '../../support/decision-table/rows.ts';

const LINK_END = NOW + LIFETIME;

const ALL = ['create', 'read', 'publish'] as const;

function secrets({ link, sdkToken, transactionToken }: Verification): unknown[] {
  return [link, sdkToken, transactionToken];
}

const GONE = [null, null, null];

describe('the hosted link and its tokens', () => {
  const first = withAttempt(newRecord());

  it('link and tokens are kept while the link is live', () => {
    expect(secrets(last(normalize(first, LINK_END - 1)))).toEqual(secrets(last(first)));
    expect(secrets(last(first)).every((secret) => typeof secret === 'string')).toBe(true);
  });

  it('link and tokens are cleared by the first change after the end of the link, which is the claim of the read due then', () => {
    expect(secrets(last(normalize(first, LINK_END)))).toEqual(GONE);
    const { record, work } = leaseFor(first, ALL, LINK_END + 1_000);
    expect(work.read?.id).toBe(last(first).id);
    expect(secrets(last(record))).toEqual(GONE);
    expect(last(record).linkEndsAt).toBe(LINK_END);
  });

  it('link and tokens are cleared once the execution is decided, expired or replaced', () => {
    expect(secrets(last(readDetailsAs(first, PASSED).record))).toEqual(GONE);
    expect(secrets(last(readStatusAs(first, 'TOKEN_EXPIRED').record))).toEqual(GONE);
    const renewing = updateVerification(first, last(first).id, { renewalRequested: true });
    expect(secrets(nth(readStatusAs(renewing, 'INITIATED', LINK_END + 1).record, 1))).toEqual(GONE);
  });
});

describe('normalising a change', () => {
  it('an identity is due when the first of its verifications is', () => {
    const two = withRequest(readStatusAs(withAttempt(newRecord()), 'TOKEN_EXPIRED').record, NOW + 5);
    const early = updateVerification(two, nth(two, 1).id, { readDue: NOW + 3 });
    expect(normalize(early, NOW).identity.jumioDue).toBe(NOW + 3);
    expect(normalize(two, NOW).identity.jumioDue).toBe(NOW + 5);
  });

  it('the version rises only if the published content differs', () => {
    const first = withAttempt(newRecord());
    expect(normalize(first, NOW + HOUR)).toStrictEqual(first);
    const alive = applied(applyReadRequest(first, { verificationId: last(first).id }, NOW + HOUR), NOW + HOUR)?.record;
    expect(alive?.identity.version).toBe(first.identity.version);
    const processing = readStatusAs(first, 'ACQUIRED', NOW + HOUR).record;
    expect(processing.identity).toMatchObject({ version: first.identity.version + 1, changedAt: NOW + HOUR });
  });

  it('a normalised record is unchanged when it is normalised again at the same time', () => {
    const patch = fc.record(
      {
        decision: fc.constantFrom('PASSED', 'WARNING', 'FAILED', null),
        state: fc.constantFrom('requested', 'started', 'decided', 'expired'),
        completedAt: fc.integer({ min: NOW - DAY, max: NOW + DAY }),
        readDue: fc.option(fc.integer({ min: NOW - DAY, max: NOW + DAY })),
        prefill: fc.constantFrom('none', 'pending', 'sent', 'given-up'),
      },
      { requiredKeys: [] },
    );
    const columns = fc.record(
      {
        awaitingConsent: fc.boolean(),
        eidCheck: fc.constantFrom('none', 'sign-up', 'linked'),
        deactivated: fc.boolean(),
        deletedInKratos: fc.boolean(),
        kratosAttempts: fc.integer({ min: 0, max: 2 }),
        kratosDue: fc.option(fc.integer({ min: NOW, max: NOW + DAY })),
        inherited: fc.constantFrom('approved', 'review', 'rejected', null),
        attemptGrantedAt: fc.option(fc.integer({ min: NOW - 30 * DAY, max: NOW })),
        erasedAt: fc.option(fc.constant(NOW)),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...keysOf(STANDINGS)),
        fc.constantFrom(...keysOf(ATTEMPTS)),
        patch,
        columns,
        fc.integer({ min: NOW, max: NOW + 3 * DAY }),
        (standing, attempt, ofLast, ofIdentity, now) => {
          const record = updateIdentity(situation(standing, attempt), ofIdentity);
          const changed = updateVerification(record, latestAttempt(record)?.id ?? '', ofLast);
          const once = normalize(changed, now);
          expect(normalize(once, now)).toStrictEqual(once);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('the lease of a claim', () => {
  it('a lease is counted by each claim and ends after thirty seconds', () => {
    expect(LEASE_MS).toBe(30_000);
    const { identity } = leaseFor(withRequest(newRecord()), ALL, NOW).record;
    expect(identity).toMatchObject({ lease: 1, leasedUntil: NOW + 30_000 });
  });

  it('a lease moves the claimed jobs to its own end, so that they stay due if the step crashes', () => {
    const first = withRequest(newRecord());
    const { record, work } = leaseFor(first, ['create', 'publish'], NOW + 5_000);
    expect(work.create?.id).toBe(last(first).id);
    expect(last(record).readDue).toBe(NOW + 35_000);
    expect(record.identity).toMatchObject({ kratosDue: NOW + 35_000, jumioDue: NOW + 35_000 });
  });

  it('a lease leaves a job without a budget token as it is', () => {
    const first = withRequest(newRecord());
    const { record, work } = leaseFor(first, [], NOW + 5_000);
    expect(work).toEqual({ publish: false });
    expect(record.verifications).toStrictEqual(first.verifications);
    expect(record.identity.kratosDue).toBe(first.identity.kratosDue);
  });

  it('a lease records the time and the claimed status of a read', () => {
    const first = withAttempt(newRecord());
    const called =
      applied(applyReadRequest(first, { verificationId: last(first).id, claimed: 'PROCESSED' }, NOW), NOW)?.record ??
      first;
    expect(last(leaseFor(called, ALL, NOW + 7).record)).toMatchObject({
      lastReadAt: NOW + 7,
      lastReadFor: 'PROCESSED',
    });
  });

  it('a lease takes the read that is due longest, and creates only requested attempts', () => {
    const old = readStatusAs(withAttempt(newRecord()), 'TOKEN_EXPIRED').record;
    const two = withRequest(updateVerification(old, last(old).id, { readDue: NOW - 9 }));
    const { work } = leaseFor(two, ALL, NOW);
    expect([work.create?.attempt, work.read?.attempt]).toEqual([2, 1]);
    expect(leaseFor(two, ALL, NOW - 10).work).toEqual({ publish: true });
    const both = withExecution(two);
    const later = updateVerification(both, nth(both, 2).id, { readDue: NOW - 3 });
    expect(leaseFor(later, ALL, NOW).work.read?.attempt).toBe(1);
    expect(
      leaseFor(updateVerification(later, nth(both, 2).id, { readDue: NOW - 10 }), ALL, NOW).work.read?.attempt,
    ).toBe(2);
  });
});
