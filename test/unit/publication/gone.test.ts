import { describe, expect, it } from 'vitest';
import type { IdentityRecord } from '../../../webhook/model.ts';
import { onIdentityFound, pendingPublication } from '../../../webhook/verification/publication/state.ts';
import { updateIdentity } from '../../../webhook/verification/record/record.ts';
import {
  asked,
  begun,
  DAY,
  HOUR,
  kratosFacts,
  last,
  NOW,
  newcomer,
  paid,
  read,
  unpaid,
} from '../../support/builders/history.ts';
import { PASSED } from '../../support/decision-table/rows.ts';

const pending = begun(newcomer());

const approved = read(begun(newcomer()), PASSED).record;

const MISSING = kratosFacts({ status: 404, code: 'identity-not-found' });

describe('an identity that Kratos no longer has', () => {
  /** Kratos says each time that it is not there, whenever we ask. */
  function missedUntil(end: number): { record: IdentityRecord; asked: number[]; kinds: string[] } {
    let record = approved;
    const times: number[] = [];
    const kinds: string[] = [];
    for (let at = NOW; at <= end && record.identity.deletedInKratos === 0; at = record.identity.kratosDue ?? end + 1) {
      times.push(at);
      const change = unpaid(record, MISSING, at);
      record = change.record;
      kinds.push(...(change.events ?? []).map(({ kind }) => kind));
    }
    return { record, asked: times, kinds };
  }

  it('is gone after three of Kratos’ own 404 over 24 hours, and nothing more is sent', () => {
    const { record, asked: times, kinds } = missedUntil(NOW + 10 * DAY);
    expect(times.length).toBeGreaterThanOrEqual(3);
    expect((times.at(-1) ?? 0) - NOW).toBeGreaterThanOrEqual(DAY);
    expect((times.at(-1) ?? 0) - NOW).toBeLessThan(2 * DAY);
    expect(record.identity).toMatchObject({ deletedInKratos: 1, kratosDue: null });
    expect(pendingPublication(record.identity)).toBe('none');
    expect(kinds).toEqual(['gone']);
  });

  it('is not gone before 24 hours are over, however often', () => {
    let record = approved;
    for (let n = 0; n < 10; n += 1) record = unpaid(record, MISSING, NOW + n * HOUR).record;
    expect(record.identity.deletedInKratos).toBe(0);
  });

  it('is not gone before the third, however long ago the first was', () => {
    const twice = unpaid(unpaid(approved, MISSING).record, MISSING, NOW + 9 * DAY).record;
    expect(twice.identity.deletedInKratos).toBe(0);
    expect(unpaid(twice, MISSING, NOW + 10 * DAY).record.identity.deletedInKratos).toBe(1);
  });

  it('is counted anew after an answer', () => {
    const missed = unpaid(approved, MISSING).record;
    expect(paid(missed).identity).toMatchObject({ missingCount: 0, missingSince: null });
  });

  it('is not written to because Jumio decides', () => {
    const gone = updateIdentity(pending, { ...missedUntil(NOW + 2 * DAY).record.identity });
    const { record } = read(gone, { ...PASSED, completedAt: NOW + 9 }, NOW + 3 * DAY);
    expect(record.identity).toMatchObject({ deletedInKratos: 1, kratosDue: null, status: 'approved' });
  });

  it('is written to again when a hook or whoami shows it', () => {
    const { record } = missedUntil(NOW + 2 * DAY);
    const back = onIdentityFound(record, NOW + 3 * DAY);
    expect(back.identity).toMatchObject({
      deletedInKratos: 0,
      missingCount: 0,
      missingSince: null,
      kratosDue: NOW + 3 * DAY,
    });
    expect(pendingPublication(back.identity)).toBe('publish');
    expect(onIdentityFound(back, NOW + 4 * DAY)).toBe(back);
  });

  it('is not brought back by a further attempt alone, and nothing it is owed is lost', () => {
    const { record } = missedUntil(NOW + 2 * DAY);
    const further = asked(record, NOW + 3 * DAY);
    expect(further.identity).toMatchObject({ deletedInKratos: 1, kratosDue: null });
    expect(onIdentityFound(further, NOW + 4 * DAY).identity.kratosDue).toBe(NOW + 4 * DAY);
    expect(last(further).state).toBe('requested');
  });
});
