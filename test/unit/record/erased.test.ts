import { describe, expect, it } from 'vitest';
import type { IdentityRecord } from '../../../webhook/model.ts';
import { onDeleted, onDeleteFailed } from '../../../webhook/verification/execution/delete.ts';
import { healed, remedyFor } from '../../../webhook/verification/gate/heal.ts';
import { erase, grantAttempt } from '../../../webhook/verification/operator/actions.ts';
import { mayStart } from '../../../webhook/verification/policy/eligibility.ts';
import { defaultPolicy } from '../../../webhook/verification/policy/parse.ts';
import { onCleared, onReadBack, pendingPublication } from '../../../webhook/verification/publication/state.ts';
import { standingOf, waitingOn } from '../../../webhook/verification/record/standing.ts';
import { applied } from '../../support/builders/applied.ts';
import { NOW, verificationId } from '../../support/builders/history.ts';
import { gateRowOf, keysOf } from '../../support/decision-table/cells.ts';
import { EVENTS, type EventName } from '../../support/decision-table/events.ts';
import { ATTEMPTS, STANDINGS, situation } from '../../support/decision-table/rows.ts';

/** Every situation of the decision table, erased a moment ago. */
const erased = keysOf(STANDINGS).flatMap((standing) =>
  keysOf(ATTEMPTS).map((attempt) => {
    const before = situation(standing, attempt);
    return {
      name: `${standing} | ${attempt}`,
      before,
      after: applied(erase(before, 'ann', NOW - 1_000), NOW - 1_000).record,
    };
  }),
);

/** Whether nothing of the person is left: no secret, nothing to show or to start. */
function isTombstone({ identity, verifications }: IdentityRecord): boolean {
  const { returnTo, locale, consentVersion, consentAt, declinedAt, awaitingConsent, attemptGrantedAt, content } =
    identity;
  const isBare = [returnTo, locale, consentVersion, consentAt, declinedAt, attemptGrantedAt, content].every(
    (v) => v === null,
  );
  const areBare = verifications.every(
    (row) =>
      [row.link, row.sdkToken, row.transactionToken, row.prefillUrl].every((secret) => secret === null) &&
      [row.decisionLabel, row.riskScore, row.reason, row.level, row.findings].every((finding) => finding === null) &&
      (row.state === 'decided' || row.state === 'expired'),
  );
  return identity.erasedAt !== null && !awaitingConsent && isBare && areBare;
}

/** Whether every account that still exists at Jumio is due for deletion soon, and nothing else is due there. */
function owesDeletions({ verifications }: IdentityRecord, now: number): boolean {
  return verifications.every(({ accountId, readDue }) =>
    accountId === null ? readDue === null : readDue !== null && readDue <= now + 15 * 60_000,
  );
}

function counts(record: IdentityRecord): string | undefined {
  return standingOf(record)?.status;
}

describe('erased identities', () => {
  it.each(erased)('an erased identity keeps its standing and nothing else: $name', ({ before, after }) => {
    expect(counts(after)).toBe(counts(before));
    expect(isTombstone(after)).toBe(true);
    expect(owesDeletions(after, NOW)).toBe(true);
    expect(pendingPublication(after.identity)).toBe('clear');
    expect(waitingOn(after)).toBe('nobody');
    expect(mayStart(after, NOW, defaultPolicy).kind).toBe('no');
  });

  it.each(keysOf(EVENTS))('an erased identity stays a tombstone after the event: %s', async (event: EventName) => {
    for (const { name, after: before } of erased) {
      const { change, at } = (await EVENTS[event](before)) ?? {};
      const after = change?.record ?? before;
      expect({ name, isTombstone: isTombstone(after) }).toEqual({ name, isTombstone: true });
      expect({ name, owes: owesDeletions(after, at ?? NOW) }).toEqual({ name, owes: true });
      expect({ name, rows: after.verifications.length }).toEqual({ name, rows: before.verifications.length });
    }
  });

  it.each(keysOf(EVENTS).filter((event) => /^(callback|person)/.test(event)))(
    'an erased identity is not changed by the event: %s',
    async (event) => {
      for (const { after: before } of erased) {
        const { change } = (await EVENTS[event](before)) ?? {};
        expect(change?.record ?? before).toEqual(before);
      }
    },
  );

  it('a grant gives an erased identity nothing', () => {
    for (const { after } of erased)
      expect(mayStart(applied(grantAttempt(after, 'ann', null, NOW), NOW).record, NOW, defaultPolicy).kind).toBe('no');
  });

  it('a sign-in of an erased identity starts nothing, and only clears content that reappeared', () => {
    const copy = { statuses: [], ours: [], jumio: undefined, shown: true };
    const back = {
      ...copy,
      jumio: { status: 'approved' },
      statuses: ['approved' as const],
      ours: ['approved' as const],
    };
    for (const { after } of erased) {
      const signIn = { identityId: after.identity.id, kratosCreatedAt: NOW, schemaId: 'customer', locale: 'de' };
      const row = { ...gateRowOf(after), published: after.identity.version };
      expect(remedyFor(row, { ...signIn, copy }, 0)).toBe('none');
      expect(remedyFor(row, { ...signIn, copy: back }, 0)).toBe('republish');
      const context = { now: NOW, newId: () => verificationId(91), startsAt: 'registration' as const };
      expect(applied(healed('none', after, { ...signIn, copy }, context), context.now)?.record ?? after).toEqual(after);
      const put = applied(
        healed(
          'republish',
          { ...after, identity: { ...after.identity, published: after.identity.version } },
          { ...signIn, copy: back },
          context,
        ),
        context.now,
      );
      expect(put && isTombstone(put.record)).toBe(true);
    }
  });
});

