import { describe, expect, it } from 'vitest';
import type { Started } from '../../../webhook/jumio/types.ts';
import { callback, callbackOf } from '../../support/clients/calls.ts';
import { type Execution, jumioDown, jumioFails, process } from '../../support/fakes/jumio.ts';
import { deferred, startedAnswer } from '../../support/fakes/upstream-answers.ts';
import { CANARIES } from '../../support/logs/canaries.ts';
import { eventually, passTime, recordOf } from '../../support/service/eventually.ts';
import { PUBLIC_URL } from '../../support/service/service.ts';
import { DAY, MINUTE, SECOND } from '../../support/service/shifted-clock.ts';
import { PAYMENT } from '../../support/transactions/bank.ts';
import { type FaceBank, faceBank } from '../../support/transactions/face-bank.ts';

async function opened(): Promise<{ service: FaceBank; sub: string; id: string }> {
  const service = await faceBank();
  const sub = await service.approvedPayer();
  return { service, sub, id: await service.record({ sub, expires_in: 3_600 }) };
}

async function stateOf(service: FaceBank, id: string): Promise<string> {
  return (await service.ask('GET', `/transactions/${id}`)).json().status;
}

/** The payer withdraws the consent to biometrics. */
async function withdraw({ ctx, clock }: FaceBank, sub: string): Promise<void> {
  await ctx.ledger.change(
    sub,
    clock.now(),
    (record) => record && { record: { ...record, identity: { ...record.identity, declinedAt: 1 } } },
  );
}

function comparisonsAsked({ jumio }: FaceBank): number {
  return jumio.calls.create.filter(({ comparison }) => comparison !== undefined).length;
}

function untilState(service: FaceBank, attemptId: string, state: string) {
  return eventually(async () => {
    const attempt = await service.attempt(attemptId);
    expect(attempt.state).toBe(state);
    return attempt;
  });
}

function untilEvent(service: FaceBank, sub: string, kind: string): Promise<void> {
  return eventually(async () => expect(await service.kinds(sub)).toContain(kind));
}

