import { describe, expect, it } from 'vitest';
import type { Change, IdentityRecord } from '../../../webhook/model.ts';
import type { CredentialFinding } from '../../../webhook/verification/eid/credential.ts';
import { onChecked, startSignUp, withCheckDue } from '../../../webhook/verification/eid/evidence.ts';
import { mayStart } from '../../../webhook/verification/policy/eligibility.ts';
import { defaultPolicy } from '../../../webhook/verification/policy/parse.ts';
import { standingOf } from '../../../webhook/verification/record/standing.ts';
import { applied } from '../../support/builders/applied.ts';
import { HOUR, NOW, newRecord, readDetailsAs, verificationId, withAttempt } from '../../support/builders/history.ts';
import { decision } from '../../support/fakes/jumio-answers.ts';

const BORN = NOW - 1_000;

const HOW = { startsAt: 'registration', newId: () => verificationId(7), random: () => 0.5, eid: {} } as const;

const EID = { provider: 'idemia', subject: 'hash-of-anna' };

const GOOD: CredentialFinding = {
  kind: 'verified',
  ...EID,
  level: 'loa-3',
  issuedAt: BORN,
  satisfies: true,
  taken: false,
};

function signedUp(): IdentityRecord {
  return applied(startSignUp(newRecord(), { method: 'oidc', kratosCreatedAt: BORN }, HOW, NOW), NOW).record;
}

function kinds(change: Change): string[] {
  return (change.events ?? []).map(({ kind }) => kind);
}

function linked(record: IdentityRecord, found: readonly CredentialFinding[], at = NOW): Change {
  return applied(onChecked(withCheckDue(record, 'linked', at, at), found, HOW, at), at);
}

function processed(type: string, completedAt = NOW) {
  return { status: 'PROCESSED', decision: decision(type, 50), completedAt };
}

describe('a sign-up by OpenID Connect', () => {
  it('a sign-up by OpenID Connect requests no execution before its credential is read, and reports processing', () => {
    const record = signedUp();
    expect(record.verifications).toEqual([]);
    expect(record.identity).toMatchObject({ status: 'pending', eidCheck: 'sign-up', eidReportedAt: BORN, eidDue: NOW });
    expect(mayStart(record, NOW, defaultPolicy)).toEqual({ kind: 'no', why: 'processing' });
  });

  it.each<[string, { method?: string }, object]>([
    ['by another method', { method: 'code' }, HOW],
    ['without a method', {}, HOW],
    ['without a configured eID', { method: 'oidc' }, { ...HOW, eid: undefined }],
  ])('a sign-up %s requests an execution at once', (_name, signUp, how) => {
    const { record } = applied(startSignUp(newRecord(), signUp, { ...HOW, ...how }, NOW), NOW);
    expect(record.verifications).toMatchObject([{ state: 'requested', readDue: NOW }]);
    expect(record.identity.eidCheck).toBe('none');
  });

  it('a sign-up with sufficient evidence is approved by a verification of its own, and requests no execution', () => {
    const change = applied(onChecked(signedUp(), [GOOD], HOW, NOW), NOW);
    expect(kinds(change)).toEqual(['eid_approved']);
    expect(change.record.verifications).toMatchObject([
      { source: 'eid:idemia', level: 'loa-3', state: 'decided', decision: 'PASSED', completedAt: BORN, readDue: null },
    ]);
    expect(change.record.identity).toMatchObject({ status: 'approved', eidCheck: 'none', jumioDue: null });
  });

  it.each<[string, CredentialFinding[], string[], boolean]>([
    ['at an insufficient level', [{ ...GOOD, satisfies: false }], ['eid_not_enough', 'requested'], true],
    ['that already belongs to another identity', [{ ...GOOD, taken: true }], ['eid_taken', 'requested'], true],
    ['of a provider that never suffices', [{ kind: 'never-enough', ...EID }], ['eid_not_enough', 'requested'], true],
    ['that is refused', [{ kind: 'refused', ...EID, flaw: 'signature' }], ['eid_refused', 'requested'], true],
    ['that is absent', [], ['requested'], false],
  ])(
    'a sign-up with evidence %s requests an execution, and the events give the reason',
    (_name, found, expected, short) => {
      const change = applied(onChecked(signedUp(), found, HOW, NOW), NOW);
      expect(kinds(change)).toEqual(expected);
      expect(change.record.identity.eidInsufficient).toBe(short);
      expect(change.record.verifications).toMatchObject([{ source: 'jumio', state: 'requested' }]);
    },
  );

  it('one sufficient eID among several approves', () => {
    const bad: CredentialFinding = { kind: 'refused', provider: 'itsme', subject: 'x', flaw: 'encrypted' };
    const change = applied(onChecked(signedUp(), [bad, GOOD], HOW, NOW), NOW);
    expect(kinds(change)).toEqual(['eid_approved', 'eid_refused']);
    expect(change.record.identity.eidInsufficient).toBe(false);
  });
});

