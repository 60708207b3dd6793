import { describe, expect, it } from 'vitest';
import {
  matchesPublished,
  onReadBack,
  pendingPublication,
  republish,
} from '../../../webhook/verification/publication/state.ts';
import { applied } from '../../support/builders/applied.ts';
import { begun, copyOf, kratosFacts, NOW, newcomer, paid, read, unpaid } from '../../support/builders/history.ts';
import { PASSED } from '../../support/decision-table/rows.ts';

const approved = read(begun(newcomer()), PASSED).record;

describe('a copy', () => {
  it('is ours whatever the order of its keys', () => {
    const { status, ...others } = copyOf(paid(approved)) ?? {};
    expect(matchesPublished(approved.identity, { ...others, status })).toBe(true);
  });

  it.each([
    ['wiped', null],
    ['gone', undefined],
    ['another status', { ...copyOf(approved), status: 'rejected' }],
    ['one key more', { ...copyOf(approved), more: 1 }],
    ['of another time', { ...copyOf(approved), updated_at: '2020-01-01T00:00:00.000Z' }],
    ['a text', 'approved'],
    ['a list', []],
  ])('is not ours where it is %s', (_name, copy) => {
    expect(matchesPublished(approved.identity, copy)).toBe(false);
  });

  it('is ours where we have published nothing and there is nothing', () => {
    expect(matchesPublished(newcomer().identity, undefined)).toBe(true);
    expect(matchesPublished(newcomer().identity, null)).toBe(true);
    expect(matchesPublished(newcomer().identity, {})).toBe(false);
  });

  it('that a read-back finds changed is owed again, byte for byte', () => {
    const written = paid(approved);
    const { record, events } = applied(onReadBack(written, { status: 'pending' }, NOW + 60_000), NOW + 60_000);
    expect(pendingPublication(record.identity)).toBe('publish');
    expect(record.identity).toMatchObject({ kratosDue: NOW + 60_000, published: written.identity.version - 1 });
    expect(JSON.stringify(copyOf(record))).toBe(JSON.stringify(copyOf(written)));
    expect(events).toEqual([{ kind: 'copy_differs', detail: { seen_at: 'read-back' } }]);
  });

  it('that a sign-in shows is not ours does not end Kratos’ back-off', () => {
    const down = unpaid(paid(approved), kratosFacts({ operation: 'read', status: 503 })).record;
    const due = down.identity.kratosDue;
    expect(applied(republish(down, NOW + 1, 'sign-in'), NOW + 1).record.identity).toMatchObject({ kratosDue: due });
  });

  it('that differs is nothing new while the next version is owed anyway', () => {
    expect(applied(republish(approved, NOW, 'sign-in'), NOW)).toEqual({ record: approved });
  });
});
