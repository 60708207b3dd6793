import { expect, test } from 'vitest';
import type { Ledger } from '../../../../webhook/ledger/ledger.ts';
import type { Database } from '../../../support/service/databases.ts';
import { MINUTE, NOW, openOn } from '../world.ts';
import { approval, BLOCK_MS, begin, CLIENT, EXPIRES_AT, kindsOf, newAttempt, record } from './world.ts';

const FAILED = { kind: 'failed', isLast: false } as const;

const passed = (now = NOW) => ({ kind: 'passed', approval: approval(now) }) as const;

type Attempt = Awaited<ReturnType<typeof begin>>;

/** Reserves an answer and has it judged as wrong. */
async function failOnce(ledger: Ledger, attempt: Attempt, now = NOW) {
  await ledger.transactions.reserve(now, attempt, BLOCK_MS);
  return ledger.transactions.settle(now, attempt, FAILED);
}

/** Rules for attempts, failures and blocks. */
export function attemptCases(database: Database): void {
  test('of fifty parallel answers of two replicas at most five are judged, then the payer is blocked', async () => {
    const url = await database.fresh();
    const replicas = [await openOn(database, url), await openOn(database, url)] as const;
    const open = await record(replicas[0]);
    const attempt = await begin(replicas[0], open);
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, n) => replicas[n % 2 === 0 ? 0 : 1].transactions.reserve(NOW, attempt, BLOCK_MS)),
    );
    const reserved = results.filter(({ kind }) => kind === 'reserved');
    expect(new Set(reserved.map((one) => 'failures' in one && one.failures))).toEqual(new Set([1, 2, 3, 4, 5]));
    expect(reserved).toHaveLength(5);
    expect(results.filter((one) => 'why' in one && one.why === 'blocked')).toHaveLength(45);
    expect(await replicas[1].transactions.payer(open.identityId)).toMatchObject({
      failures: 5,
      blockedUntil: NOW + BLOCK_MS,
    });
    expect(await replicas[0].transactions.attempt(attempt.id)).toMatchObject({ checks: 5 });
  });

  test('a right answer that is given twice at the same moment approves once', async () => {
    const url = await database.fresh();
    const replicas = [await openOn(database, url), await openOn(database, url)] as const;
    const open = await record(replicas[0]);
    const attempt = await begin(replicas[0], open);
    for (const ledger of replicas) await ledger.transactions.reserve(NOW, attempt, BLOCK_MS);
    const settled = await Promise.all(replicas.map((ledger) => ledger.transactions.settle(NOW, attempt, passed())));
    expect(settled.sort()).toEqual(['approved', 'late']);
    expect(await replicas[0].transactions.payer(open.identityId)).toMatchObject({ failures: 0, blockedUntil: null });
    expect((await kindsOf(replicas[0], open.identityId)).sort()).toEqual(['txn_approved', 'txn_created', 'txn_late']);
  });

  test('the fifth failure in a row, over several transactions, fails its transaction and blocks the payer', async () => {
    const ledger = await openOn(database);
    const first = await record(ledger);
    const second = await record(ledger, { identityId: first.identityId });
    const one = await begin(ledger, first);
    for (let failure = 1; failure <= 3; failure += 1) expect(await failOnce(ledger, one)).toBe('counted');
    const other = await begin(ledger, second);
    expect(await failOnce(ledger, other)).toBe('counted');
    expect(await failOnce(ledger, other)).toBe('blocked');
    expect(await ledger.transactions.find(second.id)).toMatchObject({ state: 'failed', endedAt: NOW });
    expect(await ledger.transactions.attempt(other.id)).toMatchObject({ state: 'failed' });
    expect(await ledger.transactions.find(first.id)).toMatchObject({ state: 'open' });
    expect(await ledger.transactions.begin(NOW, newAttempt(first))).toBe('blocked');
    expect((await kindsOf(ledger, first.identityId)).slice(-2)).toEqual(['txn_failed_try', 'txn_blocked']);
  });

  test('a block is an event, once, also where the fifth wrong answer comes after its attempt was left', async () => {
    const ledger = await openOn(database);
    const open = await record(ledger);
    const first = await begin(ledger, open);
    for (let failure = 1; failure <= 4; failure += 1) await failOnce(ledger, first);
    await ledger.transactions.reserve(NOW, first, BLOCK_MS);
    await ledger.transactions.abandon(NOW, first, 'abandoned');
    expect(await ledger.transactions.settle(NOW, first, FAILED)).toBe('late');
    expect(await ledger.transactions.payer(open.identityId)).toMatchObject({ blockedUntil: NOW + BLOCK_MS });
    expect((await kindsOf(ledger, open.identityId)).slice(-2)).toEqual(['txn_late', 'txn_blocked']);
  });

  test('five wrong answers at the same moment are one event of a block', async () => {
    const ledger = await openOn(database);
    const open = await record(ledger);
    const attempt = await begin(ledger, open);
    for (let failure = 1; failure <= 5; failure += 1) await ledger.transactions.reserve(NOW, attempt, BLOCK_MS);
    for (let failure = 1; failure <= 5; failure += 1) await ledger.transactions.settle(NOW, attempt, FAILED);
    const kinds = await kindsOf(ledger, open.identityId);
    expect(kinds.filter((kind) => kind === 'txn_blocked')).toHaveLength(1);
  });

  test('a block ends by time, and the count begins anew', async () => {
    const ledger = await openOn(database);
    const open = await record(ledger, { expiresAt: NOW + 2 * BLOCK_MS });
    const attempt = await begin(ledger, open);
    for (let failure = 1; failure <= 4; failure += 1) await failOnce(ledger, attempt);
    const last = await begin(ledger, open);
    await ledger.transactions.reserve(NOW, last, BLOCK_MS);
    expect(await ledger.transactions.begin(NOW + BLOCK_MS - 1, newAttempt(open))).toBe('blocked');
    const next = await begin(ledger, open, NOW + BLOCK_MS);
    expect(await ledger.transactions.reserve(NOW + BLOCK_MS, next, BLOCK_MS)).toMatchObject({ failures: 1 });
  });

  test('an operator lifts a block once, with a name', async () => {
    const ledger = await openOn(database);
    const open = await record(ledger);
    expect(await ledger.transactions.unblock(NOW, open.identityId, 'ann')).toBe(false);
    const attempt = await begin(ledger, open);
    for (let failure = 1; failure <= 5; failure += 1) await ledger.transactions.reserve(NOW, attempt, BLOCK_MS);
    expect(await ledger.transactions.unblock(NOW, open.identityId, 'ann')).toBe(true);
    expect(await ledger.transactions.unblock(NOW, open.identityId, 'ann')).toBe(false);
    expect((await ledger.events(open.identityId)).at(-1)).toMatchObject({
      kind: 'txn_unblocked',
      detail: { by: 'ann' },
    });
    expect(typeof (await ledger.transactions.begin(NOW, newAttempt(open)))).toBe('object');
  });

  test('an answer that nobody judged is given back, the fifth with its block', async () => {
    const ledger = await openOn(database);
    const open = await record(ledger);
    const attempt = await begin(ledger, open);
    for (let failure = 1; failure <= 5; failure += 1) await ledger.transactions.reserve(NOW, attempt, BLOCK_MS);
    expect(await ledger.transactions.settle(NOW, attempt, { kind: 'unanswered' })).toBe('given-back');
    expect(await ledger.transactions.payer(open.identityId)).toMatchObject({ failures: 4, blockedUntil: null });
    expect(await ledger.transactions.attempt(attempt.id)).toMatchObject({ state: 'started', checks: 4 });
    await ledger.transactions.settle(NOW, attempt, { kind: 'unanswered', ends: 'unavailable' });
    expect(await ledger.transactions.attempt(attempt.id)).toMatchObject({ state: 'unavailable', endedAt: NOW });
    expect((await kindsOf(ledger, open.identityId)).at(-1)).toBe('txn_unavailable');
  });

  test('a process that dies after the fifth reservation leaves a block that ends by time', async () => {
    const ledger = await openOn(database);
    const open = await record(ledger);
    const attempt = await begin(ledger, open);
    for (let failure = 1; failure <= 5; failure += 1) await ledger.transactions.reserve(NOW, attempt, BLOCK_MS);
    expect(await ledger.transactions.reserve(NOW + BLOCK_MS - 1, attempt, BLOCK_MS)).toEqual({
      kind: 'refused',
      why: 'blocked',
    });
    const later = await record(ledger, { identityId: open.identityId, expiresAt: NOW + 2 * BLOCK_MS }, NOW + BLOCK_MS);
    await begin(ledger, later, NOW + BLOCK_MS);
  });

  test('a blocked payer has no answer judged, in whichever attempt, and none is counted', async () => {
    const ledger = await openOn(database);
    const open = await record(ledger);
    const first = await begin(ledger, open);
    for (let failure = 1; failure <= 4; failure += 1) await failOnce(ledger, first);
    const second = await begin(ledger, open);
    expect(await ledger.transactions.reserve(NOW, second, BLOCK_MS)).toMatchObject({ failures: 5, checks: 1 });
    const refused = { kind: 'refused', why: 'blocked' };
    expect(await ledger.transactions.reserve(NOW, second, BLOCK_MS)).toEqual(refused);
    expect(await ledger.transactions.attempt(second.id)).toMatchObject({ state: 'started', checks: 1 });
    expect(await ledger.transactions.payer(open.identityId)).toMatchObject({ failures: 5 });
  });

  test('an attempt that cannot begin leaves the open one as it is', async () => {
    const ledger = await openOn(database);
    const open = await record(ledger);
    const ended = await record(ledger, { identityId: open.identityId });
    await ledger.transactions.decline(NOW, ended);
    const attempt = await begin(ledger, open);
    expect(await ledger.transactions.begin(NOW, newAttempt(ended))).toBe('ended');
    expect(await ledger.transactions.openAttempt(open.identityId)).toMatchObject({ id: attempt.id });
    const foreign = await record(ledger);
    expect(await ledger.transactions.begin(NOW, newAttempt({ ...open, id: foreign.id }))).toBe('ended');
  });

  test('one attempt takes five answers, whoever the payer was before', async () => {
    const ledger = await openOn(database);
    const open = await record(ledger);
    const attempt = await begin(ledger, open);
    for (let answer = 1; answer <= 4; answer += 1) await failOnce(ledger, attempt);
    await ledger.transactions.reserve(NOW, attempt, BLOCK_MS);
    await ledger.transactions.unblock(NOW, open.identityId, 'ann');
    expect(await ledger.transactions.reserve(NOW, attempt, BLOCK_MS)).toEqual({ kind: 'refused', why: 'used-up' });
  });

  test('a payer has one open attempt: the next one abandons it, also of another transaction and in parallel', async () => {
    const url = await database.fresh();
    const replicas = [await openOn(database, url), await openOn(database, url)] as const;
    const first = await record(replicas[0]);
    const second = await record(replicas[0], { identityId: first.identityId });
    const begun = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        begin(replicas[n % 2 === 0 ? 0 : 1], n % 3 === 0 ? first : second, NOW, { state: 'requested' }),
      ),
    );
    const attempts = await Promise.all(begun.map(({ id }) => replicas[0].transactions.attempt(id)));
    const open = attempts.filter((one) => one?.state === 'requested');
    expect(open).toHaveLength(1);
    expect(attempts.filter((one) => one?.state === 'abandoned' && one.endedAt === NOW)).toHaveLength(19);
    expect(await replicas[1].transactions.openAttempt(first.identityId)).toEqual(open[0]);
  });

  test('a result of an abandoned attempt, and one after the end, change nothing and are events', async () => {
    const ledger = await openOn(database);
    const open = await record(ledger);
    const abandoned = await begin(ledger, open);
    await ledger.transactions.reserve(NOW, abandoned, BLOCK_MS);
    const current = await begin(ledger, open);
    expect(await ledger.transactions.settle(NOW, abandoned, passed())).toBe('late');
    expect(await ledger.transactions.attempt(abandoned.id)).toMatchObject({ state: 'abandoned' });
    await ledger.transactions.reserve(NOW, current, BLOCK_MS);
    await ledger.transactions.cancel(NOW, { id: open.id, clientId: CLIENT });
    expect(await ledger.transactions.settle(NOW, current, passed())).toBe('late');
    expect(await ledger.transactions.attempt(current.id)).toMatchObject({ state: 'passed' });
    expect(await ledger.transactions.find(open.id)).toMatchObject({ state: 'cancelled', approvedAt: null });
    expect((await kindsOf(ledger, open.identityId)).filter((kind) => kind === 'txn_late')).toHaveLength(2);
    expect(await ledger.transactions.payer(open.identityId)).toMatchObject({ failures: 0 });
  });

  test('nothing begins, starts, is judged or passes once the transaction has expired', async () => {
    const ledger = await openOn(database);
    const open = await record(ledger);
    const requested = await begin(ledger, open, NOW, { state: 'requested' });
    expect(await ledger.transactions.started(EXPIRES_AT, requested, { sid: 'VE1' })).toBe(false);
    const attempt = await begin(ledger, open);
    const ended = { kind: 'refused', why: 'ended' };
    expect(await ledger.transactions.reserve(EXPIRES_AT, attempt, BLOCK_MS)).toEqual(ended);
    await ledger.transactions.reserve(NOW, attempt, BLOCK_MS);
    expect(await ledger.transactions.settle(EXPIRES_AT, attempt, passed(EXPIRES_AT))).toBe('late');
    expect(await ledger.transactions.begin(EXPIRES_AT, newAttempt(open))).toBe('ended');
    expect(await ledger.transactions.find(open.id)).toMatchObject({ state: 'open', approvedAt: null });
  });

  test('a requested attempt is started once, with what the vendor said, and takes no answer before', async () => {
    const ledger = await openOn(database);
    const open = await record(ledger);
    const attempt = await begin(ledger, open, NOW, { state: 'requested' });
    expect(await ledger.transactions.reserve(NOW, attempt, BLOCK_MS)).toEqual({ kind: 'refused', why: 'ended' });
    const facts = { sid: `VE-${open.id}`, sentAmount: '50.00 EUR', sentPayee: 'John Doe', sends: 1 };
    expect(await ledger.transactions.started(NOW + 1, attempt, facts)).toBe(true);
    expect(await ledger.transactions.started(NOW + 1, attempt, facts)).toBe(false);
    expect(await ledger.transactions.attemptsOf(open.id)).toMatchObject([{ ...facts, state: 'started', checks: 0 }]);
    expect(await ledger.transactions.abandon(NOW + MINUTE, attempt, 'expired')).toBe(true);
    expect(await ledger.transactions.abandon(NOW + MINUTE, attempt, 'expired')).toBe(false);
  });
}
