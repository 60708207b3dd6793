import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../webhook/model.ts';
import { debtToKratos, reappeared } from '../../../webhook/verification/publication/state.ts';
import { withIdentity } from '../../../webhook/verification/record/record.ts';
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

const approved = read(begun(newcomer()), PASSED).snapshot;

const MISSING = kratosFacts({ status: 404, code: 'identity-not-found' });

describe('an identity that Kratos no longer has', () => {
  /** Kratos says each time that it is not there, whenever we ask. */
  function missedUntil(end: number): { snapshot: Snapshot; asked: number[]; kinds: string[] } {
    let snapshot = approved;
    const times: number[] = [];
    const kinds: string[] = [];
    for (let at = NOW; at <= end && snapshot.identity.gone === 0; at = snapshot.identity.kratosDue ?? end + 1) {
      times.push(at);
      const change = unpaid(snapshot, MISSING, at);
      snapshot = change.snapshot;
      kinds.push(...(change.events ?? []).map(({ kind }) => kind));
    }
    return { snapshot, asked: times, kinds };
  }

  it('is gone after three of Kratos’ own 404 over 24 hours, and nothing more is sent', () => {
    const { snapshot, asked: times, kinds } = missedUntil(NOW + 10 * DAY);
    expect(times.length).toBeGreaterThanOrEqual(3);
    expect((times.at(-1) ?? 0) - NOW).toBeGreaterThanOrEqual(DAY);
    expect((times.at(-1) ?? 0) - NOW).toBeLessThan(2 * DAY);
    expect(snapshot.identity).toMatchObject({ gone: 1, kratosDue: null });
    expect(debtToKratos(snapshot.identity)).toBe('none');
    expect(kinds).toEqual(['gone']);
  });

  it('is not gone before 24 hours are over, however often', () => {
    let snapshot = approved;
    for (let n = 0; n < 10; n += 1) snapshot = unpaid(snapshot, MISSING, NOW + n * HOUR).snapshot;
    expect(snapshot.identity.gone).toBe(0);
  });

  it('is not gone before the third, however long ago the first was', () => {
    const twice = unpaid(unpaid(approved, MISSING).snapshot, MISSING, NOW + 9 * DAY).snapshot;
    expect(twice.identity.gone).toBe(0);
    expect(unpaid(twice, MISSING, NOW + 10 * DAY).snapshot.identity.gone).toBe(1);
  });

  it('is counted anew after an answer', () => {
    const missed = unpaid(approved, MISSING).snapshot;
    expect(paid(missed).identity).toMatchObject({ missing: 0, missingSince: null });
  });

  it('is not written to because Jumio decides', () => {
    const gone = withIdentity(pending, { ...missedUntil(NOW + 2 * DAY).snapshot.identity });
    const { snapshot } = read(gone, { ...PASSED, completedAt: NOW + 9 }, NOW + 3 * DAY);
    expect(snapshot.identity).toMatchObject({ gone: 1, kratosDue: null, status: 'approved' });
  });

  it('is written to again when a hook or whoami shows it', () => {
    const { snapshot } = missedUntil(NOW + 2 * DAY);
    const back = reappeared(snapshot, NOW + 3 * DAY);
    expect(back.identity).toMatchObject({ gone: 0, missing: 0, missingSince: null, kratosDue: NOW + 3 * DAY });
    expect(debtToKratos(back.identity)).toBe('publish');
    expect(reappeared(back, NOW + 4 * DAY)).toBe(back);
  });

  it('is not brought back by a further attempt alone, and nothing it is owed is lost', () => {
    const { snapshot } = missedUntil(NOW + 2 * DAY);
    const further = asked(snapshot, NOW + 3 * DAY);
    expect(further.identity).toMatchObject({ gone: 1, kratosDue: null });
    expect(reappeared(further, NOW + 4 * DAY).identity.kratosDue).toBe(NOW + 4 * DAY);
    expect(last(further).state).toBe('requested');
  });
});
