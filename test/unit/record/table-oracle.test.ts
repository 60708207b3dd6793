import { describe, expect, it } from 'vitest';
import { mayStart, type Permission } from '../../../webhook/verification/policy/eligibility.ts';
import { defaultPolicy } from '../../../webhook/verification/policy/parse.ts';
import { statusOf, waitingOn } from '../../../webhook/verification/record/standing.ts';
import { NOW } from '../../support/builders/history.ts';
import { type AttemptName, type StandingName, situation } from '../../support/decision-table/rows.ts';

/** The main rows of the tables of docs/design.md#what-jumios-answers-mean, written by hand: not generated, and not to be regenerated. */

/** `start`, `continue`, `renew`, or the reason of a refusal. */
function word(permission: Permission): string {
  return permission.kind === 'no' ? permission.why : permission.kind;
}

/** The status, waiting_on, and whether the person may start again. */
type Row = readonly [status: string, waitingOn: string, mayStart: string];

describe('attempts without a standing', () => {
  it.each<[AttemptName, ...Row]>([
    ['nothing', 'none', 'person', 'start'],
    ['invited', 'pending', 'person', 'start'],
    ['requested', 'pending', 'jumio', 'continue'],
    ['requested, refused by Jumio', 'pending', 'operator', 'continue'],
    ['INITIATED, live link', 'pending', 'person', 'continue'],
    ['INITIATED, link ended', 'pending', 'person', 'renew'],
    ['INITIATED, no link given', 'pending', 'operator', 'renew'],
    ['ACQUISITION_STARTED, live link', 'processing', 'person', 'continue'],
    ['ACQUISITION_STARTED, link ended', 'processing', 'person', 'renew'],
    ['ACQUIRED', 'processing', 'jumio', 'processing'],
    ['PROCESSED, details not read yet', 'processing', 'jumio', 'processing'],
    ['TOKEN_EXPIRED', 'expired', 'person', 'start'],
  ])('attempt "%s" without a standing is %s, waiting on %s, %s', (attempt, ...row) => {
    const before = situation('none', attempt);
    expect([statusOf(before), waitingOn(before), word(mayStart(before, NOW, defaultPolicy))]).toEqual(row);
  });
});

describe('standings without an attempt', () => {
  it.each<[StandingName, ...Row]>([
    ['approved', 'approved', 'nobody', 'approved'],
    ['review', 'review', 'operator', 'review'],
    ['rejected ×1', 'rejected', 'person', 'start'],
    ['rejected ×2', 'rejected', 'person', 'start'],
    ['rejected ×3', 'rejected', 'operator', 'rejected'],
    ['rejected, final', 'rejected', 'operator', 'rejected'],
    ['inherited approved', 'approved', 'nobody', 'approved'],
    ['inherited review', 'review', 'operator', 'review'],
    ['inherited rejected', 'rejected', 'operator', 'rejected'],
    ['approved by the operator', 'approved', 'nobody', 'approved'],
    ['rejected by the operator', 'rejected', 'operator', 'rejected'],
    ['rejected, final; one more granted', 'rejected', 'person', 'start'],
  ])('standing "%s" without an attempt is %s, waiting on %s, %s', (standing, ...row) => {
    const before = situation(standing, 'nothing');
    expect([statusOf(before), waitingOn(before), word(mayStart(before, NOW, defaultPolicy))]).toEqual(row);
  });
});

describe('attempts beside a standing', () => {
  it.each<[StandingName, AttemptName, ...Row]>([
    ['approved', 'invited', 'approved', 'nobody', 'approved'],
    ['rejected, final', 'invited', 'rejected', 'operator', 'rejected'],
    ['rejected ×1', 'requested', 'rejected', 'jumio', 'continue'],
    ['rejected ×1', 'INITIATED, live link', 'rejected', 'person', 'continue'],
    ['rejected ×1', 'ACQUIRED', 'rejected', 'jumio', 'processing'],
    ['rejected ×1', 'TOKEN_EXPIRED', 'rejected', 'person', 'start'],
    ['rejected ×2', 'INITIATED, link ended', 'rejected', 'person', 'renew'],
    ['rejected ×3', 'INITIATED, live link', 'rejected', 'operator', 'rejected'],
    ['rejected, final', 'INITIATED, live link', 'rejected', 'operator', 'rejected'],
    ['rejected, final', 'ACQUIRED', 'rejected', 'jumio', 'rejected'],
    ['inherited rejected', 'TOKEN_EXPIRED', 'rejected', 'operator', 'rejected'],
    ['rejected, final; one more granted', 'INITIATED, live link', 'rejected', 'person', 'continue'],
    ['rejected, final; one more granted', 'INITIATED, link ended', 'rejected', 'person', 'renew'],
    ['rejected, final; one more granted', 'ACQUIRED', 'rejected', 'jumio', 'processing'],
    ['rejected, final; one more granted', 'TOKEN_EXPIRED', 'rejected', 'person', 'start'],
    ['rejected by the operator', 'INITIATED, live link', 'rejected', 'operator', 'rejected'],
    ['approved by the operator', 'ACQUIRED', 'approved', 'nobody', 'approved'],
    ['review', 'INITIATED, live link', 'review', 'operator', 'review'],
    ['approved', 'INITIATED, live link', 'approved', 'nobody', 'approved'],
    ['approved', 'TOKEN_EXPIRED', 'approved', 'nobody', 'approved'],
  ])('standing "%s" with attempt "%s" is %s, waiting on %s, %s', (standing, attempt, ...row) => {
    const before = situation(standing, attempt);
    expect([statusOf(before), waitingOn(before), word(mayStart(before, NOW, defaultPolicy))]).toEqual(row);
  });
});
