import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { JumioResult } from '../../../webhook/jumio/result.ts';
import { callback, callbackOf } from '../../support/clients/calls.ts';
import { type Execution, jumioFails, process } from '../../support/fakes/jumio.ts';
import { deferred, kindsOf, SOON } from '../../support/fakes/upstream-answers.ts';
import { eventually, passTime, recordOf, signUp, untilStatus } from '../../support/service/eventually.ts';
import { type TestService, testService } from '../../support/service/service.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../support/service/shifted-clock.ts';

async function started(): Promise<{ service: TestService; execution: Execution; id: string }> {
  const service = await testService();
  // A stopped clock: only the test makes a job due.
  service.clock.stop();
  const execution = await signUp(service, randomUUID());
  return { service, execution, id: execution.identityId };
}

function passed(execution: Execution, at: number): JumioResult {
  const { accountId, executionId, reference, identityId } = execution;
  return {
    accountId,
    executionId,
    definitionKey: '10011',
    status: 'PROCESSED',
    userReference: reference,
    customerInternalReference: identityId,
    completedAt: at,
    decision: { type: 'PASSED' },
  };
}

describe('reads from Jumio', () => {
  it('a callback with a final status reads the details once, and makes one PATCH', async () => {
    const { service, execution, id } = await started();
    process(execution, 'PASSED', service.clock.now());
    await callback(service, callbackOf(execution));
    await untilStatus(service, id, 'approved');
    const { status, details } = service.jumio.calls;
    expect([status.length, details.length]).toEqual([0, 1]);
    expect(service.kratos.calls.publish).toHaveLength(2);
  });

  it('a callback without a final status reads the status once', async () => {
    const { service, execution, id } = await started();
    execution.status = 'ACQUIRED';
    await callback(service, callbackOf(execution, 'ACQUIRED'));
    await untilStatus(service, id, 'processing');
    const { status, details } = service.jumio.calls;
    expect([status.length, details.length]).toEqual([1, 0]);
  });

  it('without a callback, the status is read when the link ends, and the details if the status is final', async () => {
    const { service, execution, id } = await started();
    process(execution, 'PASSED', service.clock.now());
    passTime(service, DAY - MINUTE);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(service.jumio.reads()).toBe(0);
    passTime(service, MINUTE + 2 * SECOND);
    await untilStatus(service, id, 'approved');
    const { status, details } = service.jumio.calls;
    expect([status.length, details.length]).toEqual([1, 1]);
  });

  it('for a link that ended unused, only the status is read', async () => {
    const { service, execution, id } = await started();
    execution.status = 'SESSION_EXPIRED';
    passTime(service, DAY + 2 * SECOND);
    await untilStatus(service, id, 'expired');
    const { status, details } = service.jumio.calls;
    expect([status.length, details.length]).toEqual([1, 0]);
  });
});

describe('callbacks during a read', () => {
  it('a callback during a read is not lost, whatever that read returns', async () => {
    const { service, execution, id } = await started();
    const answer = deferred<string>();
    service.jumio.instead.status = () => answer.promise;
    execution.status = 'ACQUIRED';
    await callback(service, callbackOf(execution, 'ACQUIRED'));
    await eventually(() => expect(service.jumio.calls.status).toHaveLength(1));
    process(execution, 'PASSED', service.clock.now());
    expect((await callback(service, callbackOf(execution))).statusCode).toBe(200);
    answer.resolve('ACQUIRED');
    await untilStatus(service, id, 'approved');
  });

  it('a callback during a read that fails is not lost', async () => {
    const { service, execution, id } = await started();
    const answer = deferred<void>();
    service.jumio.instead.status = () =>
      answer.promise.then(() => jumioFails({ operation: 'status', failure: 'timeout' }));
    await callback(service, callbackOf(execution, 'ACQUIRED'));
    await eventually(() => expect(service.jumio.calls.status).toHaveLength(1));
    process(execution, 'PASSED', service.clock.now());
    await callback(service, callbackOf(execution));
    answer.resolve();
    await untilStatus(service, id, 'approved');
  });

  it('a callback with the same status during a read causes another read, ten seconds after the first began', async () => {
    const { service, execution, id } = await started();
    const answer = deferred<JumioResult>();
    service.jumio.instead.details = () => answer.promise;
    await callback(service, callbackOf(execution));
    await eventually(() => expect(service.jumio.calls.details).toHaveLength(1));
    await callback(service, callbackOf(execution));
    answer.resolve({ ...passed(execution, 0), status: 'ACQUIRED' });
    await untilStatus(service, id, 'processing');
    service.jumio.instead.details = undefined;
    process(execution, 'PASSED', service.clock.now());
    passTime(service, 10 * SECOND);
    await untilStatus(service, id, 'approved');
  });
});

