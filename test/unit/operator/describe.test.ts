import { describe, expect, it } from 'vitest';
import type { Found } from '../../../webhook/verification/eid/credential.ts';
import { beginBy, lookedAgain, onEvidence, owed } from '../../../webhook/verification/eid/evidence.ts';
import { debtsNext, whyWaiting } from '../../../webhook/verification/operator/describe.ts';
import { FIRST_PUBLICATION_WAITS_MS } from '../../../webhook/verification/record/normalize.ts';
import { begun, NOW, newcomer, verificationId } from '../../support/builders/history.ts';

const HOW = { startsAt: 'registration', newId: () => verificationId(7), random: () => 0.5, eid: {} } as const;

const GOOD: Found = {
  kind: 'verified',
  provider: 'itsme',
  subject: 'hash',
  level: 'loa-3',
  issuedAt: NOW,
  satisfies: true,
  taken: false,
};

describe('what an operator is told of somebody who only signed up', () => {
  it('that it is the person’s turn, and not that they were led to Jumio', () => {
    expect(whyWaiting(begun(newcomer()), NOW)).toBe('a link is ready; the person has not begun');
  });
});

describe('what an operator is told of an eID', () => {
  it('that it is still to be read, and when', () => {
    const waiting = beginBy(newcomer(), { method: 'oidc', bornAt: NOW }, HOW, NOW).snapshot;
    expect(whyWaiting(waiting, NOW)).toBe('whether an eID answers is still to be read');
    expect(debtsNext(waiting)).toEqual([
      { what: 'read what the eID says', at: NOW },
      { what: 'Kratos: publish', at: NOW + FIRST_PUBLICATION_WAITS_MS },
    ]);
    const linked = owed(begun(newcomer()), 2, NOW, NOW);
    expect(debtsNext(linked).map(({ what }) => what)).toContain('read what the eID says');
    const asked = lookedAgain(begun(newcomer()), NOW);
    expect(debtsNext(asked).map(({ what }) => what)).toContain('read which eIDs are linked');
  });

  it('that it was the eID that approved, and not Jumio', () => {
    const waiting = beginBy(newcomer(), { method: 'oidc', bornAt: NOW }, HOW, NOW).snapshot;
    expect(whyWaiting(onEvidence(waiting, [GOOD], HOW, NOW).snapshot, NOW)).toBe('eid:itsme approved it');
  });
});