describe('approving with the face', () => {
  it('a face that Jumio passes approves the payment, beside the password', async () => {
    const { service, sub, id } = await opened();
    const { attempt, execution } = await service.compare(id);
    expect(await service.factor.lead(attempt, 0)).toBe(execution.link);
    expect(attempt.linkEndsAt).toBe(service.clock.now() + 5 * MINUTE);
    const pressedAt = service.clock.now();
    await service.decide(execution, 'PASSED');
    const ended = await untilState(service, attempt.id, 'passed');
    expect(ended).toMatchObject({ link: null, due: null, evidence: null, accountId: execution.accountId });
    const approval = (await service.consume(id, 'order')).json().approval;
    expect(JSON.parse(Buffer.from(approval.split('.')[1], 'base64url').toString())).toMatchObject({
      sub,
      sid: 'a-session',
      auth_time: Math.floor(pressedAt / 1_000),
      amr: ['pwd', 'face', 'mfa'],
      authentication_factors: [{ knowledge: 'password' }, { inherence: 'face_external' }],
    });
    expect(await service.find(id)).toMatchObject({ locale: 'de' });
    const payments = (await service.kinds(sub)).filter((kind) => kind.startsWith('txn_'));
    expect(payments).toEqual(['txn_created', 'txn_sent', 'txn_approved', 'txn_consumed']);
  });

  it('Jumio is asked for a comparison with the person’s own account, and is told nothing of the payment', async () => {
    const { service, sub, id } = await opened();
    const { attempt, execution } = await service.compare(id);
    const asked = service.jumio.calls.create.at(-1);
    const account = (await recordOf(service, sub)).verifications[0]?.accountId;
    expect(asked).toEqual({
      identityId: sub,
      accountId: account,
      reference: expect.stringMatching(new RegExp(`^1\\.${attempt.id}\\.`)),
      locale: 'de',
      comparison: { workflowKey: '10014', linkLifetime: '5m', returnUrl: `${PUBLIC_URL}/approve/${id}` },
    });
    expect(execution.accountId).toBe(account);
    const text = JSON.stringify(asked);
    for (const secret of ['canary', '50.00', PAYMENT.creditorAccount.iban, 'bank']) expect(text).not.toContain(secret);
  });

  it.each(['WARNING', 'REJECTED'] as const)(
    'a face with %s fails the attempt and counts, and the payment stays open',
    async (type) => {
      const { service, sub, id } = await opened();
      const { attempt, execution } = await service.compare(id);
      await service.decide(execution, type);
      await untilState(service, attempt.id, 'failed');
      expect(await stateOf(service, id)).toBe('open');
      expect(await service.ctx.ledger.transactions.payer(sub)).toMatchObject({ failures: 1 });
      expect(await service.kinds(sub)).toContain('txn_failed_try');
    },
  );

  it('a face that Jumio could not compare is not counted', async () => {
    const { service, sub, id } = await opened();
    const { attempt, execution } = await service.compare(id);
    execution.status = 'PROCESSED';
    execution.decision = { type: 'NOT_EXECUTED', label: 'PRECONDITION_NOT_FULFILLED' };
    await callback(service, callbackOf(execution));
    passTime(service, MINUTE);
    expect(await untilState(service, attempt.id, 'unavailable')).toMatchObject({
      due: null,
      lastError: 'not executed',
    });
    expect(await service.ctx.ledger.transactions.payer(sub)).toBeUndefined();
    expect(await service.kinds(sub)).toContain('txn_unavailable');
  });

  it('a lost callback delays the approval, and loses nothing', async () => {
    const { service, id } = await opened();
    const { attempt, execution } = await service.compare(id);
    process(execution, 'PASSED', service.clock.now());
    passTime(service, 16 * SECOND);
    await untilState(service, attempt.id, 'passed');
    expect(await stateOf(service, id)).toBe('approved');
  });

  it('a callback decides nothing: what it claims is read at Jumio', async () => {
    const { service, id } = await opened();
    const { attempt, execution } = await service.compare(id);
    const before = service.jumio.reads();
    service.clock.advance(6 * SECOND);
    const answer = await callback(service, callbackOf(execution, 'PROCESSED'));
    expect(answer.statusCode).toBe(200);
    await eventually(() => expect(service.jumio.reads()).toBe(before + 1));
    expect(service.jumio.calls.details.map(({ executionId }) => executionId)).not.toContain(execution.executionId);
    expect(await service.attempt(attempt.id)).toMatchObject({ state: 'started' });
    expect(await stateOf(service, id)).toBe('open');
  });

  it('callbacks in a row cause one read in five seconds', async () => {
    const { service, id } = await opened();
    const { execution } = await service.compare(id);
    const before = service.jumio.reads();
    service.clock.advance(6 * SECOND);
    for (let n = 0; n < 10; n += 1) await callback(service, callbackOf(execution, 'ACQUIRED'));
    await eventually(() => expect(service.jumio.reads()).toBe(before + 1));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(service.jumio.reads()).toBe(before + 1);
    passTime(service, 5 * SECOND);
    await eventually(() => expect(service.jumio.reads()).toBe(before + 2));
  });

  it('a callback whose reference names another attempt is unmatched', async () => {
    const { service, sub, id } = await opened();
    const first = await service.compare(id);
    const second = await service.compare(id);
    await callback(service, callbackOf(second.execution, 'PROCESSED', first.execution.reference));
    const events = await service.ctx.ledger.events(null);
    expect(events.filter(({ kind }) => kind === 'unmatched')).toHaveLength(1);
    expect((await service.attempt(first.attempt.id)).nudges + (await service.attempt(second.attempt.id)).nudges).toBe(
      0,
    );
    expect(await service.kinds(sub)).not.toContain('unmatched');
  });

  it.each([
    ['another execution', { executionId: 'f6d1a51c-2a1a-4a52-9d55-0c5f3f6f7c11' }],
    ['another account', { accountId: 'f6d1a51c-2a1a-4a52-9d55-0c5f3f6f7c11' }],
    ['another person', { customerInternalReference: 'f6d1a51c-2a1a-4a52-9d55-0c5f3f6f7c11' }],
    ['another workflow', { definitionKey: '10011' }],
    ['another reference', { userReference: `1.f6d1a51c-2a1a-4a52-9d55-0c5f3f6f7c11.${'m'.repeat(43)}` }],
  ])('PASSED for %s approves nothing and counts nothing', async (_what, patch) => {
    const { service, sub, id } = await opened();
    const { attempt, execution } = await service.compare(id);
    process(execution, 'PASSED', service.clock.now());
    service.jumio.instead.details = async () => ({
      accountId: execution.accountId,
      executionId: execution.executionId,
      definitionKey: '10014',
      status: 'PROCESSED',
      userReference: execution.reference,
      customerInternalReference: sub,
      decision: { type: 'PASSED' },
      ...patch,
    });
    passTime(service, 16 * SECOND);
    await eventually(async () =>
      expect(await service.attempt(attempt.id)).toMatchObject({ lastError: 'foreign-result' }),
    );
    expect(await stateOf(service, id)).toBe('open');
    expect(await service.ctx.ledger.transactions.payer(sub)).toBeUndefined();
    service.jumio.instead.details = undefined;
    passTime(service, 16 * SECOND);
    await untilState(service, attempt.id, 'passed');
  });
});

