import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { override } from '../../../webhook/verification/operator/actions.ts';
import { continueVerification } from '../../../webhook/verification/person/continue.ts';
import { agreementInput } from '../../support/builders/people.ts';
import { jumioFails, process } from '../../support/fakes/jumio.ts';
import { deferred, kindsOf, SOON, startedAnswer, startSignUp } from '../../support/fakes/upstream-answers.ts';
import { eventually, passTime, recordOf, untilStatus } from '../../support/service/eventually.ts';
import { type TestService, type TestServiceOptions, testService } from '../../support/service/service.ts';
import { DAY, HOUR, MINUTE } from '../../support/service/shifted-clock.ts';

/** The longest back-offs, and a stopped clock: only the test makes a job due. */
async function stoppedService(options: TestServiceOptions = {}): Promise<TestService> {
  const service = await testService({ ...options, ctx: (ctx) => ({ ...ctx, random: () => 0.999 }) });
  service.clock.stop();
  return service;
}

/** Signs up an identity a millisecond later than all before it. */
function startNextSignUp(service: TestService): Promise<string> {
  service.clock.advance(1);
  return startSignUp(service);
}

/** Waits until so many create calls were made, and the result of the last one is in the ledger. */
async function untilCreateCalls(service: TestService, times: number): Promise<void> {
  await eventually(async () => {
    expect(service.jumio.calls.create).toHaveLength(times);
    const [oldest] = service.jumio.calls.create;
    const { identity } = await recordOf(service, oldest?.identityId ?? '');
    expect(identity.leasedUntil).toBeLessThanOrEqual(service.clock.now());
  });
}

async function untilStarted(service: TestService, id: string): Promise<void> {
  await eventually(async () => {
    const { identity, verifications } = await recordOf(service, id);
    expect(verifications).toMatchObject([{ state: 'started' }]);
    expect(identity.published).toBe(identity.version);
  });
}

/** Expects no further call when the worker wakes again. */
async function expectNoFurtherCall(service: TestService, times: number): Promise<void> {
  service.worker.wake();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(service.jumio.calls.create).toHaveLength(times);
}

describe('create calls without an effect', () => {
  it.each([
    ['because nobody listened', { operation: 'create', failure: 'unreachable' as const }],
    ['because the token endpoint timed out', { operation: 'token', failure: 'timeout' as const }],
    ['because the token endpoint answered 503', { operation: 'token', status: 503 }],
  ])('a create call that had no effect %s is repeated without end, and leaves no orphan', async (_why, facts) => {
    const service = await stoppedService();
    service.jumio.instead.create = () => jumioFails(facts);
    const id = await startSignUp(service);
    for (let times = 1; times <= 8; times += 1) {
      await untilCreateCalls(service, times);
      passTime(service, SOON);
    }
    service.jumio.instead.create = undefined;
    passTime(service, SOON);
    await untilStarted(service, id);
    expect((await recordOf(service, id)).verifications).toMatchObject([{ attempts: 0, lastError: null }]);
    expect(await kindsOf(service, id)).not.toContain('orphan_possible');
  });
});

describe('create calls that may have had an effect', () => {
  it.each([
    ['a timeout', { operation: 'create', failure: 'timeout' as const }],
    ['a connection that broke', { operation: 'create', failure: 'interrupted' as const }],
    ['a 500', { operation: 'create', status: 500 }],
    ['a 200 that is not as documented', { operation: 'create', failure: 'unusable' as const, status: 200 }],
  ])(
    'a create call that ended with %s is repeated three times, then hourly, and each may have left an orphan',
    async (_why, facts) => {
      const service = await stoppedService();
      service.jumio.instead.create = () => jumioFails(facts);
      const id = await startSignUp(service);
      for (let times = 1; times <= 4; times += 1) {
        await untilCreateCalls(service, times);
        passTime(service, SOON);
      }
      await expectNoFurtherCall(service, 4);
      passTime(service, HOUR - SOON);
      await untilCreateCalls(service, 5);
      passTime(service, HOUR - MINUTE);
      await expectNoFurtherCall(service, 5);
      service.jumio.instead.create = undefined;
      passTime(service, 2 * MINUTE);
      await untilStarted(service, id);
      expect((await kindsOf(service, id)).filter((kind) => kind === 'orphan_possible')).toHaveLength(5);
    },
  );
});

