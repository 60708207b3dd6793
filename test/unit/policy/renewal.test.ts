import { describe, expect, it } from 'vitest';
import type { IdentityRecord } from '../../../webhook/model.ts';
import { continueVerification } from '../../../webhook/verification/person/continue.ts';
import type { Person } from '../../../webhook/verification/person/person.ts';
import { mayStart } from '../../../webhook/verification/policy/eligibility.ts';
import { defaultPolicy } from '../../../webhook/verification/policy/parse.ts';
import { updateVerification } from '../../../webhook/verification/record/record.ts';
import { leaseFor } from '../../support/builders/claims.ts';
import {
  DAY,
  HOUR,
  IDENTITY,
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
import { BLURRED, MANIPULATED, PASSED, situation } from '../../support/decision-table/rows.ts';
import { CONSENT, createInMemoryContext } from '../../support/service/in-memory-context.ts';

const WHO: Person = { identityId: IDENTITY, inherited: null };

const AGREES = { returnTo: null, agreement: CONSENT };

/** The person presses the button of the start page. */
async function pressed(record: IdentityRecord | undefined, who = WHO, at = NOW): Promise<IdentityRecord> {
  const memory = createInMemoryContext(record, at);
  await continueVerification(memory.ctx, memory.worker, who, AGREES, 0);
  const after = memory.stored();
  if (after === undefined) throw new Error('pressing the button leaves a row');
  return after;
}

describe('the start button', () => {
  it('the start button requests a verification with priority if none is open', async () => {
    const record = await pressed(undefined);
    expect(last(record)).toMatchObject({ state: 'requested', attempt: 1, readDue: NOW });
    expect(record.identity.priority).toBe(true);
  });

  it.each(['approved', 'review', 'rejected'] as const)(
    'the start button starts nothing for an inherited %s',
    async (inherited) => {
      const record = await pressed(undefined, { ...WHO, inherited });
      expect(record.verifications).toEqual([]);
      expect(record.identity).toMatchObject({ standing: inherited, status: inherited, version: 0 });
    },
  );

  it('the start button leaves a live link as it is', async () => {
    const record = await pressed(withAttempt(newRecord()));
    expect(record.verifications).toEqual(withAttempt(newRecord()).verifications);
  });

  it('the start button after the end of a link makes the old execution be read before its renewal', async () => {
    const record = await pressed(situation('none', 'INITIATED, link ended'));
    expect(record.verifications).toHaveLength(1);
    expect(last(record).renewalRequested).toBe(true);
    expect(last(record).readDue).toBeLessThanOrEqual(NOW);
    expect(record.identity.priority).toBe(true);
  });
});

describe('a requested renewal', () => {
  const initiated = situation('none', 'INITIATED, link ended, new one asked for');
  const begunAt = situation('none', 'ACQUISITION_STARTED, link ended, new one asked for');

  it.each([
    ['INITIATED', initiated],
    ['ACQUISITION_STARTED', begunAt],
  ])(
    'a renewal at %s after the end of the link closes the old attempt and requests a new one in one change',
    (word, record) => {
      const { record: after, events = [] } = readStatusAs(record, word);
      expect(nth(after, 1)).toMatchObject({ state: 'expired', renewalRequested: false });
      expect(nth(after, 2)).toMatchObject({ state: 'requested', attempt: 2, readDue: NOW });
      expect(events.map(({ kind }) => kind)).toEqual(['renewed', 'requested']);
    },
  );

  it('a renewed execution is read to its end, and its verdict counts', () => {
    const after = readStatusAs(initiated, 'ACQUISITION_STARTED').record;
    expect(nth(after, 1).readDue).not.toBeNull();
    const decided = readDetailsAs(after, MANIPULATED, NOW + HOUR, nth(after, 1)).record;
    expect(decided.identity.status).toBe('rejected');
    expect(mayStart(decided, NOW + HOUR, defaultPolicy)).toEqual({ kind: 'no', why: 'rejected' });
  });

  it.each(['ACQUIRED', 'PROCESSED'])('a renewal at %s is refused: the result is awaited', (word) => {
    const { record } = readStatusAs(initiated, word);
    expect(record.verifications).toHaveLength(1);
    expect(mayStart(record, NOW, defaultPolicy)).toEqual({ kind: 'no', why: 'processing' });
  });

  it('a requested renewal is dropped if Jumio has decided meanwhile', () => {
    for (const given of [PASSED, BLURRED, MANIPULATED]) {
      const { record } = readDetailsAs(initiated, given);
      expect(record.verifications).toHaveLength(1);
      expect(last(record).renewalRequested).toBe(false);
    }
  });

  it.each(['TOKEN_EXPIRED', 'SESSION_EXPIRED'])('a requested renewal is granted at %s', (word) => {
    const { record } = readStatusAs(initiated, word);
    expect(record.verifications.map(({ state }) => state)).toEqual(['expired', 'requested']);
  });

  it.each(['INITIATED', 'ACQUISITION_STARTED'])(
    'a requested renewal is dropped at %s while the link is live',
    (word) => {
      const live = situation('none', 'INITIATED, live link');
      const { record } = readStatusAs(updateVerification(live, last(live).id, { renewalRequested: true }), word);
      expect(record.verifications).toHaveLength(1);
      expect(last(record)).toMatchObject({ state: 'started', renewalRequested: false });
    },
  );

  it('a requested renewal waits while Jumio cannot be asked', () => {
    const claimed = leaseFor(initiated, ['read'], NOW + 2 * DAY).record;
    expect(last(claimed).renewalRequested).toBe(true);
  });

  it('a renewal of an execution without a link is granted at once', async () => {
    const wished = await pressed(withExecution(withRequest(newRecord()), NOW, false));
    const { record } = readStatusAs(wished, 'INITIATED', NOW + 1);
    expect(record.verifications.map(({ state }) => state)).toEqual(['expired', 'requested']);
  });
});

describe('the limit of executions', () => {
  /** `count` expired attempts, a day apart, the last of them a day ago. */
  function expired(count: number): IdentityRecord {
    let record = newRecord(NOW - 40 * DAY);
    for (let n = count; n > 0; n -= 1) {
      record = readStatusAs(withAttempt(record, NOW - n * DAY), 'TOKEN_EXPIRED', NOW - n * DAY + HOUR).record;
    }
    return record;
  }

  it('the sixth execution within thirty days is refused until the first of the five is thirty days old', () => {
    expect(mayStart(expired(4), NOW, defaultPolicy)).toEqual({ kind: 'start' });
    const until = NOW - 5 * DAY + 30 * DAY;
    expect(mayStart(expired(5), NOW, defaultPolicy)).toEqual({ kind: 'no', why: 'too-many', until });
    expect(mayStart(expired(7), NOW, defaultPolicy)).toEqual({ kind: 'no', why: 'too-many', until });
    expect(mayStart(expired(5), until - 1, defaultPolicy)).toEqual({ kind: 'no', why: 'too-many', until });
    expect(mayStart(expired(5), until, defaultPolicy)).toEqual({ kind: 'start' });
  });

  it('the limit of executions leaves a live link, and refuses only its renewal', () => {
    const five = withAttempt(expired(4), NOW);
    expect(mayStart(five, NOW + HOUR, defaultPolicy).kind).toBe('continue');
    expect(mayStart(five, NOW + 2 * DAY, defaultPolicy)).toMatchObject({ kind: 'no', why: 'too-many' });
  });

  it('an execution whose link was never delivered does not count towards the limit', () => {
    let record = newRecord(NOW - 9 * DAY);
    for (let n = 6; n > 0; n -= 1) {
      const linkless = withExecution(withRequest(record, NOW - n * HOUR), NOW - n * HOUR, false);
      record = readStatusAs(linkless, 'TOKEN_EXPIRED', NOW - n * HOUR + 1).record;
    }
    expect(record.verifications).toHaveLength(6);
    expect(mayStart(record, NOW, defaultPolicy)).toEqual({ kind: 'start' });
  });

  it('the limit of executions applies to the start button', async () => {
    expect((await pressed(expired(5))).verifications).toHaveLength(5);
  });
});
