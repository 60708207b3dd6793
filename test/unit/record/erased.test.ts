import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../webhook/model.ts';
import { onDeleted, onDeleteFailed } from '../../../webhook/verification/execution/delete.ts';
import { healed, remedyFor } from '../../../webhook/verification/gate/heal.ts';
import { erase, grant } from '../../../webhook/verification/operator/actions.ts';
import { mayStart } from '../../../webhook/verification/policy/eligibility.ts';
import { publishedPolicy } from '../../../webhook/verification/policy/parse.ts';
import { debtToKratos, onCleared, onReadBack } from '../../../webhook/verification/publication/state.ts';
import { standingOf, waitingOn } from '../../../webhook/verification/record/standing.ts';
import { NOW, verificationId } from '../../support/builders/history.ts';
import { gateRowOf, names } from '../../support/decision-table/cells.ts';
import { EVENTS, type EventName } from '../../support/decision-table/events.ts';
import { ATTEMPTS, STANDINGS, situation } from '../../support/decision-table/rows.ts';

/** Every situation of the table, erased a moment ago. */
const erased = names(STANDINGS).flatMap((standing) =>
  names(ATTEMPTS).map((attempt) => {
    const before = situation(standing, attempt);
    return { name: `${standing} | ${attempt}`, before, after: erase(before, 'ann', NOW - 1_000).snapshot };
  }),
);

/** Nothing of the person, no secret, nothing that would be shown or started. */
function isTombstone({ identity, verifications }: Snapshot): boolean {
  const { returnTo, locale, consentVersion, consentAt, declinedAt, invited, grantedFrom, content } = identity;
  const isBare = [returnTo, locale, consentVersion, consentAt, declinedAt, grantedFrom, content].every(
    (v) => v === null,
  );
  const areBare = verifications.every(
    (row) =>
      [row.link, row.sdkToken, row.transactionToken, row.preparedUrl].every((secret) => secret === null) &&
      [row.decisionLabel, row.riskScore, row.reason, row.level].every((finding) => finding === null) &&
      (row.state === 'decided' || row.state === 'expired'),
  );
  return identity.erasedAt !== null && invited === 0 && isBare && areBare;
}

/** Every account that Jumio still has is due for deletion, soon; nothing else is due there. */
function owesDeletions({ verifications }: Snapshot, now: number): boolean {
  return verifications.every(({ accountId, readDue }) =>
    accountId === null ? readDue === null : readDue !== null && readDue <= now + 15 * 60_000,
  );
}

function counts(snapshot: Snapshot): string | undefined {
  return standingOf(snapshot)?.status;
}

describe('an erased identity', () => {
  it.each(erased)('keeps its standing and nothing else: $name', ({ before, after }) => {
    expect(counts(after)).toBe(counts(before));
    expect(isTombstone(after)).toBe(true);
    expect(owesDeletions(after, NOW)).toBe(true);
    expect(debtToKratos(after.identity)).toBe('clear');
    expect(waitingOn(after)).toBe('nobody');
    expect(mayStart(after, NOW, publishedPolicy).kind).toBe('no');
  });

  it.each(names(EVENTS))('is brought back by nothing: %s', async (event: EventName) => {
    for (const { name, after: before } of erased) {
      const { change, at } = (await EVENTS[event](before)) ?? {};
      const after = change?.snapshot ?? before;
      expect({ name, isTombstone: isTombstone(after) }).toEqual({ name, isTombstone: true });
      expect({ name, owes: owesDeletions(after, at ?? NOW) }).toEqual({ name, owes: true });
      expect({ name, rows: after.verifications.length }).toEqual({ name, rows: before.verifications.length });
    }
  });

  it.each(names(EVENTS).filter((event) => /^(callback|person)/.test(event)))(
    'is not even touched by: %s',
    async (event) => {
      for (const { after: before } of erased) {
        const { change } = (await EVENTS[event](before)) ?? {};
        expect(change?.snapshot ?? before).toEqual(before);
      }
    },
  );

  it('is granted nothing', () => {
    for (const { after } of erased)
      expect(mayStart(grant(after, 'ann', null, NOW).snapshot, NOW, publishedPolicy).kind).toBe('no');
  });

  it('is started by no sign-in, which only clears away what came back', () => {
    const copy = { statuses: [], ours: [], jumio: undefined, shown: true };
    const back = {
      ...copy,
      jumio: { status: 'approved' },
      statuses: ['approved' as const],
      ours: ['approved' as const],
    };
    for (const { after } of erased) {
      const signIn = { identityId: after.identity.id, bornAt: NOW, schemaId: 'customer', locale: 'de' };
      const row = { ...gateRowOf(after), published: after.identity.version };
      expect(remedyFor(row, { ...signIn, copy }, 0)).toBe('none');
      expect(remedyFor(row, { ...signIn, copy: back }, 0)).toBe('republish');
      const context = { now: NOW, newId: () => verificationId(91), startsAt: 'registration' as const };
      expect(healed('none', after, { ...signIn, copy }, context)?.snapshot ?? after).toEqual(after);
      const put = healed(
        'republish',
        { ...after, identity: { ...after.identity, published: after.identity.version } },
        { ...signIn, copy: back },
        context,
      );
      expect(put && isTombstone(put.snapshot)).toBe(true);
    }
  });
});

