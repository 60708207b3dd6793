import { describe, expect, it } from 'vitest';
import { mayStart, type Permission } from '../../../webhook/verification/policy/eligibility.ts';
import { defaultPolicy } from '../../../webhook/verification/policy/parse.ts';
import { statusOf, waitingOn } from '../../../webhook/verification/record/standing.ts';
import { cell } from '../../support/decision-table/cells.ts';
import type { EventName } from '../../support/decision-table/events.ts';
import type { AttemptName, StandingName } from '../../support/decision-table/rows.ts';

/** Results of events in the main rows of docs/design.md#what-jumios-answers-mean, written by hand: not generated, and not to be regenerated. */

/** `start`, `continue`, `renew`, or the reason of a refusal. */
function word(permission: Permission): string {
  return permission.kind === 'no' ? permission.why : permission.kind;
}

/** The status, waiting_on, and whether the person may start again. */
type Row = readonly [status: string, waitingOn: string, mayStart: string];

async function outcome(standing: StandingName, attempt: AttemptName, event: EventName): Promise<string[]> {
  const found = await cell(standing, attempt, event);
  if (found === undefined) throw new Error('the event cannot happen there');
  const { after, at } = found;
  return [statusOf(after), waitingOn(after), word(mayStart(after, at, defaultPolicy))];
}

describe('answers of Jumio about a first attempt', () => {
  it.each<[EventName, ...Row]>([
    ['status: INITIATED', 'pending', 'person', 'continue'],
    ['status: ACQUISITION_STARTED', 'processing', 'person', 'continue'],
    ['status: ACQUIRED', 'processing', 'jumio', 'processing'],
    ['status: PROCESSED', 'processing', 'jumio', 'processing'],
    ['status: SESSION_EXPIRED', 'expired', 'person', 'start'],
    ['status: TOKEN_EXPIRED', 'expired', 'person', 'start'],
    ['status: unknown word', 'pending', 'jumio', 'continue'],
    ['details: PASSED', 'approved', 'nobody', 'approved'],
    ['details: WARNING', 'review', 'operator', 'review'],
    ['details: REJECTED, unreadable', 'rejected', 'person', 'start'],
    ['details: REJECTED, manipulated', 'rejected', 'operator', 'rejected'],
    ['details: NOT_EXECUTED', 'expired', 'person', 'start'],
    ['details: TOKEN_EXPIRED, NOT_EXECUTED', 'expired', 'person', 'start'],
    // An expired execution may still carry a rejection: the status takes precedence.
    ['details: SESSION_EXPIRED, REJECTED 100', 'expired', 'person', 'start'],
    ['details: PROCESSED without a decision', 'pending', 'jumio', 'continue'],
    ['details: unknown decision', 'pending', 'jumio', 'continue'],
    ['details: unknown status, PASSED', 'pending', 'jumio', 'continue'],
    ['details of another execution, PASSED', 'pending', 'person', 'continue'],
    // A callback is a notification: whatever it claims, nothing is known yet.
    ['callback claims PROCESSED', 'pending', 'person', 'continue'],
    ['callback claims TOKEN_EXPIRED', 'pending', 'person', 'continue'],
    // A failure of Jumio says nothing about the person.
    ['read: 404', 'pending', 'person', 'continue'],
    ['read: 500', 'pending', 'person', 'continue'],
    ['read: 500, 31 days past the link’s end', 'expired', 'person', 'start'],
    ['the link’s end passes', 'pending', 'person', 'renew'],
  ])('a first attempt after the event "%s" gives %s, waiting on %s, %s', async (event, ...row) => {
    expect(await outcome('none', 'INITIATED, live link', event)).toEqual(row);
  });
});

describe('events after a rejection or review', () => {
  it.each<[StandingName, AttemptName, EventName, ...Row]>([
    ['rejected ×1', 'INITIATED, live link', 'status: TOKEN_EXPIRED', 'rejected', 'person', 'start'],
    ['rejected ×1', 'ACQUISITION_STARTED, live link', 'status: SESSION_EXPIRED', 'rejected', 'person', 'start'],
    ['rejected ×1', 'ACQUIRED', 'details: NOT_EXECUTED', 'rejected', 'person', 'start'],
    ['rejected ×1', 'INITIATED, link ended, new one asked for', 'status: INITIATED', 'rejected', 'jumio', 'continue'],
    ['rejected ×1', 'nothing', 'person presses the button', 'rejected', 'jumio', 'continue'],
    ['rejected ×2', 'ACQUIRED', 'details: REJECTED, unreadable', 'rejected', 'operator', 'rejected'],
    ['rejected ×1', 'ACQUIRED', 'details: REJECTED, manipulated', 'rejected', 'operator', 'rejected'],
    ['rejected ×1', 'ACQUIRED', 'details: PASSED, completed before all else', 'rejected', 'person', 'start'],
    ['rejected, final', 'nothing', 'person presses the button', 'rejected', 'operator', 'rejected'],
    ['rejected ×3', 'nothing', 'person presses the button', 'rejected', 'operator', 'rejected'],
    ['inherited rejected', 'nothing', 'person presses the button', 'rejected', 'operator', 'rejected'],
    ['review', 'nothing', 'person presses the button', 'review', 'operator', 'review'],
    // A verdict of a further attempt counts.
    ['rejected ×1', 'ACQUIRED', 'details: PASSED', 'approved', 'nobody', 'approved'],
    ['rejected ×1', 'ACQUIRED', 'details: WARNING', 'review', 'operator', 'review'],
    // Jumio decided anew after an inherited status.
    ['inherited rejected', 'ACQUIRED', 'details: PASSED', 'approved', 'nobody', 'approved'],
  ])(
    'standing "%s" with attempt "%s" after "%s" gives %s, waiting on %s, %s',
    async (standing, attempt, event, ...row) => {
      expect(await outcome(standing, attempt, event)).toEqual(row);
    },
  );
});

