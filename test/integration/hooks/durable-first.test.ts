import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../../webhook/ledger/ledger.ts';
import { callback, callbackOf, initiate } from '../../support/clients/calls.ts';
import { deferred } from '../../support/fakes/upstream-answers.ts';
import { signUp } from '../../support/service/eventually.ts';
import { type TestService, testService } from '../../support/service/service.ts';

/** A service with a slow disk: while the test holds it, no write becomes durable. */
async function slowDisk(): Promise<{ service: TestService; holdDisk: () => void; release: () => void }> {
  let gate = deferred<void>();
  gate.resolve();
  const slow = (ledger: Ledger): Ledger => ({
    ...ledger,
    change: async (...args) => {
      await gate.promise;
      return ledger.change(...args);
    },
    requestRead: async (...args) => {
      await gate.promise;
      return ledger.requestRead(...args);
    },
    note: async (...args) => {
      await gate.promise;
      return ledger.note(...args);
    },
  });
  const service = await testService({ ctx: (ctx) => ({ ...ctx, ledger: slow(ctx.ledger) }) });
  const holdDisk = (): void => {
    gate = deferred<void>();
  };
  return { service, holdDisk, release: () => gate.resolve() };
}

/** Whether the response is sent while the disk is held, and its status after the release. */
async function answered(call: Promise<{ statusCode: number }>, release: () => void) {
  let early = false;
  const watched = call.then((answer) => {
    early = true;
    return answer.statusCode;
  });
  await new Promise((resolve) => setTimeout(resolve, 150));
  const before = early;
  release();
  return { early: before, status: await watched };
}

describe('responses that follow a durable write', () => {
  it('a sign-up hook is 204 only after its write is durable', async () => {
    const { service, holdDisk, release } = await slowDisk();
    holdDisk();
    const call = initiate(service, { kratos_identity_id: randomUUID() });
    expect(await answered(call, release)).toEqual({ early: false, status: 204 });
  });

  it('a callback is 200 only after its write is durable', async () => {
    const { service, holdDisk, release } = await slowDisk();
    const execution = await signUp(service, randomUUID());
    holdDisk();
    expect(await answered(callback(service, callbackOf(execution)), release)).toEqual({ early: false, status: 200 });
  });

  it('an unmatched callback is 200 only after its event is durable', async () => {
    const { service, holdDisk, release } = await slowDisk();
    const execution = await signUp(service, randomUUID());
    holdDisk();
    const call = callback(service, callbackOf({ ...execution, executionId: randomUUID() }));
    expect(await answered(call, release)).toEqual({ early: false, status: 200 });
  });
});
