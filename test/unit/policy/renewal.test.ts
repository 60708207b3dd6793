import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../webhook/model.ts';
import { goOn } from '../../../webhook/verification/person/continue.ts';
import type { Person } from '../../../webhook/verification/person/person.ts';
import { mayStart } from '../../../webhook/verification/policy/eligibility.ts';
import { publishedPolicy } from '../../../webhook/verification/policy/parse.ts';
import { withVerification } from '../../../webhook/verification/record/record.ts';
import { lease } from '../../../webhook/verification/step.ts';
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
import { CONSENT, createMemoryDesk } from '../../support/service/in-memory-context.ts';

const WHO: Person = { identityId: IDENTITY, inherited: null };

const AGREES = { returnTo: null, agreement: CONSENT };

/** The person presses the button. */
async function pressed(snapshot: Snapshot | undefined, who = WHO, at = NOW): Promise<Snapshot> {
  const memory = createMemoryDesk(snapshot, at);
  await goOn(memory.desk, memory.worker, who, AGREES, 0);
  const after = memory.stored();
  if (after === undefined) throw new Error('pressing the button leaves a row');
  return after;
}

describe('the button', () => {
  it('starts where nothing is open, and goes first', async () => {
    const snapshot = await pressed(undefined);
    expect(last(snapshot)).toMatchObject({ state: 'requested', attempt: 1, readDue: NOW });
    expect(snapshot.identity.priority).toBe(1);
  });

  it.each(['approved', 'review', 'rejected'] as const)('starts nothing for an inherited %s', async (inherited) => {
    const snapshot = await pressed(undefined, { ...WHO, inherited });
    expect(snapshot.verifications).toEqual([]);
    expect(snapshot.identity).toMatchObject({ standing: inherited, status: inherited, version: 0 });
  });

  it('changes nothing about a link that lives', async () => {
    const snapshot = await pressed(begun(newcomer()));
    expect(snapshot.verifications).toEqual(begun(newcomer()).verifications);
  });

  it('asks Jumio about the old execution before it is renewed', async () => {
    const snapshot = await pressed(situation('none', 'INITIATED, link ended'));
    expect(snapshot.verifications).toHaveLength(1);
    expect(last(snapshot).renew).toBe(1);
    expect(last(snapshot).readDue).toBeLessThanOrEqual(NOW);
    expect(snapshot.identity.priority).toBe(1);
  });
});

