import { describe, expect, it } from 'vitest';
import { announce, announceCurrent } from '../../../webhook/events/message.ts';
import { EVENT_TYPES, type EventBody } from '../../../webhook/events/model.ts';
import type { IdentityRecord } from '../../../webhook/model.ts';
import { erase, override } from '../../../webhook/verification/operator/actions.ts';
import { onReadBack } from '../../../webhook/verification/publication/state.ts';
import { applied } from '../../support/builders/applied.ts';
import {
  afterPublish,
  HOUR,
  IDENTITY,
  last,
  NOW,
  newRecord,
  readDetailsAs,
  readStatusAs,
  verificationId,
  withAttempt,
  withReadRequested,
  withRequest,
} from '../../support/builders/history.ts';
import type { Cell } from '../../support/decision-table/cells.ts';
import { EVENTS } from '../../support/decision-table/events.ts';
import { BLURRED, MANIPULATED, PASSED } from '../../support/decision-table/rows.ts';
import { cells, cellsBreaking, deciding } from '../../support/decision-table/rules.ts';
import { eventBody } from '../../support/openapi/events.ts';

/** Parsed by the description of docs/schemas/openapi.json. */
const bodyOf = (text: string | undefined): EventBody | undefined =>
  text === undefined ? undefined : eventBody.parse(JSON.parse(text));

const told = (before: IdentityRecord | undefined, after: IdentityRecord) => bodyOf(announce(before, after, NOW)?.body);

/** What an application knows of a person from the published copy, and the reason of a rejection that it may know. */
function known({ identity }: IdentityRecord): string {
  const copy = identity.content === null ? undefined : JSON.parse(identity.content).public;
  const { status = identity.inherited ?? 'none', source, level, verification_id: id } = copy ?? {};
  return JSON.stringify([
    status,
    source ?? null,
    level ?? null,
    id ?? null,
    identity.reason === 'other' ? null : identity.reason,
  ]);
}

describe('signed events in every cell of the decision table', () => {
  it('there is an event exactly where what an application knows has changed', () => {
    const exact = ({ before, after }: Cell): boolean =>
      (told(before, after) !== undefined) === (known(before) !== known(after));
    expect(cellsBreaking(exact)).toEqual([]);
  });

  it('an event has the new status, the one before, and the next version as its sequence', () => {
    const right = ({ before, after }: Cell): boolean => {
      const event = told(before, after);
      if (event === undefined) return true;
      const { status, previous_status: previous, sequence, identity_id: id } = event.data;
      return (
        event.type === `verification.${after.identity.status}` &&
        status === after.identity.status &&
        previous === before.identity.status &&
        sequence === after.identity.version &&
        sequence > before.identity.version &&
        id === IDENTITY
      );
    };
    expect(cells.filter(({ before, after }) => told(before, after) !== undefined).length).toBeGreaterThan(100);
    expect(cellsBreaking(right)).toEqual([]);
  });

  it('a decision that is read again is no event', async () => {
    const again = await Promise.all(
      deciding.map(async ({ after, event }) => told(after, (await EVENTS[event](after))?.change?.record ?? after)),
    );
    expect(cellsBreaking((cell) => again[deciding.indexOf(cell)] === undefined, deciding)).toEqual([]);
  });
});

describe('what is no change', () => {
  const approved = readDetailsAs(withAttempt(newRecord(NOW - HOUR), NOW - HOUR), PASSED).record;

  const NOTHING: readonly [string, IdentityRecord, IdentityRecord][] = [
    ['a callback', approved, withReadRequested(approved, NOW, 'PROCESSED')],
    ['a confirmed publication', approved, afterPublish(approved)],
    [
      'a copy that differs and is healed',
      afterPublish(approved),
      applied(onReadBack(afterPublish(approved), null, NOW), NOW).record,
    ],
    ['a further attempt beside a decision', approved, withRequest(approved)],
    ['a first sight of an inherited status', newRecord(NOW, 'approved'), newRecord(NOW, 'approved')],
  ];

  it.each(NOTHING)('%s', (_what, before, after) => {
    expect(told(before, after)).toBeUndefined();
  });

  it('an identity that is inserted with an inherited status', () => {
    expect(told(undefined, newRecord(NOW, 'rejected'))).toBeUndefined();
  });
});

describe('the body', () => {
  const started = withAttempt(newRecord(NOW - HOUR), NOW - HOUR);

  it('of a rejection has the reason that the person can act on, and no other', () => {
    const blurred = readDetailsAs(started, { ...BLURRED, completedAt: NOW - 2_000 }).record;
    expect(told(started, blurred)).toEqual({
      type: 'verification.rejected',
      timestamp: new Date(NOW).toISOString(),
      data: {
        identity_id: IDENTITY,
        status: 'rejected',
        previous_status: 'pending',
        source: 'jumio',
        level: null,
        reason: 'unreadable',
        verification_id: last(started).id,
        sequence: blurred.identity.version,
        decided_at: new Date(NOW - 2_000).toISOString(),
      },
    });
    expect(told(started, readDetailsAs(started, MANIPULATED).record)?.data.reason).toBeNull();
  });

  it('of a first attempt says that there was no status before', () => {
    const requested = withRequest(newRecord());
    expect(told(undefined, requested)).toMatchObject({
      type: 'verification.pending',
      data: { previous_status: 'none', source: 'jumio', decided_at: null },
    });
    expect(told(requested, readStatusAs(withAttempt(newRecord()), 'ACQUISITION_STARTED').record)?.type).toBe(
      'verification.processing',
    );
  });

  it('of an override has the operator as its source, and no verification of Jumio', () => {
    const act = { verdict: 'PASSED', reason: 'seen', by: 'ann' } as const;
    const overridden = applied(override(started, act, verificationId(9), NOW), NOW).record;
    expect(told(started, overridden)?.data).toMatchObject({
      status: 'approved',
      source: 'operator',
      verification_id: null,
    });
  });

  it('of an erasure has nothing but that, and there is one', () => {
    const approved = readDetailsAs(started, PASSED).record;
    const erased = applied(erase(approved, 'ann', NOW), NOW).record;
    const nothing = { previous_status: null, source: null, level: null, reason: null, verification_id: null };
    expect(told(approved, erased)).toEqual({
      type: 'verification.erased',
      timestamp: new Date(NOW).toISOString(),
      data: {
        identity_id: IDENTITY,
        status: 'erased',
        ...nothing,
        sequence: erased.identity.version,
        decided_at: null,
      },
    });
    expect(told(erased, applied(erase(erased, 'ann', NOW), NOW).record)).toBeUndefined();
  });

  it('of a replay without a kept event is the state as it is, and there is none of a person without one', () => {
    const inherited = announceCurrent(newRecord(NOW, 'approved'), NOW, undefined);
    expect(bodyOf(inherited?.body)).toMatchObject({
      type: 'verification.approved',
      data: { previous_status: null, sequence: 0 },
    });
    expect(announceCurrent(newRecord(), NOW, undefined)).toBeUndefined();
    // What was told so is not told again, whatever its number; anything else is.
    expect(announceCurrent(newRecord(NOW, 'approved'), NOW + 5, inherited?.body)).toBeUndefined();
    expect(announceCurrent(newRecord(NOW, 'rejected'), NOW, inherited?.body)?.type).toBe('verification.rejected');
  });

  it('has only the types of the list', () => {
    const types = new Set(cells.flatMap(({ before, after }) => told(before, after)?.type ?? []));
    expect([...types].filter((type) => !EVENT_TYPES.some((one) => one === type))).toEqual([]);
    expect(types.size).toBe(EVENT_TYPES.length - 1);
  });
});
