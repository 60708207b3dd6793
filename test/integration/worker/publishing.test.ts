import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { callback, callbackOf } from '../../support/clients/calls.ts';
import { process } from '../../support/fakes/jumio.ts';
import { kratosFails } from '../../support/fakes/kratos.ts';
import { kindsOf, SOON, startSignUp } from '../../support/fakes/upstream-answers.ts';
import { eventually, passTime, recordOf, signUp, untilStatus } from '../../support/service/eventually.ts';
import { type TestService, type TestServiceOptions, testService } from '../../support/service/service.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../support/service/shifted-clock.ts';

/** A stopped clock: only the test makes a job due. */
async function stoppedService(options: TestServiceOptions = {}): Promise<TestService> {
  const service = await testService(options);
  service.clock.stop();
  return service;
}

/** An approved identity whose verdict is published. */
async function approved(): Promise<{ service: TestService; id: string }> {
  const service = await stoppedService();
  const execution = await signUp(service, randomUUID());
  process(execution, 'PASSED', service.clock.now());
  await callback(service, callbackOf(execution));
  await untilStatus(service, execution.identityId, 'approved');
  return { service, id: execution.identityId };
}

async function published({ kratos }: TestService, times: number): Promise<void> {
  await eventually(() => expect(kratos.calls.publish).toHaveLength(times));
}

async function expectNoFurtherCall({ kratos, worker }: TestService, times: number): Promise<void> {
  worker.wake();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(kratos.calls.publish).toHaveLength(times);
}

describe('publications', () => {
  it.each([
    ['nothing of ours', undefined],
    ['an empty object', {}],
    ['an older copy', { status: 'approved', source: 'jumio', updated_at: '2020-01-01T00:00:00.000Z' }],
  ])('a publication whose response shows %s does not count, and stays due until one does', async (_what, seen) => {
    const service = await stoppedService({ ctx: (ctx) => ({ ...ctx, random: () => 0.999 }) });
    service.kratos.instead.publish = async () => seen;
    const id = await startSignUp(service);
    for (let times = 1; times <= 6; times += 1) {
      await published(service, times);
      await eventually(async () => expect((await recordOf(service, id)).identity.kratosAttempts).toBe(times));
      passTime(service, SOON);
    }
    expect((await recordOf(service, id)).identity.published).toBe(0);
    service.kratos.instead.publish = undefined;
    passTime(service, SOON);
    await untilStatus(service, id, 'pending');
  });

  it('a repeated publication is byte for byte the first, also hours later', async () => {
    const service = await stoppedService();
    const execution = await signUp(service, randomUUID());
    const bodies: string[] = [];
    service.kratos.instead.publish = async (_id, content) => {
      bodies.push(JSON.stringify(content));
      return {};
    };
    process(execution, 'PASSED', service.clock.now());
    await callback(service, callbackOf(execution));
    for (let times = 1; times <= 5; times += 1) {
      await eventually(() => expect(bodies).toHaveLength(times));
      await eventually(async () =>
        expect((await recordOf(service, execution.identityId)).identity.kratosAttempts).toBe(times),
      );
      passTime(service, HOUR);
    }
    expect(new Set(bodies).size).toBe(1);
    expect(bodies[0]).toContain('"status":"approved"');
  });

  it('a publication with 429 from Kratos pauses all publishing until the reset', async () => {
    const service = await stoppedService();
    service.kratos.instead.publish = () => kratosFails({ operation: 'patch', status: 429, retryAfter: MINUTE });
    const id = await startSignUp(service);
    await published(service, 1);
    service.kratos.instead.publish = undefined;
    await eventually(async () => expect(await service.ctx.ledger.budgets.paused(service.clock.now())).toHaveLength(1));
    const other = await startSignUp(service);
    passTime(service, MINUTE - 2 * SECOND);
    await expectNoFurtherCall(service, 1);
    passTime(service, 2 * SECOND);
    await untilStatus(service, id, 'pending');
    await untilStatus(service, other, 'pending');
  });

  it('a publication that collided with another write is repeated; one that Kratos refuses for good is stuck, and tried daily', async () => {
    const service = await stoppedService();
    service.kratos.instead.publish = () => kratosFails({ operation: 'patch', status: 400, code: 'serialization' });
    const id = await startSignUp(service);
    await published(service, 1);
    await eventually(async () => expect((await recordOf(service, id)).identity.kratosAttempts).toBe(1));
    service.kratos.instead.publish = () => kratosFails({ operation: 'patch', status: 400 });
    passTime(service, SOON);
    await eventually(async () => expect((await recordOf(service, id)).identity.publishRefused).toBe(true));
    const before = service.kratos.calls.publish.length;
    passTime(service, DAY - MINUTE);
    await expectNoFurtherCall(service, before);
    expect(await kindsOf(service, id)).toContain('publish_stuck');
    service.kratos.instead.publish = undefined;
    passTime(service, MINUTE);
    await eventually(() => expect(service.kratos.copies.has(id)).toBe(true));
  });
});

describe('read-back of published verdicts', () => {
  it('a published verdict is read back once, after a minute', async () => {
    const { service } = await approved();
    passTime(service, MINUTE - 2 * SECOND);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(service.kratos.calls.read).toEqual([]);
    passTime(service, 2 * SECOND);
    await eventually(() => expect(service.kratos.calls.read).toHaveLength(1));
    for (const _ of [1, 2, 3]) passTime(service, HOUR);
    await expectNoFurtherCall(service, 2);
    expect(service.kratos.calls.read).toHaveLength(1);
  });

  it.each([
    ['put back', { status: 'pending', source: 'jumio' }],
    ['wiped', undefined],
    ['edited', { status: 'rejected', source: 'jumio', updated_at: '2020-01-01T00:00:00.000Z' }],
  ])(
    'a published verdict that was %s is restored byte for byte, and the gate ignores the copy meanwhile',
    async (_how, copy) => {
      const { service, id } = await approved();
      const right = service.kratos.copies.get(id);
      service.kratos.copies.set(id, copy);
      passTime(service, MINUTE);
      await eventually(() => expect(service.kratos.copies.get(id)).toEqual(right));
      await untilStatus(service, id, 'approved');
      expect(await kindsOf(service, id)).toContain('copy_differs');
      passTime(service, MINUTE);
      await eventually(() => expect(service.kratos.calls.read).toHaveLength(2));
    },
  );

  it('a failed read-back of a published verdict is repeated later', async () => {
    const { service, id } = await approved();
    const right = service.kratos.copies.get(id);
    service.kratos.copies.set(id, {});
    service.kratos.instead.read = () => kratosFails({ operation: 'read', status: 503 });
    passTime(service, MINUTE);
    await eventually(async () => expect((await recordOf(service, id)).identity.kratosAttempts).toBe(1));
    service.kratos.instead.read = undefined;
    passTime(service, SOON);
    await eventually(() => expect(service.kratos.copies.get(id)).toEqual(right));
  });
});
