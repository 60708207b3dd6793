import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { Ledger } from '../../../../webhook/ledger/ledger.ts';
import type { Change, IdentityRecord, LedgerEvent } from '../../../../webhook/model.ts';
import {
  newIdentity,
  newVerification,
  updateIdentity,
  updateVerification,
} from '../../../../webhook/verification/record/record.ts';
import { NOW } from '../world.ts';

const HOUR = 3_600_000;

const DAY = 24 * HOUR;

/** Less than the day by which events may come late. */
const LATEST_HOURS = 20;

const verdict = fc.constantFrom('PASSED' as const, 'WARNING' as const, 'FAILED' as const);

/** What an event says that is counted; of a late one the time is that of a clock that was behind. */
const said = fc.oneof(
  fc.record({ kind: fc.constantFrom('consent', 'consent', 'declined', 'started', 'undecided', 'published') }),
  fc.record({
    kind: fc.constant('decided'),
    detail: fc.record({ verdict, previous: fc.option(verdict, { nil: null }) }),
  }),
  fc.record({ kind: fc.constant('overridden'), detail: fc.record({ verdict }) }),
  fc.record({
    kind: fc.constantFrom('blocked', 'would_block'),
    detail: fc.record(
      { name: fc.constantFrom('a rule', '__proto__'), rule: fc.nat(2), status: fc.constantFrom('unknown', 'none') },
      { requiredKeys: [] },
    ),
  }),
);

const facts = fc.record({
  jumioStatus: fc.constantFrom(null, 'INITIATED', 'ACQUISITION_STARTED', 'ACQUIRED', 'PROCESSED', 'TOKEN_EXPIRED'),
  decision: fc.option(fc.constantFrom('PASSED' as const, 'PASSED' as const, 'FAILED' as const), { nil: null }),
  state: fc.constantFrom('decided' as const, 'expired' as const),
  reason: fc.constantFrom(null, 'unreadable' as const, 'other' as const),
  completedAfter: fc.option(fc.integer({ min: -5_000, max: 5_000 }), { nil: null }),
});

const who = fc.nat(2);

/** What can happen to a ledger. */
export const happening = fc.oneof(
  { weight: 6, arbitrary: fc.record({ what: fc.constant('wait' as const), hours: fc.constantFrom(1, 4, 9, 26, 50) }) },
  {
    weight: 3,
    arbitrary: fc.record({ what: fc.constant('sign-up' as const), madeBefore: fc.constantFrom(null, 0, 2) }),
  },
  { weight: 8, arbitrary: fc.record({ what: fc.constant('event' as const), who, said, late: fc.nat(LATEST_HOURS) }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constant('attempt' as const), who, facts }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constant('read' as const), who, which: fc.nat(2), facts }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constant('schema' as const), who, schema: fc.constantFrom('a', 'b') }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('made-known' as const), who, days: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('erase' as const), who }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constant('count' as const) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('count-killed' as const), after: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('count-stopped' as const), after: fc.nat(4) }) },
);

/** One thing that can happen. */
export type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

/** A history of a ledger. */
export interface History {
  readonly now: () => number;
  happen(happened: Happening): Promise<void>;
  /** Counts with something that happens in between each two slices. */
  countMeanwhile(happened: readonly Happening[]): Promise<void>;
}

type Facts = typeof facts extends fc.Arbitrary<infer T> ? T : never;

function columnsOf({ completedAfter, ...columns }: Facts, requestedAt: number) {
  return { ...columns, completedAt: completedAfter === null ? null : requestedAt + completedAfter };
}

/** Begins a history. @param replicas the connections that count, in turn */
export function beginHistory(ledger: Ledger, replicas: readonly Ledger[]): History {
  const people: string[] = [];
  let now = NOW;
  let turn = 0;
  const change = async (person: number, edit: (record: IdentityRecord) => Change, at = now): Promise<void> => {
    const id = people[person % Math.max(people.length, 1)];
    if (id !== undefined) await ledger.change(id, at, (found) => found && edit(found));
  };

  const count = async (pause: () => Promise<void>): Promise<void> => {
    turn += 1;
    const replica = replicas[turn % replicas.length] ?? ledger;
    while (await replica.reports.countDays(now, pause));
  };

  /** Rejects, or never comes back, after so many slices. */
  const endingAfter = (slices: number, end: () => Promise<void>) => {
    let left = slices;
    return async (): Promise<void> => {
      left -= 1;
      if (left < 0) await end();
    };
  };

  async function happen(happened: Happening): Promise<void> {
    now += 1_000;
    switch (happened.what) {
      case 'wait':
        now += happened.hours * HOUR;
        return;
      case 'sign-up': {
        const { madeBefore } = happened;
        const kratosCreatedAt = madeBefore === null ? undefined : now - madeBefore * DAY;
        const record = newIdentity({ id: randomUUID(), kratosCreatedAt }, now);
        people.push(record.identity.id);
        await ledger.change(record.identity.id, now, () => ({ record }));
        return;
      }
      case 'event': {
        const at = now - happened.late * HOUR;
        return change(
          happened.who,
          (record) => {
            const event: LedgerEvent = happened.said;
            const verificationId = record.verifications.at(-1)?.id;
            return { record, events: [verificationId === undefined ? event : { ...event, verificationId }] };
          },
          at,
        );
      }
      case 'attempt':
        return change(happened.who, (record) => {
          const row = { ...newVerification(record, randomUUID(), now), ...columnsOf(happened.facts, now) };
          return { record: { ...record, verifications: [...record.verifications, { ...row, readDue: null }] } };
        });
      case 'read':
        return change(happened.who, (record) => {
          const row = record.verifications[happened.which];
          if (row === undefined) return { record };
          return { record: updateVerification(record, row.id, columnsOf(happened.facts, row.requestedAt)) };
        });
      case 'schema':
        return change(happened.who, (record) => ({ record: updateIdentity(record, { schemaId: happened.schema }) }));
      case 'made-known':
        return change(happened.who, (record) => ({
          record: updateIdentity(record, { kratosCreatedAt: now - happened.days * DAY }),
        }));
      case 'erase':
        return change(happened.who, (record) => {
          return { record: updateIdentity(record, { erasedAt: now }), events: [{ kind: 'erased' }] };
        });
      case 'count':
        return count(async () => undefined);
      case 'count-stopped':
        return count(endingAfter(happened.after, () => Promise.reject(new Error('stopped')))).catch(
          (error: unknown) => {
            if (!(error instanceof Error && error.message === 'stopped')) throw error;
          },
        );
      case 'count-killed': {
        const killed = new Promise<void>((resolve) => {
          const counting = count(
            endingAfter(happened.after, () => {
              resolve();
              return new Promise(() => undefined);
            }),
          );
          void counting.then(resolve);
        });
        return killed;
      }
    }
  }

  return {
    now: () => now,
    happen,
    countMeanwhile: async (meanwhile) => {
      const left = [...meanwhile];
      await count(async () => {
        const next = left.shift();
        if (next !== undefined) await happen(next);
      });
      for (const next of left) await happen(next);
    },
  };
}