describe('the number of executions', () => {
  it.each<[AttemptName, EventName, number]>([
    ['INITIATED, link ended, new one asked for', 'status: INITIATED', 2],
    ['INITIATED, link ended, new one asked for', 'status: ACQUISITION_STARTED', 2],
    ['INITIATED, link ended, new one asked for', 'status: ACQUIRED', 1],
    ['INITIATED, link ended, new one asked for', 'details: PASSED', 1],
    ['INITIATED, link ended, new one asked for', 'details: REJECTED, unreadable', 1],
    ['INITIATED, link ended, new one asked for', 'status: TOKEN_EXPIRED', 2],
    ['INITIATED, link ended, new one asked for', 'read: 404', 1],
    ['INITIATED, link ended, new one asked for', 'read: 500', 1],
    ['ACQUISITION_STARTED, link ended, new one asked for', 'status: ACQUISITION_STARTED', 2],
    ['ACQUIRED', 'person presses the button', 1],
    ['ACQUISITION_STARTED, live link', 'person presses the button', 1],
    ['INITIATED, link ended', 'person presses the button', 1],
    ['TOKEN_EXPIRED', 'person presses the button', 2],
    ['invited', 'person presses the button', 1],
    // Without consent no link is shown and no execution is created.
    ['invited', 'person presses the button without having agreed', 0],
    ['TOKEN_EXPIRED', 'person presses the button without having agreed', 1],
    ['invited', 'person refuses', 0],
  ])('attempt "%s" after "%s" has %d execution(s)', async (attempt, event, count) => {
    expect((await cell('none', attempt, event))?.after.verifications).toHaveLength(count);
  });
});

describe('events after a decision of the operator', () => {
  it.each<[StandingName, AttemptName, EventName, ...Row]>([
    ['rejected by the operator', 'ACQUIRED', 'details: PASSED', 'rejected', 'operator', 'rejected'],
    ['rejected by the operator', 'nothing', 'details: PASSED', 'rejected', 'operator', 'rejected'],
    ['rejected by the operator', 'nothing', 'person presses the button', 'rejected', 'operator', 'rejected'],
    ['approved by the operator', 'ACQUIRED', 'details: REJECTED, manipulated', 'rejected', 'operator', 'rejected'],
    ['approved by the operator', 'nothing', 'details: WARNING', 'review', 'operator', 'review'],
    ['approved by the operator', 'ACQUIRED', 'status: TOKEN_EXPIRED', 'approved', 'nobody', 'approved'],
    [
      'approved by the operator',
      'ACQUIRED',
      'details: PASSED, completed before all else',
      'approved',
      'nobody',
      'approved',
    ],
  ])(
    'standing "%s" with attempt "%s" after "%s" gives %s, waiting on %s, %s',
    async (standing, attempt, event, ...row) => {
      expect(await outcome(standing, attempt, event)).toEqual(row);
    },
  );
});

describe('events after a granted attempt', () => {
  const granted: StandingName = 'rejected, final; one more granted';

  it.each<[AttemptName, EventName, ...Row]>([
    ['nothing', 'person presses the button', 'rejected', 'jumio', 'continue'],
    ['INITIATED, link ended, new one asked for', 'status: INITIATED', 'rejected', 'jumio', 'continue'],
    ['INITIATED, live link', 'status: TOKEN_EXPIRED', 'rejected', 'person', 'start'],
    ['ACQUIRED', 'details: PASSED', 'approved', 'nobody', 'approved'],
    // The grant was for one attempt: its verdict is judged by the usual rules.
    ['ACQUIRED', 'details: REJECTED, manipulated', 'rejected', 'operator', 'rejected'],
    ['ACQUIRED', 'details: WARNING', 'review', 'operator', 'review'],
  ])('a granted attempt "%s" after "%s" gives %s, waiting on %s, %s', async (attempt, event, ...row) => {
    expect(await outcome(granted, attempt, event)).toEqual(row);
  });
});