describe('deletions after an erasure', () => {
  const { after } = erased.find(({ name }) => name === 'rejected ×2 | INITIATED, live link') ??
    erased[0] ?? { after: situation('none', 'nothing') };

  it('an account is deleted at Jumio once, which clears the ids of all its executions', () => {
    const { record, events } = applied(onDeleted(after, 'account-1', true), NOW);
    expect(record.verifications.every(({ accountId, executionId }) => accountId === null && executionId === null)).toBe(
      true,
    );
    expect(record.identity.jumioDue).toBeNull();
    expect(counts(record)).toBe('rejected');
    expect(events).toEqual([{ kind: 'deleted_at_jumio', detail: { account: 'account-1', found: true } }]);
  });

  it('a failed deletion is due again, and a refused one is an event', () => {
    const [row] = after.verifications;
    const facts = { upstream: 'jumio', operation: 'delete', failure: 'status', status: 403 } as const;
    const { record, events } = applied(onDeleteFailed(after, row?.id ?? '', facts, NOW, 0.5), NOW);
    expect(owesDeletions(record, NOW)).toBe(true);
    expect(events).toMatchObject([{ kind: 'delete_refused', detail: { seen: 'status 403' } }]);
    const down = { upstream: 'jumio', operation: 'delete', failure: 'unreachable' } as const;
    expect(applied(onDeleteFailed(after, row?.id ?? '', down, NOW, 0.5), NOW).events).toEqual([]);
  });

  it('the clearing at Kratos is read back once, and repeated if the content reappeared', () => {
    const { version } = after.identity;
    const { record: cleared } = applied(onCleared(after, version, false, NOW), NOW);
    expect(pendingPublication(cleared.identity)).toBe('read-back');
    expect(pendingPublication(applied(onReadBack(cleared, undefined, NOW), NOW).record.identity)).toBe('none');
    expect(pendingPublication(applied(onReadBack(cleared, { status: 'rejected' }, NOW), NOW).record.identity)).toBe(
      'clear',
    );
    expect(pendingPublication(applied(onCleared(after, version, true, NOW), NOW).record.identity)).toBe('none');
  });

  it('a second erasure makes the pending deletions due and reads back Kratos once more', () => {
    const done = applied(
      onDeleted(applied(onCleared(after, after.identity.version, true, NOW), NOW).record, 'account-1', true),
      NOW,
    ).record;
    const { record, events } = applied(erase(done, 'bob', NOW), NOW);
    expect(record.identity.erasedAt).toBe(after.identity.erasedAt);
    expect(pendingPublication(record.identity)).toBe('clear');
    expect(record.identity.jumioDue).toBeNull();
    expect(events).toEqual([{ kind: 'erased', detail: { by: 'bob', again: true } }]);
  });
});

describe('erased identities with an approval by eID', () => {
  it.each(erased)(
    'an erased identity keeps the subject of its eID, so that it approves no other identity, but not its level: $name',
    ({ before }) => {
      const eid = { source: 'eid:itsme', level: 'loa-4', subject: 'hash' } as const;
      const verifications = before.verifications.map((row) => ({ ...row, ...eid }));
      const { record } = applied(erase({ ...before, verifications }, 'ann', NOW), NOW);
      expect(record.verifications).toMatchObject(verifications.map(() => ({ level: null, subject: 'hash' })));
    },
  );
});
