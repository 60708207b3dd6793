import { describe, expect, it } from 'vitest';
import type { IdentityRecord } from '../../../webhook/model.ts';
import { onIdentityFound, pendingPublication } from '../../../webhook/verification/publication/state.ts';
import { updateIdentity } from '../../../webhook/verification/record/record.ts';
import {
  afterPublish,
  afterPublishFailed,
  DAY,
  HOUR,
  kratosFacts,
  last,
  NOW,
  newRecord,
  readDetailsAs,
  withAttempt,
  withRequest,
} from '../../support/builders/history.ts';
import { PASSED } from '../../support/decision-table/rows.ts';

const pending = withAttempt(newRecord());

const approved = readDetailsAs(withAttempt(newRecord()), PASSED).record;

const MISSING = kratosFacts({ status: 404, code: 'identity-not-found' });

describe('an identity that is missing in Kratos', () => {
  /** The record after Kratos answered every request until `end` with 404. */
  function missedUntil(end: number): { record: IdentityRecord; asked: number[]; kinds: string[] } {
    let record = approved;
    const times: number[] = [];
    const kinds: string[] = [];
    for (let at = NOW; at <= end && !record.identity.deletedInKratos; at = record.identity.kratosDue ?? end + 1) {
      times.push(at);
      const change = afterPublishFailed(record, MISSING, at);
      record = change.record;
      kinds.push(...(change.events ?? []).map(({ kind }) => kind));
    }
    return { record, asked: times, kinds };
  }

  it('an identity is marked deleted after three 404s of Kratos itself over 24 hours, and nothing more is sent', () => {
    const { record, asked: times, kinds } = missedUntil(NOW + 10 * DAY);
    expect(times.length).toBeGreaterThanOrEqual(3);
    expect((times.at(-1) ?? 0) - NOW).toBeGreaterThanOrEqual(DAY);
    expect((times.at(-1) ?? 0) - NOW).toBeLessThan(2 * DAY);
    expect(record.identity).toMatchObject({ deletedInKratos: true, kratosDue: null });
    expect(pendingPublication(record.identity)).toBe('none');
    expect(kinds).toEqual(['gone']);
  });

  it('an identity is not marked deleted within 24 hours, however many 404s', () => {
    let record = approved;
    for (let n = 0; n < 10; n += 1) record = afterPublishFailed(record, MISSING, NOW + n * HOUR).record;
    expect(record.identity.deletedInKratos).toBe(false);
  });

  it('an identity is not marked deleted before the third 404, however long ago the first was', () => {
    const twice = afterPublishFailed(afterPublishFailed(approved, MISSING).record, MISSING, NOW + 9 * DAY).record;
    expect(twice.identity.deletedInKratos).toBe(false);
    expect(afterPublishFailed(twice, MISSING, NOW + 10 * DAY).record.identity.deletedInKratos).toBe(true);
  });

  it('an answer resets the count of 404s of Kratos', () => {
    const missed = afterPublishFailed(approved, MISSING).record;
    expect(afterPublish(missed).identity).toMatchObject({ missingCount: 0, missingSince: null });
  });

  it('a verdict writes nothing to an identity marked deleted', () => {
    const gone = updateIdentity(pending, { ...missedUntil(NOW + 2 * DAY).record.identity });
    const { record } = readDetailsAs(gone, { ...PASSED, completedAt: NOW + 9 }, NOW + 3 * DAY);
    expect(record.identity).toMatchObject({ deletedInKratos: true, kratosDue: null, status: 'approved' });
  });

  it('an identity marked deleted is published again when a hook or whoami shows it', () => {
    const { record } = missedUntil(NOW + 2 * DAY);
    const back = onIdentityFound(record, NOW + 3 * DAY);
    expect(back.identity).toMatchObject({
      deletedInKratos: false,
      missingCount: 0,
      missingSince: null,
      kratosDue: NOW + 3 * DAY,
    });
    expect(pendingPublication(back.identity)).toBe('publish');
    expect(onIdentityFound(back, NOW + 4 * DAY)).toBe(back);
  });

  it('a further attempt alone does not restore an identity marked deleted, and its pending work is kept', () => {
    const { record } = missedUntil(NOW + 2 * DAY);
    const further = withRequest(record, NOW + 3 * DAY);
    expect(further.identity).toMatchObject({ deletedInKratos: true, kratosDue: null });
    expect(onIdentityFound(further, NOW + 4 * DAY).identity.kratosDue).toBe(NOW + 4 * DAY);
    expect(last(further).state).toBe('requested');
  });
});