describe('a renewal that was asked for', () => {
  const initiated = situation('none', 'INITIATED, link ended, new one asked for');
  const begunAt = situation('none', 'ACQUISITION_STARTED, link ended, new one asked for');

  it.each([
    ['INITIATED', initiated],
    ['ACQUISITION_STARTED', begunAt],
  ])('is granted at %s past the link’s end: one change closes the old and asks for the new', (word, snapshot) => {
    const { snapshot: after, events = [] } = readWord(snapshot, word);
    expect(nth(after, 1)).toMatchObject({ state: 'expired', renew: 0 });
    expect(nth(after, 2)).toMatchObject({ state: 'requested', attempt: 2, readDue: NOW });
    expect(events.map(({ kind }) => kind)).toEqual(['renewed', 'requested']);
  });

  it('follows the old execution to its end: its verdict counts', () => {
    const after = readWord(initiated, 'ACQUISITION_STARTED').snapshot;
    expect(nth(after, 1).readDue).not.toBeNull();
    const decided = read(after, MANIPULATED, NOW + HOUR, nth(after, 1)).snapshot;
    expect(decided.identity.status).toBe('rejected');
    expect(mayStart(decided, NOW + HOUR, publishedPolicy)).toEqual({ kind: 'no', why: 'rejected' });
  });

  it.each(['ACQUIRED', 'PROCESSED'])('is refused at %s, and the wish is dropped or waits for the result', (word) => {
    const { snapshot } = readWord(initiated, word);
    expect(snapshot.verifications).toHaveLength(1);
    expect(mayStart(snapshot, NOW, publishedPolicy)).toEqual({ kind: 'no', why: 'processing' });
  });

  it('is dropped where Jumio has decided meanwhile', () => {
    for (const told of [PASSED, BLURRED, MANIPULATED]) {
      const { snapshot } = read(initiated, told);
      expect(snapshot.verifications).toHaveLength(1);
      expect(last(snapshot).renew).toBe(0);
    }
  });

  it.each(['TOKEN_EXPIRED', 'SESSION_EXPIRED'])('is granted where Jumio says %s', (word) => {
    const { snapshot } = readWord(initiated, word);
    expect(snapshot.verifications.map(({ state }) => state)).toEqual(['expired', 'requested']);
  });

  it.each(['INITIATED', 'ACQUISITION_STARTED'])('is dropped at %s while the link lives', (word) => {
    const live = situation('none', 'INITIATED, live link');
    const { snapshot } = readWord(withVerification(live, last(live).id, { renew: 1 }), word);
    expect(snapshot.verifications).toHaveLength(1);
    expect(last(snapshot)).toMatchObject({ state: 'started', renew: 0 });
  });

  it('waits while Jumio cannot be asked', () => {
    const claimed = lease(initiated, { create: false, read: true, publish: false }, NOW + 2 * DAY).snapshot;
    expect(last(claimed).renew).toBe(1);
  });

  it('of an execution without a link is granted at once', async () => {
    const wished = await pressed(made(asked(newcomer()), NOW, false));
    const { snapshot } = readWord(wished, 'INITIATED', NOW + 1);
    expect(snapshot.verifications.map(({ state }) => state)).toEqual(['expired', 'requested']);
  });
});

describe('five executions in thirty days', () => {
  /** So many attempts, a day apart, the last of them a day ago; all expired. */
  function expired(count: number): Snapshot {
    let snapshot = newcomer(NOW - 40 * DAY);
    for (let n = count; n > 0; n -= 1) {
      snapshot = readWord(begun(snapshot, NOW - n * DAY), 'TOKEN_EXPIRED', NOW - n * DAY + HOUR).snapshot;
    }
    return snapshot;
  }

  it('are allowed, and the sixth is not: the date is that on which the first of the five is thirty days old', () => {
    expect(mayStart(expired(4), NOW, publishedPolicy)).toEqual({ kind: 'start' });
    const until = NOW - 5 * DAY + 30 * DAY;
    expect(mayStart(expired(5), NOW, publishedPolicy)).toEqual({ kind: 'no', why: 'too-many', until });
    expect(mayStart(expired(7), NOW, publishedPolicy)).toEqual({ kind: 'no', why: 'too-many', until });
    expect(mayStart(expired(5), until - 1, publishedPolicy)).toEqual({ kind: 'no', why: 'too-many', until });
    expect(mayStart(expired(5), until, publishedPolicy)).toEqual({ kind: 'start' });
  });

  it('do not take away a link that lives, only its renewal', () => {
    const five = begun(expired(4), NOW);
    expect(mayStart(five, NOW + HOUR, publishedPolicy).kind).toBe('continue');
    expect(mayStart(five, NOW + 2 * DAY, publishedPolicy)).toMatchObject({ kind: 'no', why: 'too-many' });
  });

  it('do not include one whose link nobody ever got', () => {
    let snapshot = newcomer(NOW - 9 * DAY);
    for (let n = 6; n > 0; n -= 1) {
      const linkless = made(asked(snapshot, NOW - n * HOUR), NOW - n * HOUR, false);
      snapshot = readWord(linkless, 'TOKEN_EXPIRED', NOW - n * HOUR + 1).snapshot;
    }
    expect(snapshot.verifications).toHaveLength(6);
    expect(mayStart(snapshot, NOW, publishedPolicy)).toEqual({ kind: 'start' });
  });

  it('hold the button too', async () => {
    expect((await pressed(expired(5))).verifications).toHaveLength(5);
  });
});
