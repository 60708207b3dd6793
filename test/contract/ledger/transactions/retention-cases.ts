import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Ledger } from '../../../../webhook/ledger/ledger.ts';
import type { Database } from '../../../support/service/databases.ts';
import { MINUTE, NOW, openOn } from '../world.ts';
import { approve, begin, consumption, EXPIRES_AT, HASH, kindsOf, record } from './world.ts';

const CLEARED = { details: null, redirectUri: null, detailsHash: HASH };

const KEPT = { details: '{}', redirectUri: 'https://app.example.com/return' };

const SENT = { addressId: randomUUID(), sentAmount: '50.00 EUR', sentPayee: 'John Doe', evidence: '{}' };

const BLANK = { addressId: null, sentAmount: null, sentPayee: null, evidence: null, link: null };

/** Records a transaction, with an attempt that holds texts and evidence, and consumes it. */
async function consumed(ledger: Ledger, identityId: string = randomUUID()) {
  const open = await record(ledger, { identityId });
  const attempt = await begin(ledger, open, NOW, SENT);
  await approve(ledger, open);
  await ledger.transactions.consume(NOW, consumption(open.id));
  return { open, attempt };
}

/** Rules for what is forgotten of transactions. */
export function retentionCases(database: Database): void {
  test('after the retention amount, payee, address, texts and evidence go; hash, ids and times stay', async () => {
    const ledger = await openOn(database);
    const { transactions } = ledger;
    const { open, attempt } = await consumed(ledger);
    expect(await transactions.clearEnded({ consumed: true, from: 0, before: NOW })).toBe(false);
    expect(await transactions.find(open.id)).toMatchObject(KEPT);
    await transactions.clearEnded({ consumed: false, from: 0, before: NOW + MINUTE });
    expect(await transactions.find(open.id)).toMatchObject(KEPT);
    await transactions.clearEnded({ consumed: true, from: 0, before: NOW + 1 });
    const after = await transactions.find(open.id);
    expect(after).toMatchObject({ ...CLEARED, state: 'consumed', jti: expect.any(String), consumedAt: NOW });
    expect(await transactions.attempt(attempt.id)).toMatchObject({ ...BLANK, factor: 'sms', startedAt: NOW });
  });

  test('one that ended otherwise goes by its own time, also where nobody read it since it expired', async () => {
    const ledger = await openOn(database);
    const { transactions } = ledger;
    const expired = await record(ledger);
    const approved = await record(ledger);
    await approve(ledger, approved);
    const { open: paid } = await consumed(ledger);
    await transactions.clearEnded({ consumed: false, from: 0, before: EXPIRES_AT });
    expect(await transactions.find(expired.id)).toMatchObject(KEPT);
    await transactions.clearEnded({ consumed: false, from: 0, before: EXPIRES_AT + 1 });
    expect(await transactions.find(expired.id)).toMatchObject({ ...CLEARED, state: 'expired', endedAt: EXPIRES_AT });
    expect(await transactions.find(approved.id)).toMatchObject({ ...CLEARED, state: 'expired' });
    expect(await transactions.find(paid.id)).toMatchObject(KEPT);
  });

  test('an open transaction is never cleared by time', async () => {
    const ledger = await openOn(database);
    const open = await record(ledger, { expiresAt: NOW + 60 * MINUTE });
    for (const isConsumed of [true, false])
      await ledger.transactions.clearEnded({ consumed: isConsumed, from: 0, before: NOW + 59 * MINUTE });
    expect(await ledger.transactions.find(open.id)).toMatchObject({ ...KEPT, state: 'open' });
  });

  test('at most five hundred go at once, and it says that there are more', async () => {
    const ledger = await openOn(database);
    for (let n = 0; n < 501; n += 1) {
      const open = await record(ledger);
      await ledger.transactions.decline(NOW, open);
    }
    const over = { consumed: false, from: 0, before: NOW + 1 };
    expect(await ledger.transactions.clearEnded(over)).toBe(true);
    expect(await ledger.transactions.clearEnded(over)).toBe(false);
  });

  test('an erasure clears what was not consumed, cancels what is open, and says what it keeps', async () => {
    const ledger = await openOn(database);
    const { transactions } = ledger;
    const { open: paid, attempt } = await consumed(ledger);
    const { identityId } = paid;
    const open = await record(ledger, { identityId });
    const approved = await record(ledger, { identityId });
    await approve(ledger, approved);
    const attempts = await begin(ledger, open, NOW, { ...SENT, factor: 'face' });
    const other = await record(ledger);
    expect(await transactions.previewErasure(identityId, false)).toEqual({ cleared: 2, kept: 1 });
    expect(await transactions.erasePayer(NOW, identityId, false)).toEqual({ cleared: 2, kept: 1 });
    for (const { id } of [open, approved])
      expect(await transactions.find(id)).toMatchObject({ ...CLEARED, state: 'cancelled', endedAt: NOW });
    expect(await transactions.attempt(attempts.id)).toMatchObject({ ...BLANK, state: 'abandoned' });
    expect(await transactions.find(paid.id)).toMatchObject(KEPT);
    expect(await transactions.attempt(attempt.id)).toMatchObject({ sentPayee: SENT.sentPayee });
    expect(await transactions.find(other.id)).toMatchObject(KEPT);
    expect((await kindsOf(ledger, identityId)).filter((kind) => kind === 'txn_cancelled')).toHaveLength(2);

    expect(await transactions.previewErasure(identityId, true)).toEqual({ cleared: 1, kept: 0 });
    expect(await transactions.erasePayer(NOW, identityId, true)).toEqual({ cleared: 1, kept: 0 });
    expect(await transactions.find(paid.id)).toMatchObject({ ...CLEARED, state: 'consumed' });
    expect(await transactions.erasePayer(NOW, identityId, true)).toEqual({ cleared: 0, kept: 0 });
  });
}
