import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { republish } from '../../../webhook/verification/publication/state.ts';
import { callback, callbackOf } from '../../support/clients/calls.ts';
import { process } from '../../support/fakes/jumio.ts';
import { kratosFails } from '../../support/fakes/kratos.ts';
import { deferred, startSignUps } from '../../support/fakes/upstream-answers.ts';
import { eventually, recordOf, signUp, untilStatus } from '../../support/service/eventually.ts';
import { type TestService, testService } from '../../support/service/service.ts';

/** More than the concurrency of the worker. */
const CROWD = 40;

/** Every call hangs until the test ends, and then fails. */
function hang(): () => Promise<never> {
  const end = deferred<never>();
  return () => end.promise;
}

/** An identity whose published copy differs: it is due for publishing. */
async function makePublicationDue({ ctx, worker }: TestService, id: string): Promise<void> {
  const now = ctx.clock.now();
  await ctx.ledger.change(id, now, (found) => found && republish(found, now, 'sign-in'));
  worker.wake();
}

describe('Jumio and Kratos do not delay each other', () => {
  it('forty create calls that hang do not delay a publication', async () => {
    const service = await testService();
    const id = randomUUID();
    await signUp(service, id);
    service.jumio.instead.create = hang();
    await startSignUps(service, CROWD);
    await eventually(() => expect(service.jumio.calls.create.length).toBeGreaterThan(10));
    service.kratos.copies.delete(id);
    await makePublicationDue(service, id);
    await eventually(() => expect(service.kratos.copies.has(id)).toBe(true));
  });

  it('forty reads that hang delay neither a publication nor a sign-up', async () => {
    const service = await testService();
    const id = randomUUID();
    await signUp(service, id);
    const crowd = await Promise.all(Array.from({ length: CROWD }, () => signUp(service, randomUUID())));
    service.jumio.instead.details = hang();
    await Promise.all(crowd.map((execution) => callback(service, callbackOf(execution))));
    await eventually(() => expect(service.jumio.calls.details.length).toBeGreaterThan(10));
    service.kratos.copies.delete(id);
    await makePublicationDue(service, id);
    await eventually(() => expect(service.kratos.copies.has(id)).toBe(true));
    await signUp(service, randomUUID());
  });

  it('forty publications that hang delay neither a verdict nor its effect at the gate', async () => {
    const service = await testService();
    const execution = await signUp(service, randomUUID());
    const crowd = await Promise.all(Array.from({ length: CROWD }, () => signUp(service, randomUUID())));
    service.kratos.instead.publish = hang();
    await Promise.all(crowd.map(({ identityId }) => makePublicationDue(service, identityId)));
    await eventually(() => expect(service.kratos.calls.publish.length).toBeGreaterThan(CROWD + 10));
    process(execution, 'REJECTED', service.clock.now());
    await callback(service, callbackOf(execution));
    await eventually(async () =>
      expect(await service.ctx.ledger.gate(execution.identityId)).toMatchObject({ status: 'rejected' }),
    );
  });

  it('a read and a publication of one identity that are due together run without waiting for each other', async () => {
    const service = await testService();
    const execution = await signUp(service, randomUUID());
    const { identityId } = execution;
    await service.worker.stop();
    process(execution, 'PASSED', service.clock.now());
    await callback(service, callbackOf(execution));
    await makePublicationDue(service, identityId);
    const { databaseUrl, jumio, kratos } = service;
    const next = await testService({ databaseUrl, jumio, kratos, idle: true });
    kratos.instead.publish = hang();
    next.worker.start();
    await eventually(() => expect(service.kratos.calls.publish).toHaveLength(2));
    await eventually(async () => expect((await recordOf(next, identityId)).identity.status).toBe('approved'));
  });

  it('a verdict read while Kratos is down is published when Kratos is back', async () => {
    const service = await testService({ ctx: (ctx) => ({ ...ctx, random: () => 0 }) });
    const execution = await signUp(service, randomUUID());
    service.kratos.instead.publish = () => kratosFails({ operation: 'patch', failure: 'unreachable' });
    process(execution, 'PASSED', service.clock.now());
    await callback(service, callbackOf(execution));
    await eventually(() => expect(service.kratos.calls.publish.length).toBeGreaterThan(2));
    expect((await recordOf(service, execution.identityId)).identity.status).toBe('approved');
    service.kratos.instead.publish = undefined;
    await untilStatus(service, execution.identityId, 'approved');
  });
});
