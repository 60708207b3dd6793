import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Database } from '../../../support/service/databases.ts';
import { MINUTE, NOW, openOn } from '../world.ts';
import { approve, CLIENT, consumption, EXPIRES_AT, kindsOf, newTransaction, record } from './world.ts';

/** Rules for recording, consuming and ending transactions. */
export function recordCases(database: Database): void {
  test('a transaction is found as it was recorded, and its event names no part of the payment', async () => {
    const ledger = await openOn(database);
    const made = newTransaction({ details: '{"amount":"50.00"}', reference: 'order-1', hintJti: 'hint-1' });
    await ledger.transactions.record(NOW, made);
    const found = await ledger.transactions.find(made.id);
    expect(found).toMatchObject({ ...made, state: 'open', createdAt: NOW, approvedAt: null, jti: null });
    expect(await ledger.transactions.findByHint(CLIENT, 'hint-1')).toEqual(found);
    expect(await ledger.transactions.findByHint('other', 'hint-1')).toBeUndefined();
    expect(await ledger.events(made.identityId)).toMatchObject([
      { kind: 'txn_created', detail: { transaction: made.id, client: CLIENT } },
    ]);
  });

  test('fifty parallel records of one idempotency key make one transaction', async () => {
    const url = await database.fresh();
    const replicas = [await openOn(database, url), await openOn(database, url)] as const;
    const identityId = randomUUID();
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        replicas[n % 2 === 0 ? 0 : 1].transactions.record(NOW, newTransaction({ identityId, idempotencyKey: 'key' })),
      ),
    );
    const kinds = results.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'made')).toHaveLength(1);
    expect(kinds.filter((kind) => kind === 'found')).toHaveLength(49);
    expect(new Set(results.map((one) => 'transaction' in one && one.transaction.id)).size).toBe(1);
    expect(await kindsOf(replicas[0], identityId)).toEqual(['txn_created']);
  });

  test('one idempotency key of two clients, and of two payers, is two transactions and one', async () => {
    const ledger = await openOn(database);
    const first = await record(ledger, { idempotencyKey: 'key' });
    await record(ledger, { idempotencyKey: 'key', clientId: 'other' });
    const repeated = await ledger.transactions.record(NOW, newTransaction({ idempotencyKey: 'key' }));
    expect(repeated).toMatchObject({ kind: 'found', transaction: { id: first.id, identityId: first.identityId } });
  });

  test('a payer has at most 20 open transactions, in parallel too, and one that expires makes room', async () => {
    const url = await database.fresh();
    const replicas = [await openOn(database, url), await openOn(database, url)] as const;
    const identityId = randomUUID();
    const results = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        replicas[n % 2 === 0 ? 0 : 1].transactions.record(NOW, newTransaction({ identityId })),
      ),
    );
    expect(results.filter(({ kind }) => kind === 'made')).toHaveLength(20);
    expect(results.filter(({ kind }) => kind === 'too-many-open')).toHaveLength(10);
    await record(replicas[0], {});
    const later = newTransaction({ identityId, expiresAt: EXPIRES_AT + 10 * MINUTE });
    expect(await replicas[1].transactions.record(EXPIRES_AT - 1, later)).toEqual({ kind: 'too-many-open' });
    expect((await replicas[1].transactions.record(EXPIRES_AT, later)).kind).toBe('made');
    const [, expired] = await replicas[0].transactions.listOf(identityId, 2);
    expect(expired).toMatchObject({ state: 'expired', endedAt: EXPIRES_AT });
  });

  test('fifty parallel consumes with different keys: one gets it, the others learn that it is consumed', async () => {
    const url = await database.fresh();
    const replicas = [await openOn(database, url), await openOn(database, url)] as const;
    const open = await record(replicas[0]);
    await approve(replicas[0], open);
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, n) => {
        const consumed = replicas[n % 2 === 0 ? 0 : 1].transactions.consume(NOW, consumption(open.id, `key-${n}`));
        return consumed.then(({ isChanged, transaction }) => ({ isChanged, key: transaction?.consumeKey, n }));
      }),
    );
    const won = results.filter(({ isChanged }) => isChanged);
    expect(won).toHaveLength(1);
    expect(new Set(results.map(({ key }) => key))).toEqual(new Set([`key-${won[0]?.n}`]));
    expect((await kindsOf(replicas[1], open.identityId)).filter((kind) => kind === 'txn_consumed')).toHaveLength(1);
  });

  test('what another client, or other details, ask to consume stays approved', async () => {
    const ledger = await openOn(database);
    const open = await record(ledger);
    await approve(ledger, open);
    const foreign = await ledger.transactions.consume(NOW, { ...consumption(open.id), clientId: 'other' });
    expect(foreign).toEqual({ isChanged: false, transaction: undefined });
    const differs = await ledger.transactions.consume(NOW, consumption(open.id, 'key', 'b'.repeat(64)));
    expect(differs).toMatchObject({ isChanged: false, transaction: { state: 'approved' } });
    expect((await ledger.transactions.consume(NOW, consumption(open.id))).isChanged).toBe(true);
  });

  test('an approval is consumed until consume_by and no longer', async () => {
    const ledger = await openOn(database);
    const [one, other] = [await record(ledger), await record(ledger)];
    await approve(ledger, one);
    await approve(ledger, other);
    const end = NOW + 5 * MINUTE;
    expect((await ledger.transactions.consume(end - 1, consumption(one.id))).isChanged).toBe(true);
    expect((await ledger.transactions.consume(end, consumption(other.id))).isChanged).toBe(false);
  });

  test('of a cancellation and an approval at the same moment one happens', async () => {
    const url = await database.fresh();
    const replicas = [await openOn(database, url), await openOn(database, url)] as const;
    const ends = new Set<string>();
    for (let race = 0; race < 20; race += 1) {
      const open = await record(replicas[0]);
      await approve(replicas[0], open);
      const [consumed, cancelled] = await Promise.all([
        replicas[0].transactions.consume(NOW, consumption(open.id)),
        replicas[1].transactions.cancel(NOW, { id: open.id, clientId: CLIENT }),
      ]);
      expect(consumed.isChanged).toBe(!cancelled.isChanged);
      ends.add((await replicas[0].transactions.find(open.id))?.state ?? '');
    }
    expect([...ends].filter((state) => state !== 'consumed' && state !== 'cancelled')).toEqual([]);
  });

  test('a payer declines own open transactions only', async () => {
    const ledger = await openOn(database);
    const open = await record(ledger);
    const foreign = await ledger.transactions.decline(NOW, { id: open.id, identityId: randomUUID() });
    expect(foreign).toEqual({ isChanged: false, transaction: undefined });
    expect((await ledger.transactions.decline(NOW, open)).isChanged).toBe(true);
    const again = await ledger.transactions.decline(NOW + 1, open);
    expect(again).toMatchObject({ isChanged: false, transaction: { state: 'declined', endedAt: NOW } });
    expect(await kindsOf(ledger, open.identityId)).toEqual(['txn_created', 'txn_declined']);
  });
}