describe('what erasing owes', () => {
  const { after } = erased.find(({ name }) => name === 'rejected ×2 | INITIATED, live link') ??
    erased[0] ?? { after: situation('none', 'nothing') };

  it('is paid at Jumio once per account, which ends every id of it', () => {
    const { snapshot, events } = onDeleted(after, 'account-1', true, NOW);
    expect(
      snapshot.verifications.every(({ accountId, executionId }) => accountId === null && executionId === null),
    ).toBe(true);
    expect(snapshot.identity.jumioDue).toBeNull();
    expect(counts(snapshot)).toBe('rejected');
    expect(events).toEqual([{ kind: 'deleted_at_jumio', detail: { account: 'account-1', found: true } }]);
  });

  it('is due again where Jumio does not answer, and a refusal is named', () => {
    const [row] = after.verifications;
    const facts = { upstream: 'jumio', operation: 'delete', failure: 'status', status: 403 } as const;
    const { snapshot, events } = onDeleteFailed(after, row?.id ?? '', facts, NOW, 0.5);
    expect(owesDeletions(snapshot, NOW)).toBe(true);
    expect(events).toMatchObject([{ kind: 'delete_refused', detail: { seen: 'status 403' } }]);
    const down = { upstream: 'jumio', operation: 'delete', failure: 'unreachable' } as const;
    expect(onDeleteFailed(after, row?.id ?? '', down, NOW, 0.5).events).toEqual([]);
  });

  it('is paid at Kratos by clearing, looked at once more, and cleared again where it came back', () => {
    const { version } = after.identity;
    const { snapshot: cleared } = onCleared(after, version, false, NOW);
    expect(debtToKratos(cleared.identity)).toBe('read-back');
    expect(debtToKratos(onReadBack(cleared, undefined, NOW).snapshot.identity)).toBe('none');
    expect(debtToKratos(onReadBack(cleared, { status: 'rejected' }, NOW).snapshot.identity)).toBe('clear');
    expect(debtToKratos(onCleared(after, version, true, NOW).snapshot.identity)).toBe('none');
  });

  it('may be asked for again: what is still owed is due, and Kratos is looked at once more', () => {
    const done = onDeleted(
      onCleared(after, after.identity.version, true, NOW).snapshot,
      'account-1',
      true,
      NOW,
    ).snapshot;
    const { snapshot, events } = erase(done, 'bob', NOW);
    expect(snapshot.identity.erasedAt).toBe(after.identity.erasedAt);
    expect(debtToKratos(snapshot.identity)).toBe('clear');
    expect(snapshot.identity.jumioDue).toBeNull();
    expect(events).toEqual([{ kind: 'erased', detail: { by: 'bob', again: true } }]);
  });
});

describe('an erased identity that an eID approved', () => {
  it.each(erased)(
    'keeps whose that eID is, so that it approves nobody else, and not its level: $name',
    ({ before }) => {
      const eid = { source: 'eid:itsme', level: 'loa-4', subject: 'hash' } as const;
      const verifications = before.verifications.map((row) => ({ ...row, ...eid }));
      const { snapshot } = erase({ ...before, verifications }, 'ann', NOW);
      expect(snapshot.verifications).toMatchObject(verifications.map(() => ({ level: null, subject: 'hash' })));
    },
  );
});
