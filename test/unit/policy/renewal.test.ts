import { describe, expect, it } from 'vitest';
import type { IdentityRecord } from '../../../webhook/model.ts';
import { continueVerification } from '../../../webhook/verification/person/continue.ts';
import type { Person } from '../../../webhook/verification/person/person.ts';
import { mayStart } from '../../../webhook/verification/policy/eligibility.ts';
import { defaultPolicy } from '../../../webhook/verification/policy/parse.ts';
import { updateVerification } from '../../../webhook/verification/record/record.ts';
import { lease } from '../../../webhook/verification/step.ts';
import { applied } from '../../support/builders/applied.ts';
import {
  asked,
  begun,
  DAY,
  HOUR,
  IDENTITY,
  last,
  made,
  NOW,
  newcomer,
  nth,
  read,
  readWord,
} from '../../support/builders/history.ts';
import { BLURRED, MANIPULATED, PASSED, situation } from '../../support/decision-table/rows.ts';
import { CONSENT, createInMemoryContext } from '../../support/service/in-memory-context.ts';

const WHO: Person = { identityId: IDENTITY, inherited: null };

const AGREES = { returnTo: null, agreement: CONSENT };

/** The person presses the button. */
async function pressed(record: IdentityRecord | undefined, who = WHO, at = NOW): Promise<IdentityRecord> {
  const memory = createInMemoryContext(record, at);
  await continueVerification(memory.ctx, memory.worker, who, AGREES, 0);
  const after = memory.stored();
  if (after === undefined) throw new Error('pressing the button leaves a row');
  return after;
}

describe('the button', () => {
  it('starts where nothing is open, and goes first', async () => {
    const record = await pressed(undefined);
    expect(last(record)).toMatchObject({ state: 'requested', attempt: 1, readDue: NOW });
    expect(record.identity.priority).toBe(1);
  });

  it.each(['approved', 'review', 'rejected'] as const)('starts nothing for an inherited %s', async (inherited) => {
    const record = await pressed(undefined, { ...WHO, inherited });
    expect(record.verifications).toEqual([]);
    expect(record.identity).toMatchObject({ standing: inherited, status: inherited, version: 0 });
  });

  it('changes nothing about a link that lives', async () => {
    const record = await pressed(begun(newcomer()));
    expect(record.verifications).toEqual(begun(newcomer()).verifications);
  });

  it('asks Jumio about the old execution before it is renewed', async () => {
    const record = await pressed(situation('none', 'INITIATED, link ended'));
    expect(record.verifications).toHaveLength(1);
    expect(last(record).renewalRequested).toBe(1);
    expect(last(record).readDue).toBeLessThanOrEqual(NOW);
    expect(record.identity.priority).toBe(1);
  });
});