describe('a face that comes late', () => {
  it('one of a payer who withdrew the consent meanwhile approves nothing, and counts nothing', async () => {
    const { service, sub, id } = await opened();
    const { attempt, execution } = await service.compare(id);
    await withdraw(service, sub);
    await service.decide(execution, 'PASSED');
    expect(await untilState(service, attempt.id, 'unavailable')).toMatchObject({ lastError: 'no reference face' });
    expect(await stateOf(service, id)).toBe('open');
    expect(await service.ctx.ledger.transactions.payer(sub)).toBeUndefined();
  });

  it.each([
    [
      'after the payment was cancelled',
      (service: FaceBank, id: string) => service.ask('DELETE', `/transactions/${id}`),
      'cancelled',
    ],
    [
      'after it was declined',
      async (service: FaceBank, id: string) =>
        service.ctx.ledger.transactions.decline(service.clock.now(), await service.find(id)),
      'declined',
    ],
    ['after it has expired', async (service: FaceBank) => service.clock.advance(3_600 * SECOND), 'expired'],
  ])('%s changes nothing, and is an event', async (_when, end, state) => {
    const { service, sub, id } = await opened();
    const { attempt, execution } = await service.compare(id);
    await end(service, id);
    await service.decide(execution, 'PASSED');
    await untilEvent(service, sub, 'txn_late');
    expect(await stateOf(service, id)).toBe(state);
    expect(await service.attempt(attempt.id)).toMatchObject({ state: 'passed', due: null });
    expect(await service.kinds(sub)).not.toContain('txn_approved');
    expect((await service.consume(id, 'order')).statusCode).toBe(409);
  });

  it('one of an attempt that the payer has left approves nothing, and the attempt stays abandoned', async () => {
    const { service, sub, id } = await opened();
    const first = await service.compare(id);
    const second = await service.compare(id);
    expect(await service.attempt(first.attempt.id)).toMatchObject({ state: 'abandoned', link: null });
    await service.decide(first.execution, 'PASSED');
    await untilEvent(service, sub, 'txn_late');
    expect(await service.attempt(first.attempt.id)).toMatchObject({ state: 'abandoned', due: null });
    expect(await stateOf(service, id)).toBe('open');
    await service.decide(second.execution, 'PASSED');
    await untilState(service, second.attempt.id, 'passed');
    expect((await service.kinds(sub)).filter((kind) => kind === 'txn_late')).toHaveLength(1);
  });

  it('a wrong face counts also where the payer has declined before it was known', async () => {
    const { service, sub, id } = await opened();
    const { execution } = await service.compare(id);
    await service.ctx.ledger.transactions.decline(service.clock.now(), await service.find(id));
    await service.decide(execution, 'REJECTED');
    await untilEvent(service, sub, 'txn_late');
    expect(await service.ctx.ledger.transactions.payer(sub)).toMatchObject({ failures: 1 });
  });

  it('a comparison that is created after the payment was cancelled gives nobody a link', async () => {
    const { service, sub, id } = await opened();
    const answer = deferred<Started>();
    service.jumio.instead.create = () => answer.promise;
    const { id: attemptId } = await service.press(id);
    await eventually(() => expect(service.jumio.calls.create).toHaveLength(2));
    await service.ask('DELETE', `/transactions/${id}`);
    const started = startedAnswer();
    answer.resolve(started);
    const attempt = await untilState(service, attemptId, 'expired');
    expect(attempt).toMatchObject({ link: null, evidence: null, executionId: started.executionId });
    expect(await service.kinds(sub)).not.toContain('txn_sent');
  });
});