describe('several eIDs, one of them unreadable', () => {
  const facts = { upstream: 'eid', operation: 'keys', failure: 'timeout' } as const;
  const UNREAD: CredentialFinding = { kind: 'unread', provider: 'itsme', subject: 'hash-of-the-rest', facts };

  it('a sufficient eID approves; the unreadable one stays due, with one event', () => {
    const change = applied(onChecked(signedUp(), [UNREAD, GOOD], HOW, NOW), NOW);
    expect(kinds(change)).toEqual(['eid_approved', 'eid_unread']);
    const owedStill = {
      status: 'approved',
      eidCheck: 'linked',
      eidReportedAt: BORN,
      eidFailures: 1,
      eidDue: NOW + 1_000,
    };
    expect(change.record.identity).toMatchObject(owedStill);
  });

  it('an eID that is no longer linked is withdrawn although another one is unreadable', () => {
    const approved = applied(onChecked(signedUp(), [GOOD], HOW, NOW), NOW).record;
    const change = linked(approved, [UNREAD], NOW + HOUR);
    expect(kinds(change)).toEqual(['eid_withdrawn', 'eid_unread']);
    expect(change.record.identity).toMatchObject({ standing: null, status: 'pending', eidCheck: 'linked' });
  });

  it('insufficient evidence requests no execution until the unreadable eID is read', () => {
    const bad: CredentialFinding = { kind: 'refused', ...EID, flaw: 'signature' };
    const change = applied(onChecked(signedUp(), [bad, UNREAD], HOW, NOW), NOW);
    expect(kinds(change)).toEqual(['eid_unread']);
    expect(change.record.verifications).toEqual([]);
    expect(kinds(applied(onChecked(change.record, [bad], HOW, NOW), NOW))).toEqual(['eid_refused', 'requested']);
  });
});

