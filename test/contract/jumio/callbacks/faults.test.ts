import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { eventually } from '../../../support/service/eventually.ts';
import { useSandbox } from '../driver.ts';

const jumio = useSandbox();

const bodySchema = z.object({
  userReference: z.string().optional(),
  workflowExecution: z.object({ id: z.string(), status: z.string() }),
});

const REFERENCE = '1.2b1e5d1f-3c9b-4a10-8e2a-4dacb8216e2a.w9Q0cE5vU2lnbmF0dXJlSnVzdEFuRXhhbXBsZVRleHR';

/** Longer than all that happens before, on a busy machine too. */
const LATER_MS = 2_000;

function ask(fault: string, more: object = {}): Promise<unknown> {
  return jumio.control('faults', { kind: 'callback', fault, ...more });
}

async function passed(): Promise<string> {
  const { executionId } = await jumio.create({ userReference: REFERENCE });
  await jumio.pick(executionId, 'pass');
  return executionId;
}

function bodies(): z.infer<typeof bodySchema>[] {
  return jumio.received().map(({ body }) => bodySchema.parse(JSON.parse(body)));
}

describe('Jumio sandbox: callback faults', () => {
  test('the fault duplicate sends the given number of identical copies beside the genuine callback', async () => {
    await ask('duplicate', { copies: 3 });
    await passed();
    await jumio.settled();
    const received = jumio.received().map(({ body }) => body);
    expect([received.length, new Set(received).size]).toEqual([4, 1]);
  });

  test('the fault reorder sends an earlier status after a later one', async () => {
    await jumio.control('settings', { intermediateCallbacks: true });
    await ask('reorder');
    await passed();
    await eventually(() => expect(jumio.received()).toHaveLength(3));
    expect(bodies().map(({ workflowExecution }) => workflowExecution.status)).toEqual([
      'ACQUIRED',
      'ACQUISITION_STARTED',
      'PROCESSED',
    ]);
  });

  test('the fault reorder sends the callback after a while if no other follows', async () => {
    await ask('reorder', { milliseconds: LATER_MS });
    await passed();
    expect(await jumio.callbacks()).toMatchObject([{ state: 'waiting' }]);
    await eventually(() => expect(jumio.received()).toHaveLength(1));
  });

  test('the fault delay sends the callback after the given milliseconds, and later ones pass it', async () => {
    await ask('delay', { milliseconds: LATER_MS });
    const slow = await passed();
    const quick = await passed();
    await eventually(() => expect(jumio.received()).toHaveLength(2));
    expect(bodies().map(({ workflowExecution }) => workflowExecution.id)).toEqual([quick, slow]);
  });

  test('the fault lose never sends the callback, and the log says so', async () => {
    await ask('lose');
    await passed();
    await passed();
    expect((await jumio.settled()).map(({ state }) => state)).toEqual(['lost', 'delivered']);
    expect(jumio.received()).toHaveLength(1);
  });

  test('the fault forged sends a further callback with a user reference that differs by one character', async () => {
    await ask('forged');
    await passed();
    await jumio.settled();
    const [forged = '', genuine] = bodies().map(({ userReference }) => userReference);
    expect(genuine).toBe(REFERENCE);
    expect(forged).toHaveLength(REFERENCE.length);
    expect(forged.split('').filter((character, index) => character !== REFERENCE[index])).toHaveLength(1);
  });

  test('the fault forged accepts a given user reference', async () => {
    await ask('forged', { userReference: 'mine' });
    await passed();
    await jumio.settled();
    expect(bodies().map(({ userReference }) => userReference)).toEqual(['mine', REFERENCE]);
  });

  test('the fault unknown-workflow sends a further callback for an unknown execution', async () => {
    await ask('unknown-workflow');
    const executionId = await passed();
    await jumio.settled();
    const [unknown, genuine] = bodies();
    expect(genuine?.workflowExecution.id).toBe(executionId);
    expect(unknown?.workflowExecution.id).not.toBe(executionId);
    expect(unknown?.userReference).toBe(REFERENCE);
  });

  test('the fault unknown-status sends a further callback with an undocumented status', async () => {
    await ask('unknown-status', { status: 'NAPPING' });
    await passed();
    await jumio.settled();
    expect(bodies().map(({ workflowExecution }) => workflowExecution.status)).toEqual(['NAPPING', 'PROCESSED']);
  });

  test('an undocumented status is returned by reads until it is removed', async () => {
    const { accountId, executionId } = await jumio.create();
    const path = `/api/v1/accounts/${accountId}/workflow-executions/${executionId}`;
    await jumio.control(`executions/${executionId}/status`, { status: 'NAPPING' });
    expect((await jumio.api('GET', `${path}/status`)).json).toMatchObject({ workflowExecution: { status: 'NAPPING' } });
    expect((await jumio.api('GET', path)).json).toMatchObject({ workflow: { status: 'NAPPING' } });
    await jumio.control(`executions/${executionId}/status`, { status: null });
    expect((await jumio.api('GET', path)).json).toMatchObject({ workflow: { status: 'INITIATED' } });
  });

  test('the fault unreadable makes details 404 for the given seconds, while the status is readable', async () => {
    await ask('unreadable', { seconds: 8 });
    const { accountId, executionId } = await jumio.create();
    await jumio.pick(executionId, 'pass');
    expect(await jumio.settled()).toHaveLength(1);
    const path = `/api/v1/accounts/${accountId}/workflow-executions/${executionId}`;
    expect((await jumio.api('GET', path)).status).toBe(404);
    expect((await jumio.api('GET', `/api/v1/workflow-executions/${executionId}`)).status).toBe(404);
    expect((await jumio.api('GET', `${path}/status`)).json).toMatchObject({
      workflowExecution: { status: 'PROCESSED' },
    });
    await jumio.advance(8);
    expect((await jumio.api('GET', path)).status).toBe(200);
  });
});

describe('Jumio sandbox: count and filter of a callback fault', () => {
  test('a callback fault applies as often as its count, and only to the given person', async () => {
    await ask('lose', { count: 2, customerInternalReference: 'person-2' });
    const start = async (customerInternalReference: string) => {
      const { executionId } = await jumio.create({ customerInternalReference });
      await jumio.pick(executionId, 'pass');
    };
    for (const person of ['person-1', 'person-2', 'person-2', 'person-2']) await start(person);
    expect((await jumio.settled()).map(({ state }) => state)).toEqual(['delivered', 'lost', 'lost', 'delivered']);
  });
});