describe('a Jumio that fails', () => {
  it('while it cannot be reached the call is repeated, for a minute, then the payer may take another way', async () => {
    const { service, sub, id } = await opened();
    service.jumio.instead.create = () => jumioDown('create');
    const { id: attemptId } = await service.press(id);
    await eventually(async () => expect(await service.attempt(attemptId)).toMatchObject({ lastError: 'unreachable' }));
    expect(await service.attempt(attemptId)).toMatchObject({ state: 'requested' });
    passTime(service, 61 * SECOND);
    await untilState(service, attemptId, 'unavailable');
    expect(await service.factor.lead({ id: attemptId }, 60_000)).toBeUndefined();
    expect(await service.ctx.ledger.transactions.payer(sub)).toBeUndefined();
    expect(await service.kinds(sub)).toContain('txn_unavailable');
  });

  it('a Jumio that is back in time compares', async () => {
    const { service, id } = await opened();
    service.jumio.instead.create = () => jumioDown('create');
    const { id: attemptId } = await service.press(id);
    await eventually(async () => expect(await service.attempt(attemptId)).toMatchObject({ lastError: 'unreachable' }));
    service.jumio.instead.create = undefined;
    passTime(service, 20 * SECOND);
    await untilState(service, attemptId, 'started');
  });

  it.each([
    ['does not say whether it created one', { failure: 'timeout' as const }],
    ['refuses, as where it has no face', { status: 400 }],
    ['has no such account', { status: 404 }],
    ['breaks', { status: 500 }],
  ])('a Jumio that %s is not asked again: the attempt is unavailable', async (_what, facts) => {
    const { service, id } = await opened();
    service.jumio.instead.create = () => jumioFails({ operation: 'create', ...facts });
    const { id: attemptId } = await service.press(id);
    await untilState(service, attemptId, 'unavailable');
    expect(service.jumio.calls.create).toHaveLength(2);
    expect(await stateOf(service, id)).toBe('open');
  });

  it('a 429 pauses the creations of all, and the comparison waits', async () => {
    const { service, id } = await opened();
    service.jumio.instead.create = () => jumioFails({ operation: 'create', status: 429, retryAfter: 20 * SECOND });
    const { id: attemptId } = await service.press(id);
    await eventually(async () => expect(await service.ctx.ledger.budgets.paused(service.clock.now())).toHaveLength(1));
    service.jumio.instead.create = undefined;
    const other = await service.offer(id);
    expect(other).toEqual({ kind: 'not-usable', why: 'unavailable' });
    passTime(service, 21 * SECOND);
    await untilState(service, attemptId, 'started');
  });

  it('a read that fails is repeated', async () => {
    const { service, id } = await opened();
    const { attempt, execution } = await service.compare(id);
    service.jumio.instead.status = () => jumioFails({ operation: 'status', status: 503 });
    process(execution, 'PASSED', service.clock.now());
    passTime(service, 16 * SECOND);
    await eventually(async () => expect(await service.attempt(attempt.id)).toMatchObject({ lastError: 'status 503' }));
    service.jumio.instead.status = undefined;
    passTime(service, 16 * SECOND);
    await untilState(service, attempt.id, 'passed');
  });

  it('an undocumented status decides nothing, and a comparison that never ends is given up after a day', async () => {
    const { service, sub, id } = await opened();
    const { attempt, execution } = await service.compare(id);
    execution.status = 'SOMETHING_NEW';
    passTime(service, 16 * SECOND);
    await eventually(async () =>
      expect(await service.attempt(attempt.id)).toMatchObject({ lastError: 'unknown-status' }),
    );
    passTime(service, DAY + MINUTE);
    expect(await untilState(service, attempt.id, 'expired')).toMatchObject({ due: null });
    expect(await service.ctx.ledger.transactions.payer(sub)).toBeUndefined();
  });

  it('a link that nobody used ends the attempt, uncounted', async () => {
    const { service, sub, id } = await opened();
    const { attempt, execution } = await service.compare(id);
    execution.status = 'TOKEN_EXPIRED';
    passTime(service, 5 * MINUTE + SECOND);
    expect(await untilState(service, attempt.id, 'expired')).toMatchObject({ due: null, link: null });
    expect(await service.ctx.ledger.transactions.payer(sub)).toBeUndefined();
  });

  it('a comparison that a dead process began is taken over when its lease ends', async () => {
    const { service, id } = await opened();
    const { attempt, execution } = await service.compare(id);
    process(execution, 'PASSED', service.clock.now());
    service.jumio.instead.details = () => Promise.reject(new Error('the process died'));
    passTime(service, 16 * SECOND);
    await eventually(() => expect(service.logs.text()).toContain('step of a payment failed'));
    expect(await service.attempt(attempt.id)).toMatchObject({ state: 'started' });
    service.jumio.instead.details = undefined;
    passTime(service, 31 * SECOND);
    await untilState(service, attempt.id, 'passed');
  });
});

