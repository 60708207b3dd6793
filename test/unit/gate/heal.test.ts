import { describe, expect, it } from 'vitest';
import type { IdentityRecord } from '../../../webhook/model.ts';
import type { GateSubject } from '../../../webhook/verification/gate/check.ts';
import { heal, type Remedy, remedyFor } from '../../../webhook/verification/gate/heal.ts';
import { onReadBack } from '../../../webhook/verification/publication/state.ts';
import { readPublishedCopy } from '../../../webhook/verification/record/published-copy.ts';
import { awaitConsent } from '../../../webhook/verification/record/record.ts';
import { applied } from '../../support/builders/applied.ts';
import {
  afterPublish,
  copyOf,
  HOUR,
  IDENTITY,
  last,
  NOW,
  newRecord,
  readDetailsAs,
  readStatusAs,
  verificationId,
  withAttempt,
  withRequest,
} from '../../support/builders/history.ts';
import { gateRowOf } from '../../support/decision-table/cells.ts';
import { BLURRED, PASSED, WARNING } from '../../support/decision-table/rows.ts';

const LEDGER_CREATED = NOW - HOUR;

const context = { now: NOW, newId: () => verificationId(9), startsAt: 'registration' } as const;

function signIn(body: object, kratosCreatedAt: number | undefined = NOW - 60_000): GateSubject {
  return { identityId: IDENTITY, kratosCreatedAt, copy: readPublishedCopy(body) };
}

/** The body of a sign-in with our published copy. */
function showing(record: IdentityRecord): object {
  return { metadata_public: { jumio: copyOf(record) } };
}

function remedy(record: IdentityRecord | undefined, attempt: GateSubject): Remedy {
  return remedyFor(record && gateRowOf(record), attempt, LEDGER_CREATED);
}

describe('a sign-in of an identity without a row', () => {
  it.each<[string, GateSubject, Remedy]>([
    ['without a published copy creates the missing row', signIn({ metadata_public: null }), 'start'],
    ['with a hidden copy creates the missing row', signIn({}), 'start'],
    ['of an identity older than the ledger creates no row', signIn({}, LEDGER_CREATED), 'none'],
    ['of an identity of unknown age creates no row', { ...signIn({}), kratosCreatedAt: undefined }, 'none'],
    ['with a status in the copy creates no row', signIn({ metadata_public: { jumio: { status: 'pending' } } }), 'none'],
    [
      'with a status of the published integration creates no row',
      signIn({ jumio_verification_status: 'verified' }),
      'none',
    ],
  ])('a sign-in %s', (_name, attempt, expected) => {
    expect(remedy(undefined, attempt)).toBe(expected);
  });

  it('a sign-in without a row starts the verification that the sign-up should have started, once', () => {
    const change = applied(heal('start', undefined, signIn({}), context), context.now);
    expect(change?.events?.map(({ kind }) => kind)).toEqual(['healed', 'requested']);
    expect(change && last(change.record)).toMatchObject({ id: verificationId(9), state: 'requested', readDue: NOW });
    expect(applied(heal('start', change?.record, signIn({}), context), context.now)).toBeUndefined();
  });

  it('a sign-in does not ask a second time for consent, also with a hidden copy', () => {
    const record = applied(awaitConsent(newRecord()), NOW).record;
    expect(remedy(record, signIn({}))).toBe('none');
    expect(applied(heal('start', record, signIn({}), context), context.now)).toBeUndefined();
  });

  it('a sign-in starts nothing for a row with an inherited decision', () => {
    expect(remedy(newRecord(NOW, 'rejected'), signIn({ metadata_public: null }))).toBe('none');
  });

  it('repeated sign-ins write nothing for a row that only inherited the status of its copy', () => {
    const copy = signIn({ metadata_public: { jumio: { status: 'rejected' } } });
    expect(remedy(newRecord(NOW, 'rejected'), copy)).toBe('none');
  });
});

