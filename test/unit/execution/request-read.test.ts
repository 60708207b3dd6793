import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { onDetails, onReadFailed, onStatus } from '../../../webhook/verification/execution/read.ts';
import { nudge } from '../../../webhook/verification/execution/schedule.ts';
import {
  asked,
  begun,
  HOUR,
  last,
  leased,
  lookAt,
  NOW,
  newcomer,
  nudged,
  read,
  readWord,
} from '../../support/builders/history.ts';
import { PASSED } from '../../support/decision-table/rows.ts';
import { detailsOf, statusOf } from '../../support/fakes/jumio-answers.ts';

describe('a nudge', () => {
  it('makes an execution due at once when nobody has looked at it yet', () => {
    const snapshot = nudged(begun(newcomer()), NOW + 500, 'PROCESSED');
    expect(snapshot.identity.jumioDue).toBe(NOW + 500);
    expect(last(snapshot)).toMatchObject({ aliveAt: NOW + 500, claimedStatus: 'PROCESSED' });
  });

  it('is counted, so that a look under way notices it', () => {
    const first = nudged(begun(newcomer()), NOW, 'ACQUIRED');
    expect(first.identity.nudges).toBe(1);
    const looking = leased(first, NOW);
    expect(nudged(looking, NOW + 1, 'ACQUIRED').identity.nudges).toBe(2);
    expect(nudged(nudged(looking, NOW + 1, 'ACQUIRED'), NOW + 1, 'ACQUIRED').identity.nudges).toBe(3);
  });

  it('writes nothing where nothing is under way and the row holds already what it says', () => {
    const first = nudged(begun(newcomer()), NOW, 'ACQUIRED');
    expect(nudge(first, { verificationId: last(first).id, claimed: 'ACQUIRED' }, NOW + 1)).toBeUndefined();
    expect(nudge(first, { verificationId: last(first).id, claimed: 'PROCESSED' }, NOW + 1)).toBeDefined();
  });

  it('has nothing to look at before Jumio has made the execution', () => {
    const snapshot = asked(newcomer());
    expect(nudge(snapshot, { verificationId: last(snapshot).id, claimed: 'PROCESSED' }, NOW)).toBeUndefined();
  });

  it('keeps the first sign of life', () => {
    const snapshot = nudged(nudged(begun(newcomer()), NOW + 1), NOW + 2);
    expect(last(snapshot).aliveAt).toBe(NOW + 1);
  });

  it('never delays a look that is due sooner', () => {
    const looked = readWord(leased(nudged(begun(newcomer()), NOW), NOW), 'PROCESSED', NOW).snapshot;
    expect(last(looked).readDue).toBe(NOW);
    expect(last(nudged(looked, NOW + 1)).readDue).toBe(NOW);
  });

  it('has no other effect when it comes twice', () => {
    const word = fc.constantFrom('ACQUISITION_STARTED', 'ACQUIRED', 'PROCESSED', 'TOKEN_EXPIRED', 'PAUSED', undefined);
    const histories = fc.array(fc.tuple(word, fc.nat({ max: 30_000 })), { maxLength: 6 });
    fc.assert(
      fc.property(histories, word, fc.nat({ max: 60_000 }), (before, again, later) => {
        let snapshot = begun(newcomer());
        let at = NOW;
        for (const [claim, gap] of before) {
          at += gap;
          snapshot = nudged(snapshot, at, claim);
          if ((last(snapshot).readDue ?? 0) <= at) snapshot = readWord(leased(snapshot, at), 'ACQUIRED', at).snapshot;
        }
        const once = nudged(snapshot, at + later, again);
        const twice = nudged(once, at + later, again);
        expect(twice.verifications).toStrictEqual(once.verifications);
        expect({ ...twice.identity, nudges: 0 }).toStrictEqual({ ...once.identity, nudges: 0 });
      }),
    );
  });

  it('is an event once for each claimed status', () => {
    const first = begun(newcomer());
    const { events } = nudge(first, { verificationId: last(first).id, claimed: 'ACQUIRED' }, NOW) ?? {};
    expect(events).toStrictEqual([
      {
        kind: 'callback',
        verificationId: last(first).id,
        detail: { claimed: 'ACQUIRED' },
        once: `callback:${last(first).id}:ACQUIRED`,
      },
    ]);
    const again = leased(nudged(first, NOW, 'ACQUIRED'), NOW);
    expect(nudge(again, { verificationId: last(first).id, claimed: 'ACQUIRED' }, NOW)?.events).toEqual([]);
    expect(nudge(again, { verificationId: last(first).id }, NOW)?.events).toEqual([]);
  });

  it('keeps 64 characters of an odd status', () => {
    const snapshot = nudged(begun(newcomer()), NOW, 'X'.repeat(100));
    expect(last(snapshot).claimedStatus).toBe('X'.repeat(64));
  });

  it('leaves what is owed to Kratos as it is', () => {
    const first = begun(newcomer());
    const { kratosDue, version } = first.identity;
    expect(nudged(first, NOW + 1, 'PROCESSED').identity).toMatchObject({ kratosDue, version });
  });
});

describe('a nudge of a settled verification', () => {
  const settled = read(leased(nudged(begun(newcomer()), NOW, 'PROCESSED'), NOW), PASSED, NOW).snapshot;

  it.each([
    ['decided', settled, 'PROCESSED'],
    ['decided, and another status is claimed', settled, 'SESSION_EXPIRED'],
    ['decided, and a person looks in', settled, undefined],
    ['expired', readWord(leased(nudged(begun(newcomer()), NOW), NOW), 'TOKEN_EXPIRED', NOW).snapshot, 'TOKEN_EXPIRED'],
  ])('is postponed to the full hour after the last look, not dropped (%s)', (_name, snapshot, word) => {
    expect(last(snapshot).readDue).toBeNull();
    expect(nudged(snapshot, NOW + 60_000, word).identity.jumioDue).toBe(NOW + HOUR);
    expect(nudged(snapshot, NOW + 2 * HOUR, word).identity.jumioDue).toBe(NOW + 2 * HOUR);
  });

  it('looks at once where an expired one is said to have a result', () => {
    const expired = readWord(leased(nudged(begun(newcomer()), NOW), NOW), 'TOKEN_EXPIRED', NOW).snapshot;
    expect(nudged(expired, NOW + 60_000, 'PROCESSED').identity.jumioDue).toBe(NOW + 60_000);
  });
});

describe('a nudge during a look', () => {
  const first = leased(nudged(begun(newcomer()), NOW), NOW);
  const look = lookAt(first, last(first), NOW + 200);

  it('is not lost: the look’s own plan does not put it off', () => {
    const during = nudged(first, NOW + 100, 'PROCESSED');
    expect(last(onStatus(during, look, statusOf('ACQUIRED')).snapshot).readDue).toBe(NOW + 100);
    expect(onDetails(during, look, detailsOf(last(during), PASSED)).snapshot.identity.jumioDue).toBe(NOW + 100);
    const failed = onReadFailed(during, look, { upstream: 'jumio', operation: 'details', failure: 'timeout' });
    expect(failed.snapshot.identity.jumioDue).toBe(NOW + 100);
  });

  it('leaves the plan of an undisturbed look alone', () => {
    expect(last(onStatus(first, look, statusOf('ACQUIRED')).snapshot).readDue).toBe(NOW + 200 + 40_000);
  });
});
