import { describe, expect, it } from 'vitest';
import { matchesPublished } from '../../../webhook/verification/publication/same-copy.ts';
import { onReadBack, pendingPublication, republish } from '../../../webhook/verification/publication/state.ts';
import { applied } from '../../support/builders/applied.ts';
import {
  afterPublish,
  afterPublishFailed,
  copyOf,
  kratosFacts,
  NOW,
  newRecord,
  readDetailsAs,
  withAttempt,
} from '../../support/builders/history.ts';
import { PASSED } from '../../support/decision-table/rows.ts';

const approved = readDetailsAs(withAttempt(newRecord()), PASSED).record;

describe('the published copy', () => {
  it('a published copy matches in any order of its keys', () => {
    const { status, ...others } = copyOf(afterPublish(approved)) ?? {};
    expect(matchesPublished(approved.identity, { ...others, status })).toBe(true);
  });

  it.each([
    ['set to null', null],
    ['absent', undefined],
    ['with another status', { ...copyOf(approved), status: 'rejected' }],
    ['with one key more', { ...copyOf(approved), more: 1 }],
    ['with another time', { ...copyOf(approved), updated_at: '2020-01-01T00:00:00.000Z' }],
    ['a text', 'approved'],
    ['a list', []],
  ])('a published copy does not match if it is %s', (_name, copy) => {
    expect(matchesPublished(approved.identity, copy)).toBe(false);
  });

  it('an empty copy matches if nothing was published', () => {
    expect(matchesPublished(newRecord().identity, undefined)).toBe(true);
    expect(matchesPublished(newRecord().identity, null)).toBe(true);
    expect(matchesPublished(newRecord().identity, {})).toBe(false);
  });

  it('a copy that differs at the read-back is published again, byte for byte', () => {
    const written = afterPublish(approved);
    const { record, events } = applied(onReadBack(written, { status: 'pending' }, NOW + 60_000), NOW + 60_000);
    expect(pendingPublication(record.identity)).toBe('publish');
    expect(record.identity).toMatchObject({ kratosDue: NOW + 60_000, published: written.identity.version - 1 });
    expect(JSON.stringify(copyOf(record))).toBe(JSON.stringify(copyOf(written)));
    expect(events).toEqual([{ kind: 'copy_differs', detail: { seen_at: 'read-back' } }]);
  });

  it('a copy that differs at a sign-in does not end the back-off from Kratos', () => {
    const down = afterPublishFailed(afterPublish(approved), kratosFacts({ operation: 'read', status: 503 })).record;
    const due = down.identity.kratosDue;
    expect(applied(republish(down, NOW + 1, 'sign-in'), NOW + 1).record.identity).toMatchObject({ kratosDue: due });
  });

  it('a copy that differs changes nothing while the next version is due anyway', () => {
    expect(applied(republish(approved, NOW, 'sign-in'), NOW)).toEqual({ record: approved });
  });
});
