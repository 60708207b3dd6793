import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { UpstreamError } from '../../../webhook/errors.ts';
import { createReceiverClient } from '../../../webhook/receiver/client.ts';
import type { Receiver, ReceiverClientOptions } from '../../../webhook/receiver/types.ts';
import { type Responder, raw, refusingUrl, startRecordingServer } from '../../support/fakes/http-server.ts';

const REQUEST = { body: '{"type":"verification.approved"}', headers: { 'webhook-id': 'msg_1' } };

async function start(respond: Responder) {
  const server = await startRecordingServer(respond);
  onTestFinished(() => server.close());
  return server;
}

/** What a receiver's answer means: its status, or the facts of the failure. */
async function outcomeAt(url: string, options: Partial<ReceiverClientOptions> = {}, more: Partial<Receiver> = {}) {
  const client = createReceiverClient({ userAgent: 'Test/1', deadline: 300, ...options });
  try {
    return await client.send({ name: 'shop', url, allowPrivate: false, ...more }, REQUEST);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    const { failure, status, detail, retryAfter } = error.facts;
    return { failure, ...(status && { status }), ...(detail && { detail }), ...(retryAfter && { retryAfter }) };
  }
}

/** Sends a head and a part of a body, and never ends it. */
const endless: Responder = (response) => {
  response.writeHead(200, { 'content-type': 'text/html' });
  response.write('<p>'.repeat(100_000));
};

it('a receiver on this machine is called without the proxy of the environment: the event would leave it in clear', async () => {
  const [proxy, receiver] = [await start(raw(200)), await start(raw(204))];
  vi.stubEnv('HTTP_PROXY', proxy.url);
  vi.stubEnv('http_proxy', proxy.url);
  try {
    expect(await outcomeAt(receiver.url)).toBe(204);
  } finally {
    vi.unstubAllEnvs();
  }
  expect([proxy.requests.length, receiver.requests.length]).toEqual([0, 1]);
});

describe('a receiver', () => {
  it.each([
    ['200 with HTML', raw(200, '<!doctype html><p>thanks', { 'content-type': 'text/html' }), 200],
    ['202 without a body', raw(202), 202],
    ['204', raw(204), 204],
    ['200 with a body that never ends', endless, 200],
  ] as const)('that answers %s has taken it', async (_what, respond, status) => {
    expect(await outcomeAt((await start(respond)).url)).toBe(status);
  });

  it.each([
    ['500', raw(500), { failure: 'status', status: 500 }],
    ['404 with HTML', raw(404, '<p>'), { failure: 'status', status: 404 }],
    ['410', raw(410), { failure: 'status', status: 410 }],
    [
      '429 with Retry-After',
      raw(429, '', { 'retry-after': '120' }),
      { failure: 'status', status: 429, retryAfter: 120_000 },
    ],
    ['nothing', () => undefined, { failure: 'timeout' }],
    ['half a head', (response) => response.socket?.write('HTTP/1.1 200'), { failure: 'timeout' }],
    ['a closed connection', (response) => response.socket?.destroy(), { failure: 'interrupted', detail: 'ECONNRESET' }],
  ] satisfies readonly (readonly [string, Responder, object])[])(
    'that answers %s has not',
    async (_what, respond, facts) => {
      expect(await outcomeAt((await start(respond)).url)).toEqual(facts);
    },
  );

  it.each([301, 302, 303, 307, 308])(
    'that redirects by %i has not, and the other address gets nothing',
    async (status) => {
      const other = await start(raw(200));
      const server = await start(raw(status, '', { location: `${other.url}/elsewhere` }));
      expect(await outcomeAt(server.url)).toMatchObject({ failure: 'status', status });
      expect(server.requests).toHaveLength(1);
      expect(other.requests).toEqual([]);
    },
  );

  it('gets the exact bytes, the headers, and connections that are kept alive', async () => {
    const server = await start(raw(200, 'thanks'));
    const client = createReceiverClient({ userAgent: 'Test/1' });
    const receiver = { name: 'shop', url: `${server.url}/hooks?a=1`, allowPrivate: false };
    const body = '{"a":"é","b":[1,  2]}';
    for (let n = 0; n < 2; n += 1) {
      await client.send(receiver, { ...REQUEST, body });
      // The head is enough for the result; the connection is free when the rest has come.
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    expect(server.requests[1]).toMatchObject({ method: 'POST', path: '/hooks?a=1', body });
    expect(server.requests[0]?.headers).toMatchObject({
      'webhook-id': 'msg_1',
      'content-type': 'application/json',
      'user-agent': 'Test/1',
    });
    expect(server.connections()).toBe(1);
  });

  it('that listens nowhere, or has no address, is unreachable', async () => {
    expect(await outcomeAt(await refusingUrl())).toEqual({ failure: 'unreachable', detail: 'ECONNREFUSED' });
    const resolve: ReceiverClientOptions['resolve'] = (_host, found) =>
      found(Object.assign(new Error('none'), { code: 'ENOTFOUND' }), []);
    const url = 'https://shop.example.com/';
    expect(await outcomeAt(url, { resolve })).toEqual({ failure: 'unreachable', detail: 'ENOTFOUND' });
  });

  it('whose name leads inside gets no connection, unless the operator allows it', async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP address was expected');
    const resolve: ReceiverClientOptions['resolve'] = (_host, found) =>
      found(null, [{ address: '127.0.0.1', family: 4 }]);
    const url = `https://shop.example.com:${address.port}/`;
    expect(await outcomeAt(url, { resolve })).toEqual({ failure: 'unreachable', detail: 'ERR_ADDRESS_NOT_ALLOWED' });
    expect(connections).toBe(0);
    await outcomeAt(url, { resolve }, { allowPrivate: true });
    expect(connections).toBe(1);
  });
});