describe('create calls with 400', () => {
  it('a create call with 400 parks that identity for a day, and no other', async () => {
    const service = await stoppedService();
    service.jumio.instead.create = () => jumioFails({ operation: 'create', status: 400 });
    const id = await startSignUp(service);
    await untilCreateCalls(service, 1);
    service.jumio.instead.create = undefined;
    await untilStatus(service, await startSignUp(service), 'pending');
    passTime(service, DAY - MINUTE);
    await expectNoFurtherCall(service, 2);
    expect((await recordOf(service, id)).verifications).toMatchObject([{ state: 'requested', createRefused: true }]);
    passTime(service, MINUTE);
    await untilStarted(service, id);
    expect((await recordOf(service, id)).verifications).toMatchObject([{ createRefused: false }]);
  });

  it('400 for two identities in a row pauses creation, and one successful try resumes it', async () => {
    const service = await stoppedService();
    service.jumio.instead.create = () => jumioFails({ operation: 'create', status: 400 });
    const first = await startSignUp(service);
    await untilCreateCalls(service, 1);
    const second = await startNextSignUp(service);
    await untilCreateCalls(service, 2);
    const third = await startNextSignUp(service);
    await expectNoFurtherCall(service, 2);
    const [paused] = await service.ctx.ledger.budgets.paused(service.clock.now());
    expect(paused?.reason).toContain('JUMIO_WORKFLOW_KEY');
    passTime(service, 5 * MINUTE - 2_000);
    await expectNoFurtherCall(service, 2);
    service.jumio.instead.create = undefined;
    passTime(service, 2_000);
    for (const id of [first, second, third]) await untilStarted(service, id);
    expect(service.jumio.calls.create[2]?.identityId).toBe(third);
    expect(service.jumio.calls.create).toHaveLength(5);
  });

  it('400 for two parked identities is retried every five minutes, even without a new sign-up', async () => {
    const service = await stoppedService();
    service.jumio.instead.create = () => jumioFails({ operation: 'create', status: 400 });
    const ids = [await startSignUp(service)];
    await untilCreateCalls(service, 1);
    ids.push(await startNextSignUp(service));
    for (let times = 2; times <= 4; times += 1) {
      await untilCreateCalls(service, times);
      await expectNoFurtherCall(service, times);
      passTime(service, 5 * MINUTE);
    }
    service.jumio.instead.create = undefined;
    passTime(service, 5 * MINUTE);
    for (const id of ids) await untilStarted(service, id);
  });
});

describe('responses that stop all creation', () => {
  it.each([
    ['403', { operation: 'create', status: 403 }],
    ['401', { operation: 'create', status: 401 }],
    ['404 to a POST', { operation: 'create', status: 404 }],
    ['401 to the token call', { operation: 'token', status: 401 }],
  ])(
    'after %s to a create call, the oldest identity not yet refused is tried every five minutes, and a success resumes creation',
    async (_why, facts) => {
      const service = await stoppedService();
      service.jumio.instead.create = () => jumioFails(facts);
      const oldest = await startSignUp(service);
      await untilCreateCalls(service, 1);
      const others = [await startNextSignUp(service), await startNextSignUp(service)];
      await expectNoFurtherCall(service, 1);
      for (let times = 2; times <= 4; times += 1) {
        passTime(service, 5 * MINUTE);
        await untilCreateCalls(service, times);
        await expectNoFurtherCall(service, times);
      }
      expect(service.jumio.calls.create.map(({ identityId }) => identityId)).toEqual([oldest, ...others, oldest]);
      service.jumio.instead.create = undefined;
      passTime(service, 5 * MINUTE);
      for (const id of [oldest, ...others]) await untilStarted(service, id);
    },
  );
});