describe('the offer of a face', () => {
  it('nobody is offered it whom Jumio did not approve, or who withdrew the consent, or was erased', async () => {
    const { service, sub } = await opened();
    const stranger = await service.record({ expires_in: 3_600 });
    expect(await service.offer(stranger)).toEqual({ kind: 'not-usable', why: 'missing' });
    const own = await service.record({ sub, expires_in: 3_600 });
    expect(await service.offer(own)).toMatchObject({ kind: 'usable' });
    await withdraw(service, sub);
    expect(await service.offer(own)).toEqual({ kind: 'not-usable', why: 'missing' });
  });

  it('it is offered while five minutes are left', async () => {
    const { service, id } = await opened();
    service.clock.advance(55 * MINUTE);
    expect(await service.offer(id)).toMatchObject({ kind: 'usable' });
    service.clock.advance(1);
    expect(await service.offer(id)).toEqual({ kind: 'not-usable', why: 'unavailable' });
  });

  it('three comparisons of one payment are created, also if two are pressed at the same moment', async () => {
    const { service, id } = await opened();
    await service.compare(id);
    await service.compare(id);
    await Promise.all([service.pressUnasked(id), service.pressUnasked(id)]);
    await eventually(() => expect(comparisonsAsked(service)).toBe(3));
    expect(await service.offer(id)).toEqual({ kind: 'not-usable', why: 'unavailable' });
  });

  it('one that Jumio is still creating counts, also where its payer has pressed again meanwhile', async () => {
    const { service, id } = await opened();
    await service.compare(id);
    await service.compare(id);
    const answer = deferred<Started>();
    service.jumio.instead.create = () => answer.promise;
    const third = await service.press(id);
    await eventually(() => expect(comparisonsAsked(service)).toBe(3));
    expect(await service.offer(id)).toEqual({ kind: 'not-usable', why: 'unavailable' });
    const fourth = await service.pressUnasked(id);
    await untilState(service, fourth.id, 'unavailable');
    answer.resolve(startedAnswer());
    await eventually(async () => expect((await service.attempt(third.id)).executionId).not.toBeNull());
    expect(comparisonsAsked(service)).toBe(3);
  });

  it('neither the link nor the payment is in a log line', async () => {
    const { service, id } = await opened();
    const { attempt, execution } = await service.compare(id);
    await service.decide(execution, 'PASSED');
    await untilState(service, attempt.id, 'passed');
    const text = service.logs.text();
    expect(text.length).toBeGreaterThan(100);
    for (const secret of [
      execution.link,
      PAYMENT.creditorName,
      PAYMENT.creditorAccount.iban,
      '50.00',
      CANARIES.sdkToken,
    ])
      expect(text).not.toContain(secret);
  });
});

it('a service without payments gets a callback of an unknown execution as before', async () => {
  const { service } = await opened();
  const execution: Execution = {
    accountId: 'a',
    executionId: 'f6d1a51c-2a1a-4a52-9d55-0c5f3f6f7c11',
    identityId: 'i',
    reference: service.jumio.calls.create[0]?.reference ?? '',
    link: '',
    status: 'PROCESSED',
  };
  expect((await callback(service, callbackOf(execution))).statusCode).toBe(200);
  expect((await service.ctx.ledger.events(null)).map(({ kind }) => kind)).toContain('unmatched');
});
