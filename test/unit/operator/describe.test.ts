import { describe, expect, it } from 'vitest';
import type { CredentialFinding } from '../../../webhook/verification/eid/credential.ts';
import { onChecked, requestCheck, startSignUp, withCheckDue } from '../../../webhook/verification/eid/evidence.ts';
import { jobs } from '../../../webhook/verification/jobs.ts';
import { explainWaiting, nextDue } from '../../../webhook/verification/operator/describe.ts';
import { FIRST_PUBLICATION_WAITS_MS } from '../../../webhook/verification/record/normalize.ts';
import { applied } from '../../support/builders/applied.ts';
import { NOW, newRecord, verificationId, withAttempt } from '../../support/builders/history.ts';

const HOW = { startsAt: 'registration', newId: () => verificationId(7), random: () => 0.5, eid: {} } as const;

const GOOD: CredentialFinding = {
  kind: 'verified',
  provider: 'itsme',
  subject: 'hash',
  level: 'loa-3',
  issuedAt: NOW,
  satisfies: true,
  taken: false,
};

describe('the description of an identity that only signed up', () => {
  it('an identity with a link is described as waiting for the person, who has not begun', () => {
    expect(explainWaiting(withAttempt(newRecord()), NOW)).toBe('a link is ready; the person has not begun');
  });
});

describe('the description of due jobs', () => {
  it('every job of the list is described', () => {
    const record = withAttempt(newRecord());
    const [attempt] = record.verifications;
    if (attempt === undefined) throw new Error('the history has no attempt');
    const due = { readDue: NOW, prefillDue: NOW };
    const requested = { ...attempt, ...due, attempt: 1, state: 'requested' } as const;
    const started = { ...attempt, ...due, attempt: 2, state: 'started' } as const;
    const identity = { ...record.identity, eidDue: NOW + 1, kratosDue: NOW + 2 };
    expect(nextDue({ identity, verifications: [requested, started] }).map(({ what }) => what)).toEqual([
      'create attempt 1 at Jumio',
      'read attempt 2 at Jumio',
      'send traits to Jumio for attempt 1',
      'send traits to Jumio for attempt 2',
      'read the linked eIDs',
      'Kratos: publish',
    ]);
    expect(nextDue({ identity: { ...identity, erasedAt: NOW }, verifications: [started] })[0]?.what).toBe(
      'delete the account of attempt 2 at Jumio',
    );
    expect(jobs.map(({ name }) => name)).toEqual(['create', 'read', 'prefill', 'eid', 'publish']);
  });
});

describe('the description of an eID', () => {
  it('a pending eID check is described with its due time', () => {
    const waiting = applied(startSignUp(newRecord(), { method: 'oidc', kratosCreatedAt: NOW }, HOW, NOW), NOW).record;
    expect(explainWaiting(waiting, NOW)).toBe('the eIDs of the sign-up are not yet read');
    expect(nextDue(waiting)).toEqual([
      { what: 'read the reported eIDs', at: NOW },
      { what: 'Kratos: publish', at: NOW + FIRST_PUBLICATION_WAITS_MS },
    ]);
    const linked = withCheckDue(withAttempt(newRecord()), 'linked', NOW, NOW);
    expect(nextDue(linked).map(({ what }) => what)).toContain('read the reported eIDs');
    const asked = requestCheck(withAttempt(newRecord()), NOW);
    expect(nextDue(asked).map(({ what }) => what)).toContain('read the linked eIDs');
  });

  it('an approval by eID is described with the provider, not as an approval by Jumio', () => {
    const waiting = applied(startSignUp(newRecord(), { method: 'oidc', kratosCreatedAt: NOW }, HOW, NOW), NOW).record;
    expect(explainWaiting(applied(onChecked(waiting, [GOOD], HOW, NOW), NOW).record, NOW)).toBe(
      'eid:itsme approved it',
    );
  });
});
