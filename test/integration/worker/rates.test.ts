import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { callback, callbackOf } from '../../support/clients/calls.ts';
import { createFakeJumio } from '../../support/fakes/jumio.ts';
import { startSignUps } from '../../support/fakes/upstream-answers.ts';
import { eventually, passTime, signUp } from '../../support/service/eventually.ts';
import { testService } from '../../support/service/service.ts';
import { MINUTE, SECOND } from '../../support/service/shifted-clock.ts';

/** The highest number of calls within any interval of so many milliseconds. */
function mostWithin(times: readonly number[], stretch: number): number {
  return Math.max(0, ...times.map((from, n) => times.slice(n).filter((at) => at < from + stretch).length));
}

describe('rate budgets', () => {
  it('150 concurrent sign-ups create one account a second after a burst of five, and all are created', async () => {
    const env = { JUMIO_ACCOUNT_RATE: '1', JUMIO_ACCOUNT_BURST: '5' };
    const service = await testService({ env });
    const at: number[] = [];
    const other = createFakeJumio();
    service.jumio.instead.create = (start) => {
      at.push(service.clock.now());
      return other.create(start);
    };
    const began = service.clock.now();
    await startSignUps(service, 150);
    await eventually(() => expect(at.length).toBeGreaterThanOrEqual(5));
    while (at.length < 150) {
      const before = at.length;
      passTime(service, SECOND);
      await eventually(() => expect(at.length).toBeGreaterThan(before));
    }
    // A call follows its claim, and the test may advance the clock in between: one more step.
    for (const seconds of [1, 2, 5, 10, 30, 60])
      expect(mostWithin(at, seconds * SECOND), `within ${seconds} s`).toBeLessThanOrEqual(5 + seconds + 1);
    expect(at.filter((time) => time < began + MINUTE).length).toBeGreaterThanOrEqual(60);
    expect(new Set(service.jumio.calls.create.map(({ identityId }) => identityId)).size).toBe(150);
  });

  it('60 concurrent callbacks are read at the rate of the retrieval API', async () => {
    const service = await testService({ env: { JUMIO_RETRIEVAL_RATE: '15' } });
    const executions = await Promise.all(Array.from({ length: 60 }, () => signUp(service, randomUUID())));
    const at: number[] = [];
    service.jumio.instead.details = async (ids) => {
      at.push(service.clock.now());
      const found = executions.find(({ executionId }) => executionId === ids.executionId);
      return { ...ids, definitionKey: '10011', status: found?.status ?? '' };
    };
    await Promise.all(executions.map((execution) => callback(service, callbackOf(execution))));
    while (at.length < 60) {
      const before = at.length;
      passTime(service, SECOND / 5);
      await eventually(() => expect(at.length).toBeGreaterThan(before));
    }
    for (const seconds of [1, 2]) expect(mostWithin(at, seconds * SECOND)).toBeLessThanOrEqual(15 + 15 * seconds + 3);
  });
});
