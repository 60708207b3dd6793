import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Environment } from '../../../webhook/config/problem.ts';
import { lease } from '../../../webhook/verification/job.ts';
import { jobs } from '../../../webhook/verification/jobs.ts';
import { LEASE_MS } from '../../../webhook/verification/step.ts';
import { callback, callbackOf } from '../../support/clients/calls.ts';
import { jumioFails, process } from '../../support/fakes/jumio.ts';
import { startSignUp } from '../../support/fakes/upstream-answers.ts';
import { eventually, passTime, recordOf, signUp, untilStatus } from '../../support/service/eventually.ts';
import { type TestService, testService } from '../../support/service/service.ts';
import { HOUR, MINUTE, SECOND } from '../../support/service/shifted-clock.ts';

/** A service whose clock stands still unless the test moves it. */
async function serviceWithStoppedClock(env: Environment = {}): Promise<TestService> {
  const service = await testService({ env });
  service.clock.stop();
  return service;
}

/** Moves the clock an hour ahead, runs the work, and sets the clock back. */
async function whileAhead<T>(service: TestService, work: () => Promise<T>): Promise<T> {
  passTime(service, HOUR);
  const result = await work();
  passTime(service, -HOUR);
  return result;
}

describe('a clock that was an hour ahead for a moment', () => {
  it('does not stop the creation of executions for others', async () => {
    const service = await serviceWithStoppedClock({ JUMIO_ACCOUNT_RATE: '1', JUMIO_ACCOUNT_BURST: '1' });
    await whileAhead(service, () => signUp(service, randomUUID()));
    const id = await startSignUp(service);
    await eventually(async () => {
      passTime(service, SECOND);
      expect((await recordOf(service, id)).verifications[0]?.state).toBe('started');
    });
    expect(service.clock.now()).toBeLessThan(Date.now() + MINUTE);
  });

  it('does not postpone an execution that was asked for meanwhile', async () => {
    const service = await serviceWithStoppedClock();
    service.jumio.instead.create = () => jumioFails({ operation: 'create', status: 503 });
    const id = await whileAhead(service, async () => {
      const signedUp = await startSignUp(service);
      await eventually(async () => expect((await recordOf(service, signedUp)).verifications[0]?.attempts).toBe(1));
      return signedUp;
    });
    service.jumio.instead.create = undefined;
    await eventually(async () => expect((await recordOf(service, id)).verifications[0]?.state).toBe('started'));
  });

  it('does not postpone the read that a callback asks for', async () => {
    const service = await serviceWithStoppedClock();
    const execution = await signUp(service, randomUUID());
    const id = execution.identityId;
    await whileAhead(service, async () => {
      execution.status = 'ACQUIRED';
      await callback(service, callbackOf(execution, 'ACQUIRED'));
      await untilStatus(service, id, 'processing');
    });
    passTime(service, 2 * SECOND);
    process(execution, 'PASSED', service.clock.now());
    await callback(service, callbackOf(execution));
    passTime(service, 11 * SECOND);
    await untilStatus(service, id, 'approved');
  });

  it('leaves no pause of Jumio behind that is longer than pauses are', async () => {
    const service = await serviceWithStoppedClock();
    await whileAhead(service, () => service.ctx.ledger.budgets.stop('the workflow key', service.clock.now()));
    await signUp(service, randomUUID());
    expect(await service.ctx.ledger.budgets.paused(service.clock.now())).toEqual([]);
  });

  it('a lease that a process with that clock left behind ends after thirty seconds', async () => {
    const service = await testService({ idle: true });
    service.clock.stop();
    const { ctx, worker } = service;
    const id = await startSignUp(service);
    const now = service.clock.now() + HOUR;
    const rates = { ...ctx.rates };
    const slots = { create: 1, publish: 1 };
    const claims = await ctx.ledger.claim({
      jobs,
      now,
      slots,
      rates,
      lease: (record, claimed) => lease(record, claimed, now),
    });
    expect(claims).toHaveLength(1);
    worker.start();
    await eventually(async () =>
      expect((await recordOf(service, id)).identity.leasedUntil).toBe(service.clock.now() + LEASE_MS),
    );
    expect(service.jumio.calls.create).toHaveLength(0);
    passTime(service, LEASE_MS);
    await untilStatus(service, id, 'pending');
    expect(service.jumio.calls.create).toHaveLength(1);
  });

  it('is degraded in /health/ready on SQLite as long as the ledger has a later time', async () => {
    const service = await serviceWithStoppedClock();
    const ready = async () => (await service.app.inject('/health/ready')).json();
    await whileAhead(service, ready);
    expect(await ready()).toMatchObject({ status: 'degraded', degraded: ["clock 3600 s from the ledger's"] });
    passTime(service, 2 * SECOND);
    expect(await ready()).toMatchObject({ status: 'ok' });
  });
});
