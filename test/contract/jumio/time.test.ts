import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { eventually } from '../../support/service/eventually.ts';
import { useSandbox } from './driver.ts';

const jumio = useSandbox();

const MINUTE = 60;

const viewSchema = z.object({
  status: z.string(),
  createdAt: z.string(),
  linkEndsAt: z.string(),
  startedAt: z.string().nullable(),
  completedAt: z.string().nullable(),
});

async function view(executionId: string): Promise<z.infer<typeof viewSchema>> {
  return viewSchema.parse((await jumio.send('GET', `/sandbox/executions/${executionId}`)).json);
}

function minutesBetween(earlier: string | null, later: string | null): number {
  return (Date.parse(later ?? '') - Date.parse(earlier ?? '')) / 60_000;
}

describe('Jumio sandbox: expiry of links and sessions', () => {
  test('an execution that was never started is TOKEN_EXPIRED at the end of tokenLifetime, with a callback', async () => {
    const { executionId } = await jumio.create({ tokenLifetime: '2d' });
    await jumio.advance(2 * 86_400 - 10);
    expect(await view(executionId)).toMatchObject({ status: 'INITIATED' });
    await jumio.advance(10);
    const { status, createdAt, completedAt } = await view(executionId);
    expect([status, minutesBetween(createdAt, completedAt)]).toEqual(['TOKEN_EXPIRED', 2 * 24 * 60]);
    expect(await jumio.settled()).toMatchObject([{ body: { workflowExecution: { status: 'TOKEN_EXPIRED' } } }]);
  });

  test('without tokenLifetime in the request the lifetime of the tenant applies', async () => {
    await jumio.control('settings', { linkLifetime: '5m' });
    const { createdAt, linkEndsAt } = await view((await jumio.create()).executionId);
    expect(minutesBetween(createdAt, linkEndsAt)).toBe(5);
  });

  test('an abandoned execution is SESSION_EXPIRED after fifteen minutes, with a callback', async () => {
    const { executionId } = await jumio.create();
    await jumio.control(`executions/${executionId}/start`);
    await jumio.advance(14 * MINUTE + 50);
    expect(await view(executionId)).toMatchObject({ status: 'ACQUISITION_STARTED' });
    await jumio.advance(10);
    const { status, startedAt, completedAt } = await view(executionId);
    expect([status, minutesBetween(startedAt, completedAt)]).toEqual(['SESSION_EXPIRED', 15]);
    expect(await jumio.settled()).toMatchObject([{ body: { workflowExecution: { status: 'SESSION_EXPIRED' } } }]);
  });

  test('activity restarts the fifteen minutes of a session, and the end of the link does not end it', async () => {
    const { executionId } = await jumio.create({ tokenLifetime: '20m' });
    await jumio.advance(19 * MINUTE);
    await jumio.control(`executions/${executionId}/start`);
    await jumio.advance(10 * MINUTE);
    await jumio.pick(executionId, 'error', { errorCode: '9300' });
    await jumio.advance(14 * MINUTE);
    expect(await view(executionId)).toMatchObject({ status: 'ACQUISITION_STARTED' });
    await jumio.advance(1 * MINUTE);
    expect(await view(executionId)).toMatchObject({ status: 'SESSION_EXPIRED' });
  });

  test('an execution expires in real time too, without a request', async () => {
    const { executionId } = await jumio.create();
    await jumio.advance(30 * MINUTE - 2);
    expect(await jumio.callbacks()).toEqual([]);
    await eventually(() => expect(jumio.received()).toHaveLength(1));
    expect(await view(executionId)).toMatchObject({ status: 'TOKEN_EXPIRED' });
  });

  test('several executions expire each at its own time', async () => {
    const first = await jumio.create({ tokenLifetime: '1h' });
    const second = await jumio.create({ tokenLifetime: '5m' });
    await jumio.advance(6 * MINUTE);
    expect(await view(first.executionId)).toMatchObject({ status: 'INITIATED' });
    expect(await view(second.executionId)).toMatchObject({ status: 'TOKEN_EXPIRED' });
  });
});

describe('Jumio sandbox: processing time', () => {
  test('an execution is ACQUIRED until the processing time ends, without a decision in its details', async () => {
    await jumio.control('settings', { processingSeconds: 10 * MINUTE });
    const { executionId } = await jumio.create();
    await jumio.pick(executionId, 'reject', { label: 'GLARE' });
    expect(await view(executionId)).toMatchObject({ status: 'ACQUIRED', completedAt: null });
    expect(await jumio.details(executionId)).not.toHaveProperty('decision');
    await jumio.advance(9 * MINUTE);
    expect(await view(executionId)).toMatchObject({ status: 'ACQUIRED' });
    expect(await jumio.callbacks()).toEqual([]);
    await jumio.advance(MINUTE);
    expect(await jumio.details(executionId)).toMatchObject({ decision: { type: 'REJECTED' } });
    expect(await jumio.settled()).toMatchObject([{ body: { workflowExecution: { status: 'PROCESSED' } } }]);
  });

  test('a changed processing time applies to executions in progress', async () => {
    await jumio.control('settings', { processingSeconds: 3600 });
    const { executionId } = await jumio.create();
    await jumio.pick(executionId, 'pass');
    await jumio.control('settings', { processingSeconds: 0 });
    await sleep(1);
    expect(await view(executionId)).toMatchObject({ status: 'PROCESSED' });
  });
});

describe('Jumio sandbox: the clock', () => {
  test('the clock only advances, and applies to every time of the sandbox', async () => {
    expect((await jumio.send('POST', '/sandbox/time', { advanceSeconds: -1 })).status).toBe(400);
    await jumio.advance(86_400);
    const { createdAt } = await view((await jumio.create()).executionId);
    expect(minutesBetween(new Date().toISOString(), createdAt)).toBeCloseTo(24 * 60, 0);
    expect((await jumio.send('GET', '/sandbox/time')).json).toMatchObject({ aheadSeconds: 86_400 });
  });
});
