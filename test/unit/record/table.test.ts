import { describe, expect, it } from 'vitest';
import { standingOf, statusOf } from '../../../webhook/verification/record/standing.ts';
import type { Cell } from '../../support/decision-table/cells.ts';
import { EVENTS, target } from '../../support/decision-table/events.ts';
import { cells, cellsBreaking, deciding, describeStanding, undecided } from '../../support/decision-table/rules.ts';

/** Rules that hold in every cell of the decision table (docs/design.md#invariants). */

describe('the standing in every cell of the decision table', () => {
  it('the decision table has a cell for every event', () => {
    const missing = Object.keys(EVENTS).filter((name) => !cells.some(({ event }) => event === name));
    expect(missing).toEqual([]);
  });

  it('the standing changes only by a decision of Jumio on an execution of ours', () => {
    expect(
      cellsBreaking(({ before, after }) => describeStanding(after) === describeStanding(before), undecided),
    ).toEqual([]);
  });

  it('a rejected standing is lifted only by PASSED or WARNING', () => {
    const rejected = cells.filter(({ before, event }) => {
      const isMilder = event.startsWith('details: PASSED') || event === 'details: WARNING';
      return standingOf(before)?.status === 'rejected' && !isMilder;
    });
    expect(cellsBreaking(({ after }) => statusOf(after) === 'rejected', rejected)).toEqual([]);
  });

  it('an approved standing stays when a further attempt expires, is lost or is given up', () => {
    const approved = undecided.filter(({ before }) => standingOf(before)?.status === 'approved');
    expect(cellsBreaking(({ after }) => statusOf(after) === 'approved', approved)).toEqual([]);
  });

  it('a rejection by the operator stays after any verdict of Jumio', () => {
    const theirs = cells.filter(({ standing }) => standing === 'rejected by the operator');
    expect(cellsBreaking(({ after }) => standingOf(after)?.by?.source === 'operator', theirs)).toEqual([]);
  });

  it('the standing is the decision completed last, and of equal times that of the later attempt', () => {
    const greatest = ({ standing, after }: Cell): boolean => {
      if (standing === 'rejected by the operator') return true;
      const decided = after.verifications.filter(({ decision }) => decision !== null);
      const [first] = decided.sort((a, b) => (b.completedAt ?? 0) - (a.completedAt ?? 0) || b.attempt - a.attempt);
      return standingOf(after)?.by?.id === first?.id;
    };
    expect(cellsBreaking(greatest, deciding)).toEqual([]);
  });

  it('the columns standing and status agree with the computed values', () => {
    const agrees = ({ after: { identity, verifications } }: Cell): boolean =>
      identity.standing === (standingOf({ identity, verifications })?.status ?? null) &&
      identity.status === statusOf({ identity, verifications });
    expect(
      cellsBreaking(
        agrees,
        cells.filter(({ before, after }) => before !== after),
      ),
    ).toEqual([]);
  });

  it('the status is processing, pending or expired only without any decision', () => {
    const undecidedWord = ({ after }: Cell): boolean =>
      standingOf(after) === null || ['approved', 'review', 'rejected'].includes(statusOf(after));
    expect(cellsBreaking(undecidedWord)).toEqual([]);
  });
});

describe('due times and versions in every cell of the decision table', () => {
  it('an identity with an unpublished version is due for publishing', () => {
    const behind = cells.filter(({ after: { identity } }) => identity.published < identity.version);
    expect(cellsBreaking(({ after }) => after.identity.kratosDue !== null, behind)).toEqual([]);
  });

  it('the version rises exactly when the content or the reason of a rejection changes', () => {
    const exact = ({ before: { identity: before }, after: { identity: after } }: Cell): boolean =>
      (before.content === after.content && (before.reason === after.reason || after.content === null)) ===
      (before.version === after.version);
    expect(cellsBreaking(exact)).toEqual([]);
  });

  it('an identity is due at Jumio when the first of its verifications is', () => {
    const first = ({ after: { identity, verifications } }: Cell): boolean => {
      const dues = verifications.flatMap(({ readDue }) => (readDue === null ? [] : [readDue]));
      return identity.jumioDue === (dues.length === 0 ? null : Math.min(...dues));
    };
    expect(cellsBreaking(first)).toEqual([]);
  });

  it('a decision that is read again changes nothing and is no event', () => {
    const again = async ({ after, event, at }: Cell): Promise<boolean> => {
      const row = target(after);
      if (row?.decision === null) return true;
      const { change } = (await EVENTS[event](after)) ?? {};
      const repeated = change?.record ?? after;
      const isSame =
        repeated.identity.content === after.identity.content && describeStanding(repeated) === describeStanding(after);
      return isSame && at > 0 && (change?.events ?? []).length === 0;
    };
    return Promise.all(deciding.map(again)).then((results) => {
      expect(cellsBreaking((cell) => results[deciding.indexOf(cell)] === true, deciding)).toEqual([]);
    });
  });
});