describe('failed reads', () => {
  it.each([
    ['401', { operation: 'details', status: 401 }],
    ['403', { operation: 'details', status: 403 }],
    ['404', { operation: 'details', status: 404 }],
    ['429', { operation: 'details', status: 429, retryAfter: 2_000 }],
    ['500', { operation: 'details', status: 500 }],
    ['503', { operation: 'details', status: 503, retryAfter: 1_000 }],
    ['a timeout', { operation: 'details', failure: 'timeout' as const }],
    ['nobody listening', { operation: 'details', failure: 'unreachable' as const }],
    ['HTML', { operation: 'details', failure: 'unusable' as const, status: 200 }],
    ['a token that is refused', { operation: 'token', status: 401 }],
  ])('a read that fails with %s decides nothing, and the identity is due again', async (_why, facts) => {
    const { service, execution, id } = await started();
    service.jumio.instead.details = () => jumioFails(facts);
    process(execution, 'PASSED', service.clock.now());
    await callback(service, callbackOf(execution));
    await eventually(async () => {
      expect(service.jumio.calls.details).not.toEqual([]);
      const { identity } = await recordOf(service, id);
      expect(identity.leasedUntil).toBeLessThanOrEqual(service.clock.now());
      // Not between the two reads of a 404: the second one would be due after the time that passes below.
      const paused = await service.ctx.ledger.budgets.paused(service.clock.now());
      expect((identity.jumioDue ?? 0) > service.clock.now() || paused.length > 0).toBe(true);
    });
    expect((await recordOf(service, id)).identity.standing).toBeNull();
    service.jumio.instead.details = undefined;
    passTime(service, SOON);
    await untilStatus(service, id, 'approved');
    expect((await kindsOf(service, id)).filter((kind) => kind === 'decided')).toHaveLength(1);
  });

  it('a read with 429 pauses all reads, as long as Jumio asks', async () => {
    const { service, execution } = await started();
    const other = await signUp(service, randomUUID());
    service.jumio.instead.details = () => jumioFails({ operation: 'details', status: 429, retryAfter: MINUTE });
    await callback(service, callbackOf(execution));
    await eventually(async () => expect(await service.ctx.ledger.budgets.paused(service.clock.now())).toHaveLength(1));
    service.jumio.instead.details = undefined;
    process(other, 'PASSED', service.clock.now());
    await callback(service, callbackOf(other));
    passTime(service, MINUTE - 2 * SECOND);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(service.jumio.calls.details).toHaveLength(1);
    passTime(service, 2 * SECOND);
    await untilStatus(service, other.identityId, 'approved');
  });
});

describe('decisions from a read', () => {
  it('a decision that Jumio changes is a new event and a new publication', async () => {
    const { service, execution, id } = await started();
    process(execution, 'PASSED', service.clock.now());
    await callback(service, callbackOf(execution));
    await untilStatus(service, id, 'approved');
    passTime(service, 2 * HOUR);
    process(execution, 'REJECTED', service.clock.now());
    await callback(service, callbackOf(execution));
    await untilStatus(service, id, 'rejected');
    expect(service.kratos.copies.get(id)).toMatchObject({ status: 'rejected', verdict: 'FAILED' });
    const decided = (await service.ctx.ledger.events(id)).filter(({ kind }) => kind === 'decided');
    expect(decided.map(({ detail }) => detail)).toMatchObject([
      { verdict: 'PASSED', previous: null },
      { verdict: 'FAILED', previous: 'PASSED' },
    ]);
  });

  it.each([
    ['account', { accountId: 'another' }],
    ['execution', { executionId: 'another' }],
    ['workflow', { definitionKey: '10012' }],
    ['reference', { userReference: '1.another' }],
    ['identity', { customerInternalReference: randomUUID() }],
    ['reference, missing', { userReference: undefined }],
    ['identity, missing', { customerInternalReference: undefined }],
  ])('details whose %s is not the row’s decide nothing', async (_field, wrong) => {
    const { service, execution, id } = await started();
    const { userReference, customerInternalReference, ...rest } = passed(execution, service.clock.now());
    const foreign = { ...rest, userReference, customerInternalReference, ...wrong };
    service.jumio.instead.details = async () => withoutUndefined(foreign);
    await callback(service, callbackOf(execution));
    await eventually(async () => expect(await kindsOf(service, id)).toContain('foreign_result'));
    expect((await recordOf(service, id)).identity).toMatchObject({ status: 'pending', standing: null });
    expect(service.kratos.calls.publish).toHaveLength(1);
    service.jumio.instead.details = undefined;
    process(execution, 'PASSED', service.clock.now());
    passTime(service, HOUR);
    await untilStatus(service, id, 'approved');
  });
});

interface Loose extends Omit<JumioResult, 'userReference' | 'customerInternalReference'> {
  readonly userReference?: string | undefined;
  readonly customerInternalReference?: string | undefined;
}

function withoutUndefined({ userReference, customerInternalReference, ...rest }: Loose): JumioResult {
  return {
    ...rest,
    ...(userReference === undefined ? {} : { userReference }),
    ...(customerInternalReference === undefined ? {} : { customerInternalReference }),
  };
}
