import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { NewAttempt } from '../../../../webhook/ledger/transactions/transaction-ledger.ts';
import { stateAsOf } from '../../../../webhook/transactions/states.ts';
import type { Database } from '../../../support/service/databases.ts';
import { MINUTE, NOW, openOn } from '../world.ts';
import { approval, BLOCK_MS, CLIENT, consumption, HASH, newAttempt, newTransaction } from './world.ts';

const happens = <const Kind extends string>(weight: number, kind: Kind) => {
  return { weight, arbitrary: fc.record({ kind: fc.constant(kind) }) };
};

/** What can happen to one transaction, so often that every state is reached. */
const event = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: fc.integer({ min: 0, max: 6 }) }) },
  happens(6, 'begin'),
  happens(3, 'right'),
  happens(14, 'wrong'),
  happens(2, 'unjudged'),
  happens(1, 'decline'),
  happens(1, 'cancel'),
  happens(3, 'consume'),
  happens(1, 'consume-other'),
);

type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

/** The table of docs/payments.md#states, written anew: nothing of it is the service's. */
class Model {
  now = NOW;
  state = 'open';
  attempt: 'none' | 'started' | 'ended' = 'none';
  failures = 0;
  blockedUntil = 0;
  checks = 0;
  consumeBy = 0;
  passedInTime = 0;

  expire(): void {
    if (this.state === 'open' && this.now >= NOW + 10 * MINUTE) this.state = 'expired';
    if (this.state === 'approved' && this.now >= this.consumeBy) this.state = 'expired';
  }

  answer(kind: 'right' | 'wrong' | 'unjudged'): void {
    const isBlocked = this.blockedUntil > this.now;
    if (this.state !== 'open' || this.attempt !== 'started' || isBlocked || this.checks >= 5) return;
    if (kind === 'unjudged') {
      this.blockedUntil = 0;
      return;
    }
    this.checks += 1;
    if (kind === 'wrong') {
      this.failures = this.blockedUntil > 0 ? 1 : this.failures + 1;
      this.blockedUntil = this.failures === 5 ? this.now + BLOCK_MS : 0;
      if (this.failures === 5) [this.state, this.attempt] = ['failed', 'ended'];
      return;
    }
    [this.state, this.attempt, this.failures, this.blockedUntil] = ['approved', 'ended', 0, 0];
    this.consumeBy = this.now + 5 * MINUTE;
    this.passedInTime += 1;
  }

  apply(happened: Event): void {
    if (happened.kind === 'wait') this.now += happened.minutes * MINUTE;
    this.expire();
    if (happened.kind === 'begin') {
      const canBegin = this.state === 'open' && this.blockedUntil <= this.now;
      [this.attempt, this.checks] = [canBegin ? 'started' : 'ended', canBegin ? 0 : this.checks];
    }
    if (happened.kind === 'right' || happened.kind === 'wrong' || happened.kind === 'unjudged')
      this.answer(happened.kind);
    if (happened.kind === 'decline' && this.state === 'open') this.state = 'declined';
    if (happened.kind === 'cancel' && /^(open|approved)$/.test(this.state)) this.state = 'cancelled';
    if (happened.kind === 'consume' && this.state === 'approved') this.state = 'consumed';
  }
}

export function modelCases(database: Database): void {
  test('whatever happens in whatever order, a transaction is in the state of the table', async () => {
    const ledger = await openOn(database);
    const { transactions } = ledger;
    const reached = new Set<string>();
    let last: NewAttempt | undefined;

    /** Does to a transaction what the event says. */
    async function happen(happened: Event, now: number, open: { id: string; identityId: string }): Promise<void> {
      const judgements = {
        right: { kind: 'passed', approval: approval(now) },
        wrong: { kind: 'failed', isLast: false },
        unjudged: { kind: 'unanswered' },
      } as const;
      switch (happened.kind) {
        case 'wait':
          return;
        case 'begin':
          last = newAttempt(open);
          await transactions.begin(now, last);
          return;
        case 'decline':
          await transactions.decline(now, open);
          return;
        case 'cancel':
          await transactions.cancel(now, { id: open.id, clientId: CLIENT });
          return;
        case 'consume':
        case 'consume-other':
          await transactions.consume(now, consumption(open.id, 'key', happened.kind === 'consume' ? HASH : 'b'));
          return;
        case 'right':
        case 'wrong':
        case 'unjudged': {
          const of = { id: last?.id ?? '', identityId: open.identityId };
          const reserved = await transactions.reserve(now, of, BLOCK_MS);
          if (reserved.kind === 'reserved') await transactions.settle(now, of, judgements[happened.kind]);
        }
      }
    }

    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 20, size: 'max' }), async (events) => {
        const [model, made] = [new Model(), newTransaction()];
        last = undefined;
        await transactions.record(NOW, made);
        for (const happened of events) {
          model.apply(happened);
          await happen(happened, model.now, made);
          const stored = await transactions.find(made.id);
          expect(stored && stateAsOf(stored, model.now)).toBe(model.state);
        }
        reached.add(model.state);
        const passed = (await transactions.attemptsOf(made.id)).filter(({ state }) => state === 'passed');
        expect(passed).toHaveLength(model.passedInTime);
        if (model.state === 'consumed') expect(passed).toHaveLength(1);
        expect((await transactions.payer(made.identityId))?.failures ?? 0).toBe(model.failures);
      }),
      { numRuns: 150 },
    );
    expect([...reached].sort()).toEqual(['approved', 'cancelled', 'consumed', 'declined', 'expired', 'failed', 'open']);
  });
}
