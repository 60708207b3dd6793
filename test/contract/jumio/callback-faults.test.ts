import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { eventually } from '../../support/service/eventually.ts';
import { useSandbox } from './driver.ts';

const jumio = useSandbox();

const bodySchema = z.object({
  userReference: z.string().optional(),
  workflowExecution: z.object({ id: z.string(), status: z.string() }),
});

const REFERENCE = '1.2b1e5d1f-3c9b-4a10-8e2a-4dacb8216e2a.w9Q0cE5vU2lnbmF0dXJlSnVzdEFuRXhhbXBsZVRleHR';

/** Longer than whatever is to happen before it takes, on a busy machine too. */
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
  return jumio.arrived().map(({ body }) => bodySchema.parse(JSON.parse(body)));
}

describe('callbacks: faults on demand', () => {
  test('duplicate: so many copies beside the genuine one, byte for byte', async () => {
    await ask('duplicate', { copies: 3 });
    await passed();
    await jumio.settled();
    const arrived = jumio.arrived().map(({ body }) => body);
    expect([arrived.length, new Set(arrived).size]).toEqual([4, 1]);
  });

  test('out of order: an earlier status arrives after a later one', async () => {
    await jumio.control('settings', { intermediateCallbacks: true });
    await ask('reorder');
    await passed();
    await eventually(() => expect(jumio.arrived()).toHaveLength(3));
    expect(bodies().map(({ workflowExecution }) => workflowExecution.status)).toEqual([
      'ACQUIRED',
      'ACQUISITION_STARTED',
      'PROCESSED',
    ]);
  });

  test('out of order: what nothing overtakes is sent after a while', async () => {
    await ask('reorder', { milliseconds: LATER_MS });
    await passed();
    expect(await jumio.callbacks()).toMatchObject([{ state: 'waiting' }]);
    await eventually(() => expect(jumio.arrived()).toHaveLength(1));
  });

  test('delayed: by so many milliseconds, while later ones pass it', async () => {
    await ask('delay', { milliseconds: LATER_MS });
    const slow = await passed();
    const quick = await passed();
    await eventually(() => expect(jumio.arrived()).toHaveLength(2));
    expect(bodies().map(({ workflowExecution }) => workflowExecution.id)).toEqual([quick, slow]);
  });

  test('lost: never sent, and the log says so', async () => {
    await ask('lose');
    await passed();
    await passed();
    expect((await jumio.settled()).map(({ state }) => state)).toEqual(['lost', 'delivered']);
    expect(jumio.arrived()).toHaveLength(1);
  });

  test('forged: a further one whose user reference differs by one character', async () => {
    await ask('forged');
    await passed();
    await jumio.settled();
    const [forged = '', genuine] = bodies().map(({ userReference }) => userReference);
    expect(genuine).toBe(REFERENCE);
    expect(forged).toHaveLength(REFERENCE.length);
    expect(forged.split('').filter((character, index) => character !== REFERENCE[index])).toHaveLength(1);
  });

  test('forged: with a reference of one’s own', async () => {
    await ask('forged', { userReference: 'mine' });
    await passed();
    await jumio.settled();
    expect(bodies().map(({ userReference }) => userReference)).toEqual(['mine', REFERENCE]);
  });

  test('unknown workflow: a further one for an execution that nobody started', async () => {
    await ask('unknown-workflow');
    const executionId = await passed();
    await jumio.settled();
    const [unknown, genuine] = bodies();
    expect(genuine?.workflowExecution.id).toBe(executionId);
    expect(unknown?.workflowExecution.id).not.toBe(executionId);
    expect(unknown?.userReference).toBe(REFERENCE);
  });

  test('unknown status: a further one with a word that no document has', async () => {
    await ask('unknown-status', { status: 'NAPPING' });
    await passed();
    await jumio.settled();
    expect(bodies().map(({ workflowExecution }) => workflowExecution.status)).toEqual(['NAPPING', 'PROCESSED']);
  });

  test('unknown status: in what is read, too, for as long as asked', async () => {
    const { accountId, executionId } = await jumio.create();
    const path = `/api/v1/accounts/${accountId}/workflow-executions/${executionId}`;
    await jumio.control(`executions/${executionId}/status`, { status: 'NAPPING' });
    expect((await jumio.api('GET', `${path}/status`)).json).toMatchObject({ workflowExecution: { status: 'NAPPING' } });
    expect((await jumio.api('GET', path)).json).toMatchObject({ workflow: { status: 'NAPPING' } });
    await jumio.control(`executions/${executionId}/status`, { status: null });
    expect((await jumio.api('GET', path)).json).toMatchObject({ workflow: { status: 'INITIATED' } });
  });

  test('callback before details are readable: 404 for so many seconds, while status already answers', async () => {
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

describe('a callback fault', () => {
  test('serves as often as its count says, and only whom it names', async () => {
    await ask('lose', { count: 2, customerInternalReference: 'person-2' });
    const start = async (customerInternalReference: string) => {
      const { executionId } = await jumio.create({ customerInternalReference });
      await jumio.pick(executionId, 'pass');
    };
    for (const person of ['person-1', 'person-2', 'person-2', 'person-2']) await start(person);
    expect((await jumio.settled()).map(({ state }) => state)).toEqual(['delivered', 'lost', 'lost', 'delivered']);
  });
});