describe('a renewal that was asked for', () => {
  const initiated = situation('none', 'INITIATED, link ended, new one asked for');
  const begunAt = situation('none', 'ACQUISITION_STARTED, link ended, new one asked for');

  it.each([
    ['INITIATED', initiated],
    ['ACQUISITION_STARTED', begunAt],
  ])('is granted at %s past the link’s end: one change closes the old and asks for the new', (word, record) => {
    const { record: after, events = [] } = readWord(record, word);
    expect(nth(after, 1)).toMatchObject({ state: 'expired', renewalRequested: 0 });
    expect(nth(after, 2)).toMatchObject({ state: 'requested', attempt: 2, readDue: NOW });
    expect(events.map(({ kind }) => kind)).toEqual(['renewed', 'requested']);
  });

  it('follows the old execution to its end: its verdict counts', () => {
    const after = readWord(initiated, 'ACQUISITION_STARTED').record;
    expect(nth(after, 1).readDue).not.toBeNull();
    const decided = read(after, MANIPULATED, NOW + HOUR, nth(after, 1)).record;
    expect(decided.identity.status).toBe('rejected');
    expect(mayStart(decided, NOW + HOUR, defaultPolicy)).toEqual({ kind: 'no', why: 'rejected' });
  });

  it.each(['ACQUIRED', 'PROCESSED'])('is refused at %s, and the wish is dropped or waits for the result', (word) => {
    const { record } = readWord(initiated, word);
    expect(record.verifications).toHaveLength(1);
    expect(mayStart(record, NOW, defaultPolicy)).toEqual({ kind: 'no', why: 'processing' });
  });

  it('is dropped where Jumio has decided meanwhile', () => {
    for (const told of [PASSED, BLURRED, MANIPULATED]) {
      const { record } = read(initiated, told);
      expect(record.verifications).toHaveLength(1);
      expect(last(record).renewalRequested).toBe(0);
    }
  });

  it.each(['TOKEN_EXPIRED', 'SESSION_EXPIRED'])('is granted where Jumio says %s', (word) => {
    const { record } = readWord(initiated, word);
    expect(record.verifications.map(({ state }) => state)).toEqual(['expired', 'requested']);
  });

  it.each(['INITIATED', 'ACQUISITION_STARTED'])('is dropped at %s while the link lives', (word) => {
    const live = situation('none', 'INITIATED, live link');
    const { record } = readWord(updateVerification(live, last(live).id, { renewalRequested: 1 }), word);
    expect(record.verifications).toHaveLength(1);
    expect(last(record)).toMatchObject({ state: 'started', renewalRequested: 0 });
  });

  it('waits while Jumio cannot be asked', () => {
    const claimed = applied(
      lease(initiated, { create: false, read: true, publish: false }, NOW + 2 * DAY),
      NOW + 2 * DAY,
    ).record;
    expect(last(claimed).renewalRequested).toBe(1);
  });

  it('of an execution without a link is granted at once', async () => {
    const wished = await pressed(made(asked(newcomer()), NOW, false));
    const { record } = readWord(wished, 'INITIATED', NOW + 1);
    expect(record.verifications.map(({ state }) => state)).toEqual(['expired', 'requested']);
  });
});

describe('five executions in thirty days', () => {
  /** So many attempts, a day apart, the last of them a day ago; all expired. */
  function expired(count: number): IdentityRecord {
    let record = newcomer(NOW - 40 * DAY);
    for (let n = count; n > 0; n -= 1) {
      record = readWord(begun(record, NOW - n * DAY), 'TOKEN_EXPIRED', NOW - n * DAY + HOUR).record;
    }
    return record;
  }

  it('are allowed, and the sixth is not: the date is that on which the first of the five is thirty days old', () => {
    expect(mayStart(expired(4), NOW, defaultPolicy)).toEqual({ kind: 'start' });
    const until = NOW - 5 * DAY + 30 * DAY;
    expect(mayStart(expired(5), NOW, defaultPolicy)).toEqual({ kind: 'no', why: 'too-many', until });
    expect(mayStart(expired(7), NOW, defaultPolicy)).toEqual({ kind: 'no', why: 'too-many', until });
    expect(mayStart(expired(5), until - 1, defaultPolicy)).toEqual({ kind: 'no', why: 'too-many', until });
    expect(mayStart(expired(5), until, defaultPolicy)).toEqual({ kind: 'start' });
  });

  it('do not take away a link that lives, only its renewal', () => {
    const five = begun(expired(4), NOW);
    expect(mayStart(five, NOW + HOUR, defaultPolicy).kind).toBe('continue');
    expect(mayStart(five, NOW + 2 * DAY, defaultPolicy)).toMatchObject({ kind: 'no', why: 'too-many' });
  });

  it('do not include one whose link nobody ever got', () => {
    let record = newcomer(NOW - 9 * DAY);
    for (let n = 6; n > 0; n -= 1) {
      const linkless = made(asked(record, NOW - n * HOUR), NOW - n * HOUR, false);
      record = readWord(linkless, 'TOKEN_EXPIRED', NOW - n * HOUR + 1).record;
    }
    expect(record.verifications).toHaveLength(6);
    expect(mayStart(record, NOW, defaultPolicy)).toEqual({ kind: 'start' });
  });

  it('hold the button too', async () => {
    expect((await pressed(expired(5))).verifications).toHaveLength(5);
  });
});
