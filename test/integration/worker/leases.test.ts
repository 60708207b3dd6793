import { randomUUID } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { type Claim, lease } from '../../../webhook/verification/job.ts';
import { jobs } from '../../../webhook/verification/jobs.ts';
import { newIdentity, requestVerification, updateIdentity } from '../../../webhook/verification/record/record.ts';
import { LEASE_MS } from '../../../webhook/verification/step.ts';
import { createSlots, createWorker, runStep, type Slots } from '../../../webhook/verification/worker.ts';
import { workOf } from '../../support/builders/claims.ts';
import { callback, callbackOf } from '../../support/clients/calls.ts';
import { jumioFails, process } from '../../support/fakes/jumio.ts';
import { deferred, kindsOf, startedAnswer, startSignUp } from '../../support/fakes/upstream-answers.ts';
import { eventually, passTime, recordOf, signUp, untilStatus } from '../../support/service/eventually.ts';
import { lockLedger } from '../../support/service/locked-ledger.ts';
import { type TestService, type TestServiceOptions, testService } from '../../support/service/service.ts';
import { SECOND } from '../../support/service/shifted-clock.ts';

/** A stopped clock: only the test makes a job due, or ends a lease. */
async function stoppedService(options: TestServiceOptions = {}): Promise<TestService> {
  const service = await testService(options);
  service.clock.stop();
  return service;
}

/** Claims everything that is due, as a worker does. */
function claimAll({ ctx }: TestService): Promise<Claim[]> {
  const now = ctx.clock.now();
  const slots = { create: 10, read: 10, publish: 10 };
  return ctx.ledger.claim({
    jobs,
    now,
    slots,
    rates: ctx.rates,
    lease: (record, claimed) => lease(record, claimed, now),
  });
}

describe('results after the end of their lease', () => {
  it('a create result after the end of its lease is not written, and its execution is noted as an orphan', async () => {
    const service = await stoppedService();
    const late = deferred<ReturnType<typeof startedAnswer>>();
    service.jumio.instead.create = () => late.promise;
    const id = await startSignUp(service);
    await eventually(() => expect(service.jumio.calls.create).toHaveLength(1));
    service.jumio.instead.create = undefined;
    passTime(service, LEASE_MS);
    await eventually(async () => expect((await recordOf(service, id)).verifications[0]?.state).toBe('started'));
    const kept = service.jumio.latest(id);
    const orphan = startedAnswer();
    late.resolve(orphan);
    await eventually(async () =>
      expect(await service.ctx.ledger.events(null)).toMatchObject([
        { kind: 'orphan', detail: { execution: orphan.executionId } },
      ]),
    );
    await untilStatus(service, id, 'pending');
    expect((await recordOf(service, id)).verifications).toMatchObject([{ executionId: kept.executionId }]);
    expect((await kindsOf(service, id)).filter((kind) => kind === 'started')).toHaveLength(1);
  });

  it('a read result after the end of its lease is not written', async () => {
    const service = await stoppedService();
    const execution = await signUp(service, randomUUID());
    const late = deferred<void>();
    service.jumio.instead.details = () =>
      late.promise.then(() => jumioFails({ operation: 'details', failure: 'timeout' }));
    process(execution, 'PASSED', service.clock.now());
    await callback(service, callbackOf(execution));
    await eventually(() => expect(service.jumio.calls.details).toHaveLength(1));
    service.jumio.instead.details = undefined;
    passTime(service, LEASE_MS);
    const { identity } = await untilStatus(service, execution.identityId, 'approved');
    late.resolve();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await recordOf(service, execution.identityId)).verifications).toMatchObject([{ lastError: null }]);
    expect((await recordOf(service, execution.identityId)).identity.lease).toBe(identity.lease);
  });

  it('a PATCH result after the end of its lease is not written: the publication stays due until its own response', async () => {
    const service = await stoppedService({ idle: true });
    const id = await startSignUp(service);
    passTime(service, 5 * SECOND);
    const late = deferred<void>();
    service.kratos.instead.publish = async (_id, content) => {
      await late.promise;
      return content.public;
    };
    const [first] = await claimAll(service);
    if (first === undefined) throw new Error('it was due');
    const step = runStep(service.ctx, first, createSlots(noone));
    await eventually(() => expect(service.kratos.calls.publish).toEqual([id]));
    passTime(service, LEASE_MS);
    await claimAll(service);
    const before = await recordOf(service, id);
    late.resolve();
    await step;
    expect(await recordOf(service, id)).toEqual(before);
  });
});

describe('calls near the end of a lease', () => {
  it.each([
    ['create', LEASE_MS - 11 * SECOND, 1],
    ['create', LEASE_MS - 9 * SECOND, 0],
  ])(
    'a %s call that begins %i ms after the claim is made %i times: only if the lease outlasts it',
    async (_call, after, times) => {
      const service = await stoppedService({ idle: true });
      await startSignUp(service);
      const [claimed] = await claimAll(service);
      if (claimed === undefined) throw new Error('it was due');
      service.clock.advance(after);
      await runStep(service.ctx, claimed, createSlots(noone));
      expect(service.jumio.calls.create).toHaveLength(times);
    },
  );

  it.each([
    ['a read and a PATCH', LEASE_MS - 11 * SECOND, 1],
    ['a read and a PATCH', LEASE_MS - 9 * SECOND, 0],
  ])(
    '%s that begin %i ms after the claim are made %i times: only if the lease outlasts them',
    async (_call, after, times) => {
      const service = await stoppedService();
      const execution = await signUp(service, randomUUID());
      await service.worker.stop();
      service.kratos.copies.delete(execution.identityId);
      await callback(service, callbackOf(execution));
      await service.ctx.ledger.change(execution.identityId, 0, (found) =>
        found === undefined
          ? undefined
          : { record: { ...found, identity: { ...found.identity, published: 0, kratosDue: 0 } } },
      );
      const [claimed] = await claimAll(service);
      if (claimed === undefined) throw new Error('it was due');
      expect(workOf(claimed.work)).toMatchObject({ publish: true, read: {} });
      service.clock.advance(after);
      await runStep(service.ctx, claimed, createSlots(noone));
      expect(service.jumio.reads()).toBe(times);
      expect(service.kratos.calls.publish).toHaveLength(1 + times);
    },
  );
});