describe('create calls with 429', () => {
  it('a create call with 429 pauses the account budget as long as Jumio asks, and counts as no try', async () => {
    const service = await stoppedService();
    service.jumio.instead.create = () => jumioFails({ operation: 'create', status: 429, retryAfter: 40_000 });
    const id = await startSignUp(service);
    await untilCreateCalls(service, 1);
    const other = await startSignUp(service);
    passTime(service, 35_000);
    await expectNoFurtherCall(service, 1);
    service.jumio.instead.create = undefined;
    passTime(service, 5_000);
    await untilStarted(service, id);
    await untilStarted(service, other);
    expect(await kindsOf(service, id)).not.toContain('orphan_possible');
  });

  it('a 429 on the account budget does not pause reads and publications', async () => {
    const service = await stoppedService();
    const read = await startSignUp(service);
    await untilStatus(service, read, 'pending');
    service.jumio.instead.create = () => jumioFails({ operation: 'create', status: 429, retryAfter: HOUR });
    await startSignUp(service);
    await untilCreateCalls(service, 2);
    process(service.jumio.latest(read), 'PASSED', service.clock.now());
    passTime(service, DAY + MINUTE);
    await untilStatus(service, read, 'approved');
  });
});

describe('create responses without a link', () => {
  it('a create response without a link keeps the ids, pauses creation and names the domain prefix', async () => {
    const service = await stoppedService();
    service.jumio.instead.create = async () => ({ accountId: 'account-1', executionId: 'execution-1' });
    const id = await startSignUp(service);
    await untilStatus(service, id, 'pending');
    expect(service.kratos.copies.get(id)).toMatchObject({ workflow_execution_id: 'execution-1' });
    await eventually(async () => {
      const [paused] = await service.ctx.ledger.budgets.paused(service.clock.now());
      expect(paused?.reason).toContain('domain prefix');
    });
    await startSignUp(service);
    await expectNoFurtherCall(service, 1);
  });
});

describe('the account of a further attempt', () => {
  it('a further attempt uses the account of the first, or a new one if Jumio no longer knows it', async () => {
    const service = await stoppedService();
    const id = await startSignUp(service);
    await untilStatus(service, id, 'pending');
    const first = service.jumio.latest(id);
    process(first, 'REJECTED', service.clock.now(), 'unreadable');
    passTime(service, DAY + MINUTE);
    await untilStatus(service, id, 'rejected');
    service.jumio.instead.create = (start) => {
      service.jumio.instead.create = undefined;
      expect(start.accountId).toBe(first.accountId);
      return jumioFails({ operation: 'create', status: 404 });
    };
    await continueVerification(
      service.ctx,
      service.worker,
      { identityId: id, inherited: null },
      agreementInput(service),
      0,
    );
    await eventually(() => expect(service.jumio.latest(id)).not.toBe(first));
    expect(service.jumio.calls.create.map(({ accountId }) => accountId)).toEqual([
      undefined,
      first.accountId,
      undefined,
    ]);
    expect(await service.ctx.ledger.budgets.paused(service.clock.now())).toEqual([]);
    expect(await kindsOf(service, id)).toContain('account_gone');
  });

  it('an answer to a create call does not open the attempt again that an operator’s decision has cancelled meanwhile', async () => {
    const service = await stoppedService();
    const answer = deferred<ReturnType<typeof startedAnswer>>();
    service.jumio.instead.create = () => answer.promise;
    const id = await startSignUp(service);
    await eventually(() => expect(service.jumio.calls.create).toHaveLength(1));
    const now = service.clock.now();
    await service.ctx.ledger.change(
      id,
      now,
      (record) => record && override(record, { verdict: 'PASSED', reason: 'x', by: 'op' }, randomUUID(), now),
    );
    const started = startedAnswer();
    answer.resolve(started);
    await untilStatus(service, id, 'approved');
    await eventually(async () => expect(await kindsOf(service, id)).toContain('orphan'));
    const { accountId, executionId } = started;
    const [attempt] = (await recordOf(service, id)).verifications;
    expect(attempt).toMatchObject({ state: 'expired', accountId, executionId, link: null, readDue: null });
    expect(service.kratos.copies.get(id)).toMatchObject({ status: 'approved' });
    expect(service.kratos.copies.get(id)).not.toHaveProperty('attempt', 'pending');
  });
});
