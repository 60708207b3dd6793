import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { request, useSandbox } from '../driver.ts';

const jumio = useSandbox();

/** Enough for a first byte on a busy machine, and a short wait for a missing response. */
const QUICK = 1_000;

function ask(kind: string, fault: string | number, more: object = {}): Promise<unknown> {
  return jumio.control('faults', { kind, fault, ...more });
}

/** A create request with a short timeout: its response, or the name of its error. */
async function create(timeout = 5000): Promise<Response | string> {
  const authorization = `Bearer ${await jumio.token()}`;
  try {
    return await fetch(`${jumio.url()}/api/v1/accounts`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(request()),
      signal: AbortSignal.timeout(timeout),
    });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return cause instanceof Error && 'code' in cause && cause.code === 'ECONNRESET' ? 'reset' : String(cause);
  }
}

async function executions(): Promise<number> {
  const { json } = await jumio.send('GET', '/sandbox/executions');
  return z.object({ executions: z.array(z.unknown()) }).parse(json).executions.length;
}

describe('Jumio sandbox: faults on demand', () => {
  test.each([400, 401, 403, 404, 429, 500, 503])(
    'the fault %i is returned once, and the call is not executed',
    async (status) => {
      await ask('create', status);
      const answer = await jumio.api('POST', '/api/v1/accounts', request());
      expect([answer.status, answer.json]).toEqual([status, expect.objectContaining({ status })]);
      expect(await executions()).toBe(0);
      expect((await jumio.api('POST', '/api/v1/accounts', request())).status).toBe(200);
    },
  );

  test('a fault applies to its kind of call only, as often as its count', async () => {
    const { accountId, executionId } = await jumio.create();
    const path = `/api/v1/accounts/${accountId}/workflow-executions/${executionId}`;
    const calls = {
      token: () => jumio.fetchToken(),
      update: () => jumio.api('PUT', `/api/v1/accounts/${accountId}`, request()),
      status: () => jumio.api('GET', `${path}/status`),
      details: () => jumio.api('GET', path),
    };
    for (const [kind, call] of Object.entries(calls)) {
      await ask(kind, 418, { count: 2 });
      for (const other of ['token', 'update', 'status', 'details'] as const) {
        if (other !== kind && kind !== 'token') expect((await calls[other]()).status).toBe(200);
      }
      expect([(await call()).status, (await call()).status, (await call()).status]).toEqual([418, 418, 200]);
    }
  });

  test('a fault for a person applies to that person only', async () => {
    const { executionId } = await jumio.create({ customerInternalReference: 'person-2' });
    await ask('any', 503, { count: 2, customerInternalReference: 'person-2' });
    expect((await jumio.api('POST', '/api/v1/accounts', request())).status).toBe(200);
    const second = request({ customerInternalReference: 'person-2' });
    expect((await jumio.api('POST', '/api/v1/accounts', second)).status).toBe(503);
    expect((await jumio.api('GET', `/api/v1/workflow-executions/${executionId}`)).status).toBe(503);
    expect((await jumio.api('GET', `/api/v1/workflow-executions/${executionId}`)).status).toBe(200);
  });

  test('the fault hang returns no response and executes nothing', async () => {
    await ask('create', 'hang');
    expect(await create(QUICK)).toMatch(/timeout/i);
    expect(await executions()).toBe(0);
  });

  test('the fault reset closes the connection and executes nothing', async () => {
    await ask('create', 'reset');
    expect(await create()).toBe('reset');
    expect(await executions()).toBe(0);
  });

  test('the fault drip executes the call and sends its response byte by byte', async () => {
    await ask('create', 'drip');
    const answer = await create(QUICK);
    if (typeof answer === 'string') throw new Error(answer);
    expect(answer.status).toBe(200);
    let read = '';
    await expect(async () => {
      for await (const chunk of answer.body ?? []) read += Buffer.from(chunk).toString();
    }).rejects.toThrow(/timeout/i);
    expect(read).toMatch(/^\{"t/);
    expect(read.length).toBeLessThan(QUICK / 50 + 2);
    expect(await executions()).toBe(1);
  });

  test('the fault html returns 200 with a page instead of JSON', async () => {
    await ask('details', 'html');
    const { executionId } = await jumio.create();
    const answer = await jumio.api('GET', `/api/v1/workflow-executions/${executionId}`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html']);
    expect(answer.json).toBeUndefined();
  });

  test('the fault huge returns 50 MB of JSON', async () => {
    await ask('status', 'huge');
    const authorization = `Bearer ${await jumio.token()}`;
    const path = '/api/v1/accounts/a/workflow-executions/w/status';
    const { body } = await fetch(jumio.url() + path, { headers: { authorization } });
    let length = 0;
    let start = '';
    for await (const chunk of body ?? []) {
      length += chunk.length;
      start ||= Buffer.from(chunk.subarray(0, 12)).toString();
    }
    expect([length > 50_000_000, start]).toEqual([true, '{"padding":"']);
  });

  test('the fault no-href executes the call and returns ids without web.href', async () => {
    await ask('create', 'no-href');
    const { status, json } = await jumio.api('POST', '/api/v1/accounts', request());
    expect(status).toBe(200);
    expect(json).toHaveProperty('workflowExecution.id');
    expect(json).not.toHaveProperty('web.href');
  });

  test.each([
    ['executed-then-reset', /^reset$/],
    ['executed-then-hang', /timeout/i],
  ])('the fault %s leaves an execution whose ids the client never received', async (fault, seen) => {
    await ask('create', fault);
    expect(await create(QUICK)).toMatch(seen);
    expect(await executions()).toBe(1);
    const calls = await jumio.calls('?kind=create');
    expect(calls).toMatchObject([{ status: null, executionId: expect.any(String) }]);
  });
});
