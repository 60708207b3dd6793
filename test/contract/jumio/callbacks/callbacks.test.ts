import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { startRecordingServer } from '../../../support/fakes/http-server.ts';
import { eventually } from '../../../support/service/eventually.ts';
import { useSandbox } from '../driver.ts';

const jumio = useSandbox();

const bodySchema = z.object({
  callbackSentAt: z.string(),
  workflowExecution: z.object({ href: z.string(), status: z.string() }),
});

/** The statuses that reached the receiver, in the order of their arrival. */
function arrivedStatuses(): string[] {
  return jumio.received().map(({ body }) => bodySchema.parse(JSON.parse(body)).workflowExecution.status);
}

describe('Jumio sandbox: content of a callback', () => {
  test('a callback has the documented fields only: no signature, customerInternalReference or decision', async () => {
    const { accountId, executionId } = await jumio.create({ userReference: 'u-1' });
    await jumio.pick(executionId, 'reject');
    await jumio.settled();
    const [received] = jumio.received();
    expect(received?.method).toBe('POST');
    expect(received?.headers['content-type']).toBe('application/json');
    expect(JSON.parse(received?.body ?? '')).toEqual({
      callbackSentAt: expect.any(String),
      userReference: 'u-1',
      workflowExecution: {
        id: executionId,
        href: `${jumio.url()}/api/v1/workflow-executions/${executionId}`,
        definitionKey: '10011',
        status: 'PROCESSED',
      },
      account: { id: accountId, href: `${jumio.url()}/api/v1/accounts/${accountId}` },
    });
    const odd = Object.keys(received?.headers ?? {}).filter((name) => /sign|jumio|hmac|^authorization$/.test(name));
    expect(odd).toEqual([]);
  });

  test('a callback has a userReference only if one was set, and the long href only by setting', async () => {
    await jumio.control('settings', { longCallbackHref: true });
    const { accountId, executionId } = await jumio.create();
    await jumio.pick(executionId, 'pass');
    await jumio.settled();
    const body: unknown = JSON.parse(jumio.received()[0]?.body ?? '');
    expect(body).not.toHaveProperty('userReference');
    expect(bodySchema.parse(body).workflowExecution.href).toBe(
      `${jumio.url()}/api/v1/accounts/${accountId}/workflow-executions/${executionId}`,
    );
  });
});

describe('Jumio sandbox: intermediate callbacks', () => {
  test('only terminal callbacks are sent by default', async () => {
    await jumio.pick((await jumio.create()).executionId, 'pass');
    await jumio.settled();
    expect(arrivedStatuses()).toEqual(['PROCESSED']);
  });

  test('intermediate callbacks are sent in order if switched on', async () => {
    await jumio.control('settings', { intermediateCallbacks: true });
    await jumio.pick((await jumio.create()).executionId, 'pass');
    await jumio.settled();
    expect(arrivedStatuses()).toEqual(['ACQUISITION_STARTED', 'ACQUIRED', 'PROCESSED']);
  });
});

test('callbacks of one execution are sent one after the other: the next after the response to the last', async () => {
  let open = 0;
  const atOnce: number[] = [];
  const slow = await startRecordingServer((response) => {
    atOnce.push(++open);
    setTimeout(() => response.writeHead(200).end(() => --open), 40);
  });
  await jumio.control('settings', { intermediateCallbacks: true });
  await jumio.pick((await jumio.create({ callbackUrl: slow.url })).executionId, 'pass');
  await jumio.settled();
  expect(atOnce).toEqual([1, 1, 1]);
  await slow.close();
});

