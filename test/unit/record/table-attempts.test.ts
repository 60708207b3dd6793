import { describe, expect, it } from 'vitest';
import type { IdentityRecord } from '../../../webhook/model.ts';
import { mayStart } from '../../../webhook/verification/policy/eligibility.ts';
import { defaultPolicy } from '../../../webhook/verification/policy/parse.ts';
import { openAttempt } from '../../../webhook/verification/record/attempts.ts';
import { standingOf, statusOf, waitingOn } from '../../../webhook/verification/record/standing.ts';
import type { Cell } from '../../support/decision-table/cells.ts';
import { target } from '../../support/decision-table/events.ts';
import { cells, cellsBreaking, sameVerification } from '../../support/decision-table/rules.ts';

/** Rules about attempts that hold in every cell of the decision table (docs/design.md#who-may-start-again). */

describe('attempts in every cell of the decision table', () => {
  it('at most one attempt is open at a time', () => {
    const open = (record: IdentityRecord): number =>
      record.verifications.filter(({ state }) => state === 'requested' || state === 'started').length;
    expect(cellsBreaking(({ after }) => open(after) <= 1)).toEqual([]);
  });

  it('an attempt is added only on request of the person, and only if permitted', () => {
    const grown = cells.filter(({ before, after }) => after.verifications.length > before.verifications.length);
    const wished = ({ before, after, event, at }: Cell): boolean => {
      const isRequested = event === 'person presses the button' || target(before)?.renewalRequested === true;
      const permission = mayStart(before, at, defaultPolicy).kind;
      const isOne = after.verifications.length === before.verifications.length + 1;
      return isRequested && isOne && (permission === 'start' || permission === 'renew');
    };
    expect(cellsBreaking(wished, grown)).toEqual([]);
    expect(new Set(grown.map(({ event }) => event)).size).toBeGreaterThan(5);
  });

  it('an attempt with captured images is never replaced', () => {
    const captured = cells.filter(({ before, after }) => {
      const words = [target(before)?.jumioStatus, sameVerification(after, target(before))?.jumioStatus];
      return target(before)?.state === 'started' && words.some((word) => word === 'ACQUIRED');
    });
    const kept = ({ before, after, event }: Cell): boolean =>
      (/EXPIRED|NOT_EXECUTED|31 days/.test(event) || sameVerification(after, target(before))?.state !== 'expired') &&
      after.verifications.length === before.verifications.length;
    const notEnded = captured.filter(({ event }) => !/EXPIRED|NOT_EXECUTED|31 days/.test(event));
    expect(cellsBreaking(kept, notEnded)).toEqual([]);
  });

  it('an attempt with a live link is never replaced', () => {
    const live = cells.filter(({ before, at }) => {
      const row = target(before);
      return row !== undefined && row.link !== null && (row.linkEndsAt ?? 0) > at;
    });
    expect(
      cellsBreaking(({ before, after }) => after.verifications.length === before.verifications.length, live),
    ).toEqual([]);
  });

  it('a started attempt is read until Jumio or thirty days end it', () => {
    const running = cells.filter(({ after }) => openAttempt(after) !== undefined);
    expect(cellsBreaking(({ after }) => openAttempt(after)?.readDue !== null, running)).toEqual([]);
    const replaced = cells.filter(({ events }) => events.some(({ kind }) => kind === 'renewed'));
    expect(
      cellsBreaking(({ before, after }) => sameVerification(after, target(before))?.readDue !== null, replaced),
    ).toEqual([]);
  });

  it('an attempt keeps its link and tokens only while they are usable', () => {
    const clean = ({ after, at }: Cell): boolean =>
      after.verifications.every(({ state, link, linkEndsAt, sdkToken, transactionToken }) => {
        const isUseful = state === 'started' && linkEndsAt !== null && linkEndsAt > at;
        return isUseful || (link === null && sdkToken === null && transactionToken === null);
      });
    expect(cellsBreaking(clean)).toEqual([]);
  });
});

describe('starting again in every cell of the decision table', () => {
  it('starting again is refused after an approval, in review, and after a final or third rejection', () => {
    const closed = cells.filter(({ after }) => {
      const standing = standingOf(after);
      const failed = after.verifications.filter(({ decision }) => decision === 'FAILED').length;
      const { by = null } = standing ?? {};
      const isMendable = by !== null && by.reason !== null && by.reason !== 'other' && failed < 3;
      const isGranted = after.identity.attemptGrantedAt !== null;
      return standing !== null && !isGranted && !(standing.status === 'rejected' && isMendable);
    });
    const refused = ({ after, at }: Cell): boolean => {
      const permission = mayStart(after, at, defaultPolicy);
      return permission.kind === 'no' && permission.why === statusOf(after);
    };
    expect(cellsBreaking(refused, closed)).toEqual([]);
  });

  it('starting again is allowed in all other cells without an open attempt', () => {
    const free = cells.filter(({ after }) => {
      const standing = standingOf(after);
      const mayMend = standing?.status === 'rejected' && (standing.by?.reason ?? 'other') !== 'other';
      const failed = after.verifications.filter(({ decision }) => decision === 'FAILED').length;
      const isFree = standing === null || (mayMend && failed < 3) || after.identity.attemptGrantedAt !== null;
      return isFree && openAttempt(after) === undefined;
    });
    expect(cellsBreaking(({ after, at }) => mayStart(after, at, defaultPolicy).kind === 'start', free)).toEqual([]);
  });

  it('renewal is allowed only for an attempt without a live link and without captured images', () => {
    const renewable = cells.filter(({ after, at }) => mayStart(after, at, defaultPolicy).kind === 'renew');
    const isSpent = ({ after, at }: Cell): boolean => {
      const row = openAttempt(after);
      const isDead = row?.link === null || (row?.linkEndsAt ?? 0) <= at;
      return row?.state === 'started' && isDead && row.jumioStatus !== 'ACQUIRED' && row.jumioStatus !== 'PROCESSED';
    };
    expect(cellsBreaking(isSpent, renewable)).toEqual([]);
  });

  it('starting or continuing is possible in every cell that waits on the person', () => {
    const waited = cells.filter(({ after }) => waitingOn(after) === 'person');
    expect(cellsBreaking(({ after, at }) => mayStart(after, at, defaultPolicy).kind !== 'no', waited)).toEqual([]);
  });
});