describe('steps whose process died', () => {
  it('a step whose process died is repeated when its lease ends, and not before', async () => {
    const service = await stoppedService({ idle: true });
    const id = await startSignUp(service);
    expect(await claimAll(service)).toHaveLength(1);
    service.worker.start();
    passTime(service, LEASE_MS - 5 * SECOND);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(service.jumio.calls.create).toEqual([]);
    passTime(service, 5 * SECOND);
    await untilStatus(service, id, 'pending');
    expect(service.jumio.calls.create).toHaveLength(1);
  });

  it('after the process of a step died between verdict and PATCH, the publication is due when its lease ends', async () => {
    const { service, execution, reading } = await claimedVerdict();
    service.kratos.instead.publish = () => new Promise(() => undefined);
    const published = service.kratos.calls.publish.length;
    void runStep(service.ctx, reading, createSlots(noone));
    await eventually(() => expect(service.kratos.calls.publish).toHaveLength(published + 1));
    expect(await claimAll(service)).toEqual([]);
    service.kratos.instead.publish = undefined;
    const next = createWorker(service.ctx);
    next.start();
    passTime(service, LEASE_MS);
    next.wake();
    await untilStatus(service, execution.identityId, 'approved');
    await next.stop();
  });
});

function noone(): void {
  // No loop waits for a slot.
}

/** A verdict whose read is claimed, and no worker. */
async function claimedVerdict() {
  const service = await stoppedService();
  const execution = await signUp(service, randomUUID());
  await service.worker.stop();
  process(execution, 'PASSED', service.clock.now());
  await callback(service, callbackOf(execution));
  const [reading] = await claimAll(service);
  if (reading === undefined) throw new Error('it was due');
  return { service, execution, reading };
}

describe('the publication of a verdict in the step that read it', () => {
  it('needs no other claim, and ends the lease with its result', async () => {
    const { service, execution, reading } = await claimedVerdict();
    const change = vi.spyOn(service.ctx.ledger, 'change');
    await runStep(service.ctx, reading, createSlots(noone));
    expect(change).toHaveBeenCalledTimes(2);
    const { identity } = await recordOf(service, execution.identityId);
    expect(identity).toMatchObject({ status: 'approved', leasedUntil: 0, lease: reading.record.identity.lease });
    expect(identity.published).toBe(identity.version);
  });

  it.each([
    [
      'Kratos is paused',
      (service: TestService) => service.ctx.ledger.budgets.pause('kratos', service.clock.now(), SECOND),
    ],
    ['as many publications are under way as may be', (_service: TestService, slots: Slots) => takeAll(slots)],
  ])('is left to the next claim where %s', async (_case, hold) => {
    const { service, execution, reading } = await claimedVerdict();
    const slots = createSlots(noone);
    await hold(service, slots);
    const published = service.kratos.calls.publish.length;
    await runStep(service.ctx, reading, slots);
    expect(service.kratos.calls.publish).toHaveLength(published);
    const { identity } = await recordOf(service, execution.identityId);
    expect(identity).toMatchObject({ status: 'approved', leasedUntil: 0 });
    passTime(service, 2 * SECOND);
    expect((await claimAll(service)).map(({ work }) => workOf(work))).toMatchObject([{ publish: true }]);
  });
});

async function takeAll(slots: Slots): Promise<void> {
  while ((slots.free.publish ?? 0) > 0) slots.take('publish');
}

describe('steps without anything to publish', () => {
  it('a step without anything to publish keeps what became due after its claim', async () => {
    const service = await stoppedService({ idle: true });
    const { ledger } = service.ctx;
    const id = randomUUID();
    const now = service.clock.now();
    const empty = newIdentity({ id }, now);
    await ledger.change(id, now, () => ({ record: updateIdentity(empty, { kratosDue: now }) }));
    const [claimed] = await claimAll(service);
    if (claimed === undefined) throw new Error('it was due');
    await ledger.change(id, now, (found) => found && requestVerification(found, randomUUID(), now));
    await runStep(service.ctx, claimed, createSlots(noone));
    const { identity } = await recordOf(service, id);
    expect(identity).toMatchObject({ version: 1, published: 0 });
    expect(identity.kratosDue).not.toBeNull();
  });
});

describe('create results while the ledger is locked', () => {
  it('a result of a create call is written within the lease, as soon as the locked ledger is writable again', async () => {
    const service = await stoppedService();
    const answer = deferred<ReturnType<typeof startedAnswer>>();
    service.jumio.instead.create = () => answer.promise;
    const id = await startSignUp(service);
    await eventually(() => expect(service.jumio.calls.create).toHaveLength(1));
    const release = lockLedger(service.databaseUrl);
    const started = startedAnswer();
    answer.resolve(started);
    await new Promise((resolve) => setTimeout(resolve, 300));
    release();
    await untilStatus(service, id, 'pending');
    expect((await recordOf(service, id)).verifications).toMatchObject([{ executionId: started.executionId }]);
    expect(service.jumio.calls.create).toHaveLength(1);
  });
});
