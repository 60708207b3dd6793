import { describe, expect, it } from 'vitest';
import { standingOf, statusOf } from '../../../webhook/verification/record/standing.ts';
import type { Cell } from '../../support/decision-table/cells.ts';
import { EVENTS, target } from '../../support/decision-table/events.ts';
import { breaking, cells, counts, deciding, undecided } from '../../support/decision-table/rules.ts';

/** What must hold in every cell of the table, whatever the table says (docs/design.md#invariants). */

describe('what counts', () => {
  it('has a cell for every event', () => {
    const missing = Object.keys(EVENTS).filter((name) => !cells.some(({ event }) => event === name));
    expect(missing).toEqual([]);
  });

  it('changes by nothing but a decision of Jumio’s on an execution of ours', () => {
    expect(breaking(({ before, after }) => counts(after) === counts(before), undecided)).toEqual([]);
  });

  it('is never weakened from rejected by anything but a pass or a warning', () => {
    const rejected = cells.filter(({ before, event }) => {
      const isMilder = event.startsWith('details: PASSED') || event === 'details: WARNING';
      return standingOf(before)?.status === 'rejected' && !isMilder;
    });
    expect(breaking(({ after }) => statusOf(after) === 'rejected', rejected)).toEqual([]);
  });

  it('stays approved when a further attempt expires, vanishes or is given up', () => {
    const approved = undecided.filter(({ before }) => standingOf(before)?.status === 'approved');
    expect(breaking(({ after }) => statusOf(after) === 'approved', approved)).toEqual([]);
  });

  it('stays rejected by the operator, whatever Jumio says afterwards', () => {
    const theirs = cells.filter(({ standing }) => standing === 'rejected by the operator');
    expect(breaking(({ after }) => standingOf(after)?.by?.source === 'operator', theirs)).toEqual([]);
  });

  it('is the decision that was completed last, of equal ones the later started', () => {
    const greatest = ({ standing, after }: Cell): boolean => {
      if (standing === 'rejected by the operator') return true;
      const decided = after.verifications.filter(({ decision }) => decision !== null);
      const [first] = decided.sort((a, b) => (b.completedAt ?? 0) - (a.completedAt ?? 0) || b.attempt - a.attempt);
      return standingOf(after)?.by?.id === first?.id;
    };
    expect(breaking(greatest, deciding)).toEqual([]);
  });

  it('is kept in columns that agree with what is computed', () => {
    const agrees = ({ after: { identity, verifications } }: Cell): boolean =>
      identity.standing === (standingOf({ identity, verifications })?.status ?? null) &&
      identity.status === statusOf({ identity, verifications });
    expect(
      breaking(
        agrees,
        cells.filter(({ before, after }) => before !== after),
      ),
    ).toEqual([]);
  });

  it('says processing, pending or expired only where nothing was ever decided', () => {
    const undecidedWord = ({ after }: Cell): boolean =>
      standingOf(after) === null || ['approved', 'review', 'rejected'].includes(statusOf(after));
    expect(breaking(undecidedWord)).toEqual([]);
  });
});

describe('a debt', () => {
  it('to Kratos is due while the published version is behind', () => {
    const behind = cells.filter(({ after: { identity } }) => identity.published < identity.version);
    expect(breaking(({ after }) => after.identity.kratosDue !== null, behind)).toEqual([]);
  });

  it('grows by a version exactly when the content changed', () => {
    const exact = ({ before, after }: Cell): boolean =>
      (before.identity.content === after.identity.content) === (before.identity.version === after.identity.version);
    expect(breaking(exact)).toEqual([]);
  });

  it('of Jumio’s is due when the first of the verifications is', () => {
    const first = ({ after: { identity, verifications } }: Cell): boolean => {
      const dues = verifications.flatMap(({ readDue }) => (readDue === null ? [] : [readDue]));
      return identity.jumioDue === (dues.length === 0 ? null : Math.min(...dues));
    };
    expect(breaking(first)).toEqual([]);
  });

  it('is not counted twice: a decision that is read again changes nothing and is no event', () => {
    const again = async ({ after, event, at }: Cell): Promise<boolean> => {
      const row = target(after);
      if (row?.decision === null) return true;
      const { change } = (await EVENTS[event](after)) ?? {};
      const repeated = change?.record ?? after;
      const isSame = repeated.identity.content === after.identity.content && counts(repeated) === counts(after);
      return isSame && at > 0 && (change?.events ?? []).length === 0;
    };
    return Promise.all(deciding.map(again)).then((results) => {
      expect(breaking((cell) => results[deciding.indexOf(cell)] === true, deciding)).toEqual([]);
    });
  });
});