describe('Jumio sandbox: the callback URL', () => {
  test('a callback goes to the URL of the request, else of the tenant, else it is logged as no-url', async () => {
    await jumio.control('settings', { callbackUrl: `${jumio.callbackUrl()}/tenant` });
    await jumio.pick((await jumio.create()).executionId, 'pass');
    await jumio.pick((await jumio.create({ callbackUrl: undefined })).executionId, 'pass');
    await jumio.settled();
    expect(
      jumio
        .received()
        .map(({ path }) => path)
        .sort(),
    ).toEqual(['/callback', '/callback/tenant']);
    await jumio.control('settings', { callbackUrl: null });
    await jumio.pick((await jumio.create({ callbackUrl: undefined })).executionId, 'pass');
    expect((await jumio.settled()).at(-1)).toMatchObject({ state: 'no-url', url: null, attempts: 0 });
  });
});

describe('Jumio sandbox: retries of a callback (an assumption of this sandbox)', () => {
  test('a callback is not retried by default, and only 200 counts as accepted', async () => {
    for (const status of [204, 302, 401, 500]) {
      jumio.answerWith(status);
      await jumio.pick((await jumio.create()).executionId, 'pass');
      await jumio.settled();
    }
    expect((await jumio.settled()).map(({ state, attempts, answerStatus }) => [state, attempts, answerStatus])).toEqual(
      [
        ['refused', 1, 204],
        ['refused', 1, 302],
        ['refused', 1, 401],
        ['refused', 1, 500],
      ],
    );
  });

  test('a refused callback is retried as often as configured, with the same bytes', async () => {
    await jumio.control('settings', { callbackRetries: 2, callbackRetryMs: 10 });
    jumio.answerWith(503);
    await jumio.pick((await jumio.create()).executionId, 'pass');
    await eventually(() => expect(jumio.received()).toHaveLength(3));
    expect(new Set(jumio.received().map(({ body }) => body)).size).toBe(1);
    await eventually(async () => expect(await jumio.callbacks()).toMatchObject([{ state: 'refused', attempts: 3 }]));
  });

  test('a callback is not retried after a 200', async () => {
    await jumio.control('settings', { callbackRetries: 5, callbackRetryMs: 100 });
    jumio.answerWith(503, 200);
    await jumio.pick((await jumio.create()).executionId, 'pass');
    await eventually(async () => expect(await jumio.callbacks()).toMatchObject([{ state: 'delivered', attempts: 2 }]));
  });

  test('a callback without a response is given up after the timeout', async () => {
    const silent = await startRecordingServer(() => undefined);
    await jumio.control('settings', { callbackTimeoutMs: 50 });
    await jumio.pick((await jumio.create({ callbackUrl: silent.url })).executionId, 'pass');
    expect(await jumio.settled()).toMatchObject([{ state: 'unanswered', answerStatus: null }]);
    await silent.close();
  });
});

describe('Jumio sandbox: callbacks on demand', () => {
  test('a callback on demand may have any body and header, also invalid JSON, and goes to the URL of the execution', async () => {
    const { executionId } = await jumio.create();
    const body = { workflowExecution: { id: 'x' } };
    await jumio.control('callbacks', { executionId, body, headers: { 'x-jumio-signature': 'abc' } });
    await jumio.control('callbacks', { executionId, text: '{"broken', headers: { 'content-type': 'text/plain' } });
    const [first, second] = jumio.received();
    expect([first?.body, first?.headers['x-jumio-signature']]).toEqual([JSON.stringify(body), 'abc']);
    expect([second?.body, second?.headers['content-type']]).toEqual(['{"broken', 'text/plain']);
  });

  test('a callback on demand without a body repeats the genuine one, as often as given', async () => {
    const { executionId } = await jumio.create({ userReference: 'u-1' });
    await jumio.pick(executionId, 'pass');
    await jumio.settled();
    const answer = await jumio.control('callbacks', { executionId, times: 100 });
    expect(
      z.object({ callbacks: z.array(z.looseObject({ answerStatus: z.literal(200) })) }).parse(answer).callbacks,
    ).toHaveLength(100);
    expect(arrivedStatuses()).toEqual(Array.from({ length: 101 }, () => 'PROCESSED'));
    expect(jumio.received().at(-1)?.body).toContain('"userReference":"u-1"');
  });
});
