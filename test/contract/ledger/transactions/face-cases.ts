import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Ledger } from '../../../../webhook/ledger/ledger.ts';
import type { Database } from '../../../support/service/databases.ts';
import { MINUTE, NOW, openOn } from '../world.ts';
import { approval, BLOCK_MS, begin, kindsOf, record } from './world.ts';

const LEASE_MS = 30_000;

const RATES = { account: { perSecond: 1, burst: 5 }, retrieval: { perSecond: 15, burst: 15 } };

const claims = (now = NOW, most = 16) => ({ now, leaseMs: LEASE_MS, most, rates: RATES });

/** Begins an attempt with the face that is due for creation. */
async function due(ledger: Ledger, now = NOW) {
  const open = await record(ledger, {}, now);
  const attempt = await begin(ledger, open, now, { factor: 'face', state: 'requested', due: now, evidence: '{}' });
  return { open, attempt };
}

async function claimOne(ledger: Ledger, kind: 'create' | 'read', now = NOW) {
  const claimed = (await ledger.transactions.claimAttempts(claims(now)))[kind][0];
  if (claimed === undefined) throw new Error('nothing is due');
  return claimed;
}

const facts = (now = NOW) => ({
  accountId: randomUUID(),
  executionId: randomUUID(),
  link: 'https://jumio.example',
  linkEndsAt: now + 5 * MINUTE,
  due: now + MINUTE,
});

/** Begins one whose comparison Jumio has created. */
async function started(ledger: Ledger) {
  const { open, attempt } = await due(ledger);
  const made = facts();
  expect(await ledger.transactions.faceStarted(NOW, await claimOne(ledger, 'create'), made)).toBe('started');
  return { open, attempt, executionId: made.executionId };
}