describe('a sign-in with a published copy that differs', () => {
  const approved = afterPublish(readDetailsAs(withAttempt(newRecord()), PASSED).record);

  it.each([
    ['deleted', { metadata_public: null }],
    ['emptied', { metadata_public: {} }],
    ['changed', { metadata_public: { jumio: { status: 'pending' } } }],
    [
      'of an earlier version',
      { metadata_public: { jumio: { status: 'rejected', updated_at: '2020-01-01T00:00:00.000Z' } } },
    ],
  ])('a sign-in with a copy that differs makes ours due for publishing (%s)', (_name, body) => {
    expect(remedy(approved, signIn(body))).toBe('republish');
    const change = applied(heal('republish', approved, signIn(body), context), context.now);
    expect(change?.record.identity).toMatchObject({ kratosDue: NOW, published: approved.identity.version - 1 });
    expect(change?.events).toEqual([{ kind: 'copy_differs', detail: { seen_at: 'sign-in' } }]);
  });

  it.each([
    ['newer than ours', '2100-01-01T00:00:00.000Z'],
    ['without a date', undefined],
  ])('a stricter copy at a sign-in causes a read and is not overwritten (%s)', (_name, updated_at) => {
    const copy = { status: 'rejected', ...(updated_at === undefined ? {} : { updated_at }) };
    expect(remedy(approved, signIn({ metadata_public: { jumio: copy } }))).toBe('read');
    const change = applied(onReadBack(approved, copy, NOW), NOW);
    expect(change.record.identity).toMatchObject({ published: approved.identity.version, kratosDue: null });
    expect(change.events).toMatchObject([{ kind: 'contradiction' }]);
  });

  it('a sign-in repairs nothing if the copy is ours, hidden, or not yet published', () => {
    expect(remedy(approved, signIn(showing(approved)))).toBe('none');
    expect(remedy(approved, signIn({}))).toBe('none');
    expect(remedy(readDetailsAs(withAttempt(newRecord()), PASSED).record, signIn({ metadata_public: null }))).toBe(
      'none',
    );
  });

  it('a sign-in restores an identity that was marked as deleted in Kratos', () => {
    const gone = { ...approved, identity: { ...approved.identity, deletedInKratos: true, published: 0 } };
    expect(remedy(gone, signIn({}))).toBe('republish');
    expect(applied(heal('republish', gone, signIn({}), context), context.now)?.record.identity).toMatchObject({
      deletedInKratos: false,
      kratosDue: NOW,
    });
  });
});

describe('a sign-in during a verification', () => {
  it.each<[string, IdentityRecord]>([
    ['pending', withAttempt(newRecord())],
    ['processing', readStatusAs(withAttempt(newRecord()), 'ACQUIRED').record],
    ['review', readDetailsAs(withAttempt(newRecord()), WARNING).record],
  ])('a sign-in during a verification requests a read (%s)', (_status, record) => {
    const settled = afterPublish(record);
    expect(remedy(settled, signIn(showing(settled)))).toBe('read');
    const change = applied(heal('read', settled, signIn({}), context), context.now);
    expect(change?.record.identity.readRequests).toBe(settled.identity.readRequests + 1);
    expect(last(settled).readDue ?? Number.POSITIVE_INFINITY).toBeGreaterThan(NOW);
    expect(change?.record.identity.jumioDue).toBeLessThanOrEqual(NOW + HOUR);
  });

  it.each<[string, IdentityRecord]>([
    ['approved', readDetailsAs(withAttempt(newRecord()), PASSED).record],
    ['rejected', readDetailsAs(withAttempt(newRecord()), BLURRED).record],
    ['expired', readStatusAs(withAttempt(newRecord()), 'TOKEN_EXPIRED').record],
  ])('a sign-in after a verification repairs nothing (%s)', (_status, record) => {
    expect(remedy(afterPublish(record), signIn(showing(record)))).toBe('none');
  });

  it('a sign-in requests no read before Jumio has created the execution', () => {
    expect(applied(heal('read', withRequest(newRecord()), signIn({}), context), context.now)).toBeUndefined();
  });

  it('a repair changes nothing if its row has disappeared or changed in the meantime', () => {
    expect(applied(heal('read', undefined, signIn({}), context), context.now)).toBeUndefined();
    expect(applied(heal('republish', undefined, signIn({}), context), context.now)).toBeUndefined();
    expect(applied(heal('none', withAttempt(newRecord()), signIn({}), context), context.now)).toBeUndefined();
  });
});
