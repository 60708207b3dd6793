import { describe, expect, it } from 'vitest';
import type { Verification } from '../../../webhook/model.ts';
import { nudge } from '../../../webhook/verification/execution/schedule.ts';
import { settle } from '../../../webhook/verification/record/normalize.ts';
import { withVerification } from '../../../webhook/verification/record/record.ts';
import { LEASE_MS, lease } from '../../../webhook/verification/step.ts';
import {
  asked,
  begun,
  HOUR,
  LIFETIME,
  last,
  made,
  NOW,
  newcomer,
  nth,
  read,
  readWord,
} from '../../support/builders/history.ts';
import { PASSED } from '../../support/decision-table/rows.ts';

const LINK_END = NOW + LIFETIME;

const ALL = { create: true, read: true, publish: true };

function secrets({ link, sdkToken, transactionToken }: Verification): unknown[] {
  return [link, sdkToken, transactionToken];
}

const GONE = [null, null, null];

describe('the hosted link and its tokens', () => {
  const first = begun(newcomer());

  it('are kept while the link lives', () => {
    expect(secrets(last(settle(first, LINK_END - 1).snapshot))).toEqual(secrets(last(first)));
    expect(secrets(last(first)).every((secret) => typeof secret === 'string')).toBe(true);
  });

  it('are gone with the first change at the link’s end, which is the worker’s claim of the look that is due then', () => {
    expect(secrets(last(settle(first, LINK_END).snapshot))).toEqual(GONE);
    const { snapshot, work } = lease(first, ALL, LINK_END + 1_000);
    expect(work.read?.id).toBe(last(first).id);
    expect(secrets(last(snapshot))).toEqual(GONE);
    expect(last(snapshot).linkEndsAt).toBe(LINK_END);
  });

  it('are gone as soon as the execution is decided, expired or replaced', () => {
    expect(secrets(last(read(first, PASSED).snapshot))).toEqual(GONE);
    expect(secrets(last(readWord(first, 'TOKEN_EXPIRED').snapshot))).toEqual(GONE);
    const renewing = withVerification(first, last(first).id, { renew: 1 });
    expect(secrets(nth(readWord(renewing, 'INITIATED', LINK_END + 1).snapshot, 1))).toEqual(GONE);
  });
});

describe('every change', () => {
  it('makes the identity due when the first of its verifications is', () => {
    const two = asked(readWord(begun(newcomer()), 'TOKEN_EXPIRED').snapshot, NOW + 5);
    const early = withVerification(two, nth(two, 1).id, { readDue: NOW + 3 });
    expect(settle(early, NOW).snapshot.identity.jumioDue).toBe(NOW + 3);
    expect(settle(two, NOW).snapshot.identity.jumioDue).toBe(NOW + 5);
  });

  it('raises the version only where the published content differs', () => {
    const first = begun(newcomer());
    expect(settle(first, NOW + HOUR).snapshot).toStrictEqual(first);
    const alive = nudge(first, { verificationId: last(first).id }, NOW + HOUR)?.snapshot;
    expect(alive?.identity.version).toBe(first.identity.version);
    const processing = readWord(first, 'ACQUIRED', NOW + HOUR).snapshot;
    expect(processing.identity).toMatchObject({ version: first.identity.version + 1, changedAt: NOW + HOUR });
  });

  it('passes its events on', () => {
    expect(settle(newcomer(), NOW, [{ kind: 'seen' }]).events).toEqual([{ kind: 'seen' }]);
  });
});

describe('a lease', () => {
  it('is raised by each claim and ends by itself after thirty seconds', () => {
    expect(LEASE_MS).toBe(30_000);
    const { identity } = lease(asked(newcomer()), ALL, NOW).snapshot;
    expect(identity).toMatchObject({ lease: 1, leasedUntil: NOW + 30_000 });
  });

  it('moves what is about to be done to its own end, so that a step that dies leaves its debts due', () => {
    const first = asked(newcomer());
    const { snapshot, work } = lease(first, { create: true, read: false, publish: true }, NOW + 5_000);
    expect(work.create?.id).toBe(last(first).id);
    expect(last(snapshot).readDue).toBe(NOW + 35_000);
    expect(snapshot.identity).toMatchObject({ kratosDue: NOW + 35_000, jumioDue: NOW + 35_000 });
  });

  it('leaves a debt alone that no budget token was taken for', () => {
    const first = asked(newcomer());
    const { snapshot, work } = lease(first, { create: false, read: false, publish: false }, NOW + 5_000);
    expect(work).toEqual({ publish: false });
    expect(snapshot.verifications).toStrictEqual(first.verifications);
    expect(snapshot.identity.kratosDue).toBe(first.identity.kratosDue);
  });

  it('notes when and for which claim it looks', () => {
    const first = begun(newcomer());
    const called = nudge(first, { verificationId: last(first).id, claimed: 'PROCESSED' }, NOW)?.snapshot ?? first;
    expect(last(lease(called, ALL, NOW + 7).snapshot)).toMatchObject({ lastReadAt: NOW + 7, lastReadFor: 'PROCESSED' });
  });

  it('takes the look that has been due longest, and creates only what was requested', () => {
    const old = readWord(begun(newcomer()), 'TOKEN_EXPIRED').snapshot;
    const two = asked(withVerification(old, last(old).id, { readDue: NOW - 9 }));
    const { work } = lease(two, ALL, NOW);
    expect([work.create?.attempt, work.read?.attempt]).toEqual([2, 1]);
    expect(lease(two, ALL, NOW - 10).work).toEqual({ publish: true });
    const both = made(two);
    const later = withVerification(both, nth(both, 2).id, { readDue: NOW - 3 });
    expect(lease(later, ALL, NOW).work.read?.attempt).toBe(1);
    expect(lease(withVerification(later, nth(both, 2).id, { readDue: NOW - 10 }), ALL, NOW).work.read?.attempt).toBe(2);
  });
});