describe('an eID that is linked later', () => {
  it('a sufficient eID that is linked later approves, and cancels an attempt not yet requested from Jumio', () => {
    const waiting = applied(startSignUp(newRecord(), {}, HOW, NOW), NOW).record;
    const change = linked(waiting, [GOOD]);
    expect(kinds(change)).toEqual(['eid_approved', 'not_needed']);
    expect(change.record.verifications[0]).toMatchObject({ source: 'jumio', state: 'expired', readDue: null });
    expect(change.record.identity).toMatchObject({ status: 'approved', jumioDue: null });
  });

  it('an insufficient eID that is linked later changes nothing else', () => {
    const before = withAttempt(newRecord());
    const change = linked(before, [{ ...GOOD, satisfies: false }]);
    expect(kinds(change)).toEqual(['eid_not_enough']);
    expect(change.record.verifications).toEqual(before.verifications);
  });

  it.each<[string, CredentialFinding, boolean]>([
    ['another eID approved', { kind: 'known', ...EID }, false],
    ['no eID approved', { ...GOOD, satisfies: false }, true],
  ])('an insufficient second eID where %s: eidInsufficient is set only without an approval', (_name, first, short) => {
    const second: CredentialFinding = { ...GOOD, subject: 'hash-of-another', satisfies: false };
    expect(linked(withAttempt(newRecord()), [first, second]).record.identity.eidInsufficient).toBe(short);
  });

  it.each(['REJECTED', 'WARNING'] as const)(
    'an eID that is linked later never lifts the verdict %s of Jumio',
    (type) => {
      const decided = readDetailsAs(withAttempt(newRecord()), processed(type)).record;
      const { record } = linked(decided, [{ ...GOOD, issuedAt: NOW + HOUR }], NOW + HOUR);
      expect(record.identity.standing).toBe(decided.identity.standing);
    },
  );

  it.each(['REJECTED', 'WARNING', 'PASSED'] as const)(
    'an approval by eID is replaced by a later verdict of Jumio: %s',
    (type) => {
      const { record } = linked(withAttempt(newRecord()), [GOOD]);
      expect(record.identity.standing).toBe('approved');
      const row = record.verifications.find(({ source }) => source === 'jumio');
      const after = readDetailsAs(record, processed(type, NOW + HOUR), NOW + HOUR, row).record;
      expect(standingOf(after)?.by?.source).toBe('jumio');
    },
  );

  it('unlinking an eID withdraws the standing that it gave, and nothing else', () => {
    const approved = applied(onChecked(signedUp(), [GOOD], HOW, NOW), NOW).record;
    const change = linked(approved, [], NOW + HOUR);
    expect(kinds(change)).toEqual(['eid_withdrawn']);
    expect(change.record.identity).toMatchObject({ standing: null, status: 'pending', awaitingConsent: true });
    expect(change.record.identity.version).toBe(approved.identity.version + 1);
    expect(mayStart(change.record, NOW + HOUR, defaultPolicy)).toMatchObject({ kind: 'start' });
  });

  it('unlinking an eID leaves the standing that Jumio gave', () => {
    const both = linked(readDetailsAs(withAttempt(newRecord()), processed('PASSED')).record, [GOOD]).record;
    expect(linked(both, [], NOW + HOUR).record.identity.standing).toBe('approved');
  });

  it('an eID that is linked again approves through the same row', () => {
    const gone = linked(applied(onChecked(signedUp(), [GOOD], HOW, NOW), NOW).record, [], NOW + HOUR).record;
    const { record } = linked(gone, [{ ...GOOD, level: 'loa-4', issuedAt: NOW + 2 * HOUR }], NOW + 2 * HOUR);
    expect(record.verifications).toHaveLength(1);
    expect(record.verifications).toMatchObject([{ decision: 'PASSED', level: 'loa-4', subject: 'hash-of-anna' }]);
  });

  it('a newer token renews the approval by eID', () => {
    const approved = applied(onChecked(signedUp(), [GOOD], HOW, NOW), NOW).record;
    const change = linked(approved, [{ ...GOOD, issuedAt: NOW + HOUR }], NOW + HOUR);
    expect(kinds(change)).toEqual(['eid_approved']);
    expect(change.record.verifications).toMatchObject([{ completedAt: NOW + HOUR }]);
  });

  it('an eID that approved before stays linked although its token is old', () => {
    const approved = applied(onChecked(signedUp(), [GOOD], HOW, NOW), NOW).record;
    const change = linked(approved, [{ kind: 'known', ...EID }], NOW + HOUR);
    expect(kinds(change)).toEqual([]);
    expect(change.record.identity).toMatchObject({ standing: 'approved', eidCheck: 'none' });
  });
});

describe('an eID beside an approval of Jumio', () => {
  const jumio = readDetailsAs(
    withAttempt(newRecord(NOW - 9 * HOUR), NOW - 9 * HOUR),
    processed('PASSED', NOW - 8 * HOUR),
    NOW - 8 * HOUR,
  ).record;

  it('an approval of Jumio is renewed by an eID that is linked later', () => {
    const { record } = linked(jumio, [{ ...GOOD, issuedAt: NOW - 1_000 }]);
    expect(record.identity).toMatchObject({ standing: 'approved', decidedAt: NOW - 1_000 });
    expect(standingOf(record)?.by?.source).toBe('eid:idemia');
    expect(standingOf(linked(record, []).record)?.by?.source).toBe('jumio');
  });

  it('an approval known only from the published copy is renewed by an eID; a review or rejection is not', () => {
    const by = (inherited: 'approved' | 'review' | 'rejected') =>
      linked(newRecord(NOW - 9 * HOUR, inherited), [{ ...GOOD, issuedAt: NOW - 1_000 }]).record.identity;
    expect(by('approved')).toMatchObject({ standing: 'approved', decidedAt: NOW - 1_000 });
    expect(by('review').standing).toBe('review');
    expect(by('rejected').standing).toBe('rejected');
  });

  it('an approval of Jumio completed after that of the eID counts, and so does a rejection', () => {
    const before = linked(withAttempt(newRecord(NOW - HOUR), NOW - HOUR), [{ ...GOOD, issuedAt: NOW - HOUR }]).record;
    expect(standingOf(readDetailsAs(before, processed('PASSED', NOW), NOW).record)?.by?.source).toBe('jumio');
    expect(readDetailsAs(before, processed('REJECTED', NOW), NOW).record.identity.standing).toBe('rejected');
  });
});
