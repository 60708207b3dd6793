import { describe, expect, it } from 'vitest';
import { jumioFails } from '../../support/fakes/jumio.ts';
import { kratosFails } from '../../support/fakes/kratos.ts';
import { deferred, startedAnswer, startSignUp } from '../../support/fakes/upstream-answers.ts';
import { eventually, passTime, recordOf, untilStatus } from '../../support/service/eventually.ts';
import { type TestService, testService } from '../../support/service/service.ts';
import { MINUTE, SECOND } from '../../support/service/shifted-clock.ts';

/** A sign-up whose create call hangs; it is claimed after the first publication has waited for the given time. */
async function hangingSignUp(service: TestService, waited: number) {
  const answer = deferred<ReturnType<typeof startedAnswer>>();
  service.jumio.instead.create = () => answer.promise;
  service.clock.stop();
  const id = await startSignUp(service);
  service.clock.advance(waited);
  service.worker.start();
  await eventually(() => expect(service.jumio.calls.create).toHaveLength(1));
  return { id, answer };
}

describe('first publications', () => {
  it('the first publication waits for the create call, and carries its ids in one PATCH', async () => {
    const service = await testService({ idle: true });
    const { id, answer } = await hangingSignUp(service, 0);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(service.kratos.calls.publish).toEqual([]);
    const started = startedAnswer();
    answer.resolve(started);
    await untilStatus(service, id, 'pending');
    expect(service.kratos.copies.get(id)).toMatchObject({ workflow_execution_id: started.executionId });
    expect(service.kratos.calls.publish).toEqual([id]);
  });

  it('with a create call that hangs, the first publication waits at most five seconds, and is corrected after the response', async () => {
    const service = await testService({ idle: true });
    const { id, answer } = await hangingSignUp(service, 4 * SECOND);
    expect(service.kratos.calls.publish).toEqual([]);
    passTime(service, SECOND);
    await eventually(() => expect(service.kratos.copies.get(id)).toMatchObject({ status: 'pending' }));
    expect(service.kratos.copies.get(id)).not.toHaveProperty('account_id');
    const started = startedAnswer();
    answer.resolve(started);
    await eventually(() =>
      expect(service.kratos.copies.get(id)).toMatchObject({ workflow_execution_id: started.executionId }),
    );
    expect((await recordOf(service, id)).verifications[0]?.state).toBe('started');
  });

  it('after a failed create call, the first publication does not wait', async () => {
    const service = await testService();
    service.jumio.instead.create = () => jumioFails({ operation: 'create', failure: 'timeout' });
    service.clock.stop();
    const id = await startSignUp(service);
    await eventually(() => expect(service.kratos.copies.get(id)).toMatchObject({ status: 'pending' }));
  });

  it('without budget for the create call, the first publication goes out after five seconds', async () => {
    const env = { JUMIO_ACCOUNT_RATE: '0.001', JUMIO_ACCOUNT_BURST: '1' };
    const service = await testService({ env });
    service.clock.stop();
    await untilStatus(service, await startSignUp(service), 'pending');
    const second = await startSignUp(service);
    passTime(service, 4 * SECOND);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(service.kratos.copies.has(second)).toBe(false);
    passTime(service, SECOND);
    await untilStatus(service, second, 'pending');
    expect(service.jumio.calls.create).toHaveLength(1);
  });

  it('during Kratos’ own pause, the first publication waits, also while the create call hangs', async () => {
    const service = await testService({ idle: true });
    service.kratos.instead.publish = () => kratosFails({ operation: 'patch', status: 429, retryAfter: MINUTE });
    const { id, answer } = await hangingSignUp(service, 5 * SECOND);
    await eventually(() => expect(service.kratos.calls.publish).toHaveLength(1));
    service.jumio.instead.create = () => answer.promise;
    const other = await startSignUp(service);
    passTime(service, 5 * SECOND);
    await eventually(() => expect(service.jumio.calls.create).toHaveLength(2));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(service.kratos.calls.publish).toEqual([id]);
    service.kratos.instead.publish = undefined;
    passTime(service, MINUTE);
    answer.resolve(startedAnswer());
    await eventually(() => expect(service.kratos.copies.has(other)).toBe(true));
  });
});
