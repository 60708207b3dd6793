import { randomUUID } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { createWorker } from '../../../webhook/verification/worker.ts';
import { callback, callbackOf } from '../../support/clients/calls.ts';
import { type Execution, process } from '../../support/fakes/jumio.ts';
import { deferred, startedAnswer, startSignUp } from '../../support/fakes/upstream-answers.ts';
import { eventually, recordOf, signUp, untilStatus } from '../../support/service/eventually.ts';
import { testService } from '../../support/service/service.ts';
import { SECOND } from '../../support/service/shifted-clock.ts';

/** The number of rounds, one after the other. If nothing woke the worker, each would wait a second for its next poll. */
const ROUNDS = 8;

/** The median duration of a round, so that a delay of the machine in one of them does not count. */
async function medianDuration(round: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  while (times.length < ROUNDS) {
    const started = performance.now();
    await round();
    times.push(performance.now() - started);
  }
  return times.toSorted((a, b) => a - b)[ROUNDS / 2] ?? 0;
}

describe('wake-ups of the worker', () => {
  it('a sign-up wakes the worker at once', async () => {
    const service = await testService();
    expect(await medianDuration(async () => untilStatus(service, await startSignUp(service), 'pending'))).toBeLessThan(
      SECOND / 2,
    );
  });

  it('a callback wakes the worker at once', async () => {
    const service = await testService();
    const executions: Execution[] = [];
    for (let round = 0; round < ROUNDS; round += 1) executions.push(await signUp(service, randomUUID()));
    const verdict = async (): Promise<void> => {
      const execution = executions.pop();
      if (execution === undefined) throw new Error('no further person is left');
      process(execution, 'PASSED', service.clock.now());
      await callback(service, callbackOf(execution));
      await untilStatus(service, execution.identityId, 'approved');
    };
    expect(await medianDuration(verdict)).toBeLessThan(SECOND / 2);
  });

  it('a job that another replica made due is found within about a second', async () => {
    const service = await testService();
    const other = { ...service, worker: createWorker(service.ctx) };
    const id = await startSignUp(other);
    await untilStatus(service, id, 'pending');
  });
});

describe('jobs that a budget holds back', () => {
  it('jobs that a budget holds back are polled less often, so that a pause of hours costs next to nothing', async () => {
    const service = await testService({ idle: true });
    await service.ctx.ledger.budgets.stop('a reason', service.clock.now());
    const claim = vi.spyOn(service.ctx.ledger, 'claim');
    await startSignUp(service);
    service.worker.start();
    await new Promise((resolve) => setTimeout(resolve, 2 * SECOND));
    expect(claim.mock.calls.length).toBeGreaterThan(2);
    expect(claim.mock.calls.length).toBeLessThan(15);
  });
});

describe('shutdown of the worker', () => {
  it('a step under way when the worker is stopped ends, and its result is stored', async () => {
    const service = await testService();
    const answer = deferred<ReturnType<typeof startedAnswer>>();
    service.jumio.instead.create = () => answer.promise;
    const id = await startSignUp(service);
    await eventually(() => expect(service.jumio.calls.create).toHaveLength(1));
    let stopped = false;
    const stopping = service.worker.stop().then(() => {
      stopped = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(stopped).toBe(false);
    const started = startedAnswer();
    answer.resolve(started);
    await stopping;
    const { verifications } = await recordOf(service, id);
    expect(verifications[0]).toMatchObject({ state: 'started', executionId: started.executionId });
  });

  it('after the worker is stopped nothing more is claimed, and due jobs stay due for the next process', async () => {
    const service = await testService();
    await service.worker.stop();
    const id = await startSignUp(service);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(service.jumio.calls.create).toEqual([]);
    const next = createWorker(service.ctx);
    next.start();
    await untilStatus(service, id, 'pending');
    await next.stop();
  });

  it('a worker stopped before its start stops at once', async () => {
    const service = await testService({ idle: true });
    await service.worker.stop();
  });
});