/** Rules for attempts that are compared at Jumio. */
export function faceCases(database: Database): void {
  test('of two replicas one claims an attempt, and another does once the lease has ended', async () => {
    const url = await database.fresh();
    const replicas = [await openOn(database, url), await openOn(database, url)] as const;
    const { attempt } = await due(replicas[0]);
    const both = await Promise.all(replicas.map((ledger) => ledger.transactions.claimAttempts(claims())));
    expect(both.flatMap(({ create }) => create.map(({ id }) => id))).toEqual([attempt.id]);
    expect((await replicas[1].transactions.claimAttempts(claims(NOW + LEASE_MS - 1))).create).toEqual([]);
    expect(await claimOne(replicas[1], 'create', NOW + LEASE_MS)).toMatchObject({ id: attempt.id, lease: 2 });
  });

  test('creations take tokens of the budget of verifications, and none while it is paused', async () => {
    const ledger = await openOn(database);
    for (let n = 0; n < 7; n += 1) await due(ledger);
    expect((await ledger.transactions.claimAttempts(claims())).create).toHaveLength(5);
    expect((await ledger.transactions.claimAttempts(claims(NOW + 1_000))).create).toHaveLength(1);
    await ledger.budgets.pause('account', NOW + 1_000, MINUTE);
    expect((await ledger.transactions.claimAttempts(claims(NOW + 30_000))).create).toEqual([]);
    await ledger.budgets.stop('wrong credentials', NOW + 2 * MINUTE);
    expect((await ledger.transactions.claimAttempts(claims(NOW + 20 * MINUTE))).create).toEqual([]);
  });

  test('an attempt of another factor is never claimed', async () => {
    const ledger = await openOn(database);
    await begin(ledger, await record(ledger), NOW, { state: 'requested', due: NOW });
    expect(await ledger.transactions.claimAttempts(claims())).toEqual({ create: [], read: [] });
  });

  test('a comparison that was created is read, and one whose payment has ended meanwhile gives no link', async () => {
    const ledger = await openOn(database);
    const { open, attempt } = await started(ledger);
    expect(await ledger.transactions.attempt(attempt.id)).toMatchObject({ state: 'started', due: NOW + MINUTE });
    expect(await kindsOf(ledger, open.identityId)).toEqual(['txn_created', 'txn_sent']);
    expect(await claimOne(ledger, 'read', NOW + MINUTE)).toMatchObject({ id: attempt.id });

    const other = await due(ledger);
    const claimed = await claimOne(ledger, 'create');
    await ledger.transactions.decline(NOW, other.open);
    const late = facts();
    expect(await ledger.transactions.faceStarted(NOW, claimed, late)).toBe('late');
    const { executionId } = late;
    const kept = { state: 'expired', link: null, evidence: null, executionId, due: late.due };
    expect(await ledger.transactions.attempt(other.attempt.id)).toMatchObject(kept);
  });

  test('an execution that was created by a step whose lease was lost replaces no other', async () => {
    const ledger = await openOn(database);
    const { attempt } = await due(ledger);
    const first = await claimOne(ledger, 'create');
    const second = await claimOne(ledger, 'create', NOW + LEASE_MS);
    const made = facts();
    expect(await ledger.transactions.faceStarted(NOW + LEASE_MS, second, made)).toBe('started');
    expect(await ledger.transactions.faceStarted(NOW + LEASE_MS, first, facts())).toBe('late');
    expect(await ledger.transactions.attempt(attempt.id)).toMatchObject({
      executionId: made.executionId,
      link: made.link,
    });
  });

  test('a callback makes the read due, five seconds after the last one, and one during a read is not lost', async () => {
    const ledger = await openOn(database);
    const { attempt, executionId } = await started(ledger);
    const { transactions } = ledger;
    expect(await transactions.nudgeAttempt(NOW + 1_000, { executionId, attemptId: attempt.id })).toBe(true);
    expect(await transactions.attempt(attempt.id)).toMatchObject({ due: NOW + 5_000, nudges: 1 });
    const at = NOW + 5_000;
    const claimed = await claimOne(ledger, 'read', at);
    await transactions.nudgeAttempt(at + 1_000, { executionId });
    expect(await transactions.keepAttempt(at + 2_000, claimed, { due: at + MINUTE, looks: 1 })).toBe(true);
    expect(await transactions.attempt(attempt.id)).toMatchObject({ due: at + 7_000, looks: 1, nudges: 2 });
    expect(await transactions.keepAttempt(at, { ...claimed, lease: 7 }, { due: at })).toBe(false);
  });

  test('a callback that names another attempt, or an unknown execution, is none of an attempt', async () => {
    const ledger = await openOn(database);
    const { attempt, executionId } = await started(ledger);
    expect(await ledger.transactions.nudgeAttempt(NOW, { executionId, attemptId: randomUUID() })).toBe(false);
    expect(await ledger.transactions.nudgeAttempt(NOW, { executionId: randomUUID() })).toBe(false);
    expect(await ledger.transactions.attempt(attempt.id)).toMatchObject({ nudges: 0 });
  });

  test('a result is counted and settled in one step, once', async () => {
    const ledger = await openOn(database);
    const { open, attempt, executionId } = await started(ledger);
    const { transactions } = ledger;
    const claimed = await claimOne(ledger, 'read', NOW + MINUTE);
    const passed = { kind: 'passed', approval: approval() } as const;
    expect(await transactions.settleKnown(NOW + MINUTE, attempt, passed, BLOCK_MS)).toBe('approved');
    expect(await transactions.settleKnown(NOW + MINUTE, attempt, passed, BLOCK_MS)).toBe('refused');
    expect(await transactions.attempt(attempt.id)).toMatchObject({ state: 'passed', due: null, link: null });
    expect(await transactions.keepAttempt(NOW + MINUTE, claimed, { due: NOW })).toBe(false);
    await transactions.nudgeAttempt(NOW + MINUTE, { executionId });
    expect(await transactions.attempt(attempt.id)).toMatchObject({ due: null });
    expect(await transactions.payer(open.identityId)).toMatchObject({ failures: 0, blockedUntil: null });
  });

  test('the fifth wrong face in a row blocks, also where each came late', async () => {
    const ledger = await openOn(database);
    const { transactions } = ledger;
    const identityId = randomUUID();
    for (let failure = 1; failure <= 5; failure += 1) {
      const open = await record(ledger, { identityId });
      const attempt = await begin(ledger, open, NOW, { factor: 'face', state: 'started', due: NOW });
      await transactions.decline(NOW, open);
      await transactions.late(NOW, attempt, 'failed', BLOCK_MS);
      await transactions.late(NOW, attempt, 'failed', BLOCK_MS);
      expect(await transactions.payer(identityId)).toMatchObject({ failures: failure });
      expect(await transactions.attempt(attempt.id)).toMatchObject({ state: 'failed', due: null });
    }
    expect(await transactions.payer(identityId)).toMatchObject({ blockedUntil: NOW + BLOCK_MS });
    expect((await kindsOf(ledger, identityId)).slice(-2)).toEqual(['txn_late', 'txn_blocked']);
  });
}
