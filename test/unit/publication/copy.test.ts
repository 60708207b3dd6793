import { describe, expect, it } from 'vitest';
import { debtToKratos, isOurCopy, onReadBack, republish } from '../../../webhook/verification/publication/state.ts';
import { begun, copyOf, kratosFacts, NOW, newcomer, paid, read, unpaid } from '../../support/builders/history.ts';
import { PASSED } from '../../support/decision-table/rows.ts';

const approved = read(begun(newcomer()), PASSED).snapshot;

describe('a copy', () => {
  it('is ours whatever the order of its keys', () => {
    const { status, ...others } = copyOf(paid(approved)) ?? {};
    expect(isOurCopy(approved.identity, { ...others, status })).toBe(true);
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
    expect(isOurCopy(approved.identity, copy)).toBe(false);
  });

  it('is ours where we have published nothing and there is nothing', () => {
    expect(isOurCopy(newcomer().identity, undefined)).toBe(true);
    expect(isOurCopy(newcomer().identity, null)).toBe(true);
    expect(isOurCopy(newcomer().identity, {})).toBe(false);
  });

  it('that a read-back finds changed is owed again, byte for byte', () => {
    const written = paid(approved);
    const { snapshot, events } = onReadBack(written, { status: 'pending' }, NOW + 60_000);
    expect(debtToKratos(snapshot.identity)).toBe('publish');
    expect(snapshot.identity).toMatchObject({ kratosDue: NOW + 60_000, published: written.identity.version - 1 });
    expect(JSON.stringify(copyOf(snapshot))).toBe(JSON.stringify(copyOf(written)));
    expect(events).toEqual([{ kind: 'copy_differs', detail: { seen_at: 'read-back' } }]);
  });

  it('that a sign-in shows is not ours does not end Kratos’ back-off', () => {
    const down = unpaid(paid(approved), kratosFacts({ operation: 'read', status: 503 })).snapshot;
    const due = down.identity.kratosDue;
    expect(republish(down, NOW + 1, 'sign-in').snapshot.identity).toMatchObject({ kratosDue: due });
  });

  it('that differs is nothing new while the next version is owed anyway', () => {
    expect(republish(approved, NOW, 'sign-in')).toEqual({ snapshot: approved });
  });
});
