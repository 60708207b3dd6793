import { afterEach, describe, expect, it, vi } from 'vitest';
import { createJumioClient } from '../../../webhook/jumio/client.ts';
import type { Observe, Outcome } from '../../../webhook/upstream/http.ts';
import { json, type ReceivedRequest, type Responder, startRecordingServer } from '../../support/fakes/http-server.ts';
import {
  ACCOUNT,
  EXECUTION,
  IDS,
  optionsFor,
  START,
  startedBody,
  startJumioClient,
} from '../../support/fakes/jumio-server.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function stub(...parameters: Parameters<typeof startJumioClient>) {
  const running = await startJumioClient(...parameters);
  closing.push(running.server.close);
  return running;
}

const detailsBody = {
  workflow: { id: EXECUTION, status: 'PROCESSED', definitionKey: '10011', userReference: START.reference },
  account: { id: ACCOUNT },
  decision: { type: 'PASSED', details: { label: 'PASSED' }, risk: { score: 0 } },
  capabilities: {},
};

function onlyRequest(requests: readonly ReceivedRequest[]): ReceivedRequest {
  const [request, ...more] = requests;
  if (request === undefined || more.length > 0) throw new Error(`expected one request, received ${requests.length}`);
  return request;
}

describe('create calls to Jumio', () => {
  it('a create call posts a new account with the reference, the key and the lifetime', async () => {
    const { client, apiCalls } = await stub({});
    await client.create(START);
    const { method, path, headers, body } = onlyRequest(apiCalls());
    expect([method, path]).toEqual(['POST', '/api/v1/accounts']);
    expect(JSON.parse(body)).toStrictEqual({
      customerInternalReference: START.identityId,
      userReference: START.reference,
      workflowDefinition: { key: '10011' },
      tokenLifetime: '1d',
    });
    expect(headers).toMatchObject({
      authorization: 'Bearer token-1',
      'content-type': 'application/json',
      'user-agent': 'Acme Verification/1.0',
      accept: 'application/json',
    });
  });

  it('a create call for a known account adds an execution to it', async () => {
    const { client, apiCalls } = await stub({});
    await client.create({ ...START, accountId: ACCOUNT });
    const { method, path, body } = onlyRequest(apiCalls());
    expect([method, path]).toEqual(['PUT', `/api/v1/accounts/${ACCOUNT}`]);
    expect(JSON.parse(body)).toMatchObject({ userReference: START.reference });
  });

  it('a create call sends the configured URLs, and no others', async () => {
    const callbackUrl = 'https://verify.acme.example/jumio/callback';
    const successUrl = 'https://verify.acme.example/jumio/status';
    const { client, apiCalls } = await stub({}, { callbackUrl, successUrl });
    await client.create(START);
    expect(JSON.parse(onlyRequest(apiCalls()).body)).toMatchObject({ callbackUrl, web: { successUrl } });
  });

  it.each([200, 201, 202])(
    'a create call with the response %i returns the ids, the link and the tokens',
    async (status) => {
      const { client } = await stub({ api: json(status, startedBody) });
      expect(await client.create(START)).toStrictEqual({
        ...IDS,
        link: startedBody.web.href,
        sdkToken: 'sdk-token',
        transactionToken: 'transaction-token',
      });
    },
  );

  it.each([
    ['no web', { ...startedBody, web: undefined }],
    ['web without an href', { ...startedBody, web: { successUrl: 'https://app.acme.example' } }],
    ['an href that is no web address', { ...startedBody, web: { href: 'javascript:alert(1)' } }],
    ['a null href', { ...startedBody, web: { href: null } }],
  ])('a create response with %s keeps the ids', async (_, body) => {
    const { client } = await stub({ api: json(200, body) });
    expect(await client.create(START)).toStrictEqual({
      ...IDS,
      sdkToken: 'sdk-token',
      transactionToken: 'transaction-token',
    });
  });

  it('a create response with the ids alone, or full of unknown members, keeps the ids', async () => {
    const ids = { account: { id: ACCOUNT }, workflowExecution: { id: EXECUTION } };
    const strange = { ...ids, web: [], sdk: 7, workflowExecution: { id: EXECUTION, credentials: 'none' }, more: {} };
    for (const body of [ids, strange]) {
      const { client } = await stub({ api: json(200, body) });
      expect(await client.create(START)).toStrictEqual(IDS);
    }
  });

  it.each([
    ['no account', { ...startedBody, account: undefined }, 'account'],
    ['no execution id', { ...startedBody, workflowExecution: {} }, 'workflowExecution.id'],
    ['the ids at the top', { id: ACCOUNT, token: 'x' }, 'account, workflowExecution'],
    ['an id that leads elsewhere', { ...startedBody, account: { id: '../x' } }, 'account.id'],
  ])('a create response with %s is unusable, and the error names the place', async (_, body, place) => {
    const { client } = await stub({ api: json(200, body) });
    await expect(client.create(START)).rejects.toMatchObject({
      facts: { operation: 'create', failure: 'unusable', status: 200, detail: `not as documented: ${place}` },
    });
  });
});

describe('reads from Jumio', () => {
  const execution = `/api/v1/accounts/${ACCOUNT}/workflow-executions/${EXECUTION}`;

  it('a read of the status returns Jumio’s status, also an unknown one', async () => {
    const body = { account: { id: ACCOUNT }, workflowExecution: { id: EXECUTION, status: 'PAUSED' } };
    const { client, apiCalls } = await stub({ api: json(200, body) });
    expect(await client.status(IDS)).toBe('PAUSED');
    const { method, path } = onlyRequest(apiCalls());
    expect([method, path]).toEqual(['GET', `${execution}/status`]);
  });

  it('a read of the details returns the result', async () => {
    const { client, apiCalls } = await stub({ api: json(200, detailsBody) });
    expect(await client.details(IDS)).toMatchObject({ ...IDS, status: 'PROCESSED', decision: { type: 'PASSED' } });
    const { method, path } = onlyRequest(apiCalls());
    expect([method, path]).toEqual(['GET', execution]);
  });

  it('a read goes to the retrieval host, a create call to the account host', async () => {
    const retrieval = await startRecordingServer(json(200, detailsBody));
    closing.push(retrieval.close);
    const { client, apiCalls } = await stub({}, { retrievalBaseUrl: `${retrieval.url}/api/v1` });
    await client.create(START);
    await client.details(IDS);
    expect(onlyRequest(apiCalls()).path).toBe('/api/v1/accounts');
    expect(onlyRequest(retrieval.requests).path).toBe(execution);
  });

  it('a picture comes as it is, every byte of it, from the part of its credential', async () => {
    const bytes = Buffer.concat([
      Buffer.from('89504e470d0a1a0a', 'hex'),
      Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
    ]);
    const { client, apiCalls } = await stub({ api: (response) => void response.writeHead(200).end(bytes) });
    const image = await client.image(ACCOUNT, { credentialId: 'c1', classifier: 'FRONT' });
    expect(image.type).toBe('image/png');
    expect(image.bytes.equals(bytes)).toBe(true);
    const { method, path } = onlyRequest(apiCalls());
    expect([method, path]).toEqual(['GET', `/api/v1/accounts/${ACCOUNT}/credentials/c1/parts/FRONT`]);
  });

  it('twenty reads in a row open one connection', async () => {
    const { client, server } = await stub({ api: json(200, detailsBody) });
    for (let read = 0; read < 20; read += 1) await client.details(IDS);
    expect(server.connections()).toBe(1);
  });
});

describe('proxies of the environment', () => {
  /** A proxy that refuses every CONNECT and records it; it answers a plain request as Jumio does. */
  async function startProxy(respond: Responder) {
    const proxy = await startRecordingServer(respond);
    closing.push(proxy.close);
    return proxy;
  }

  it('a configured proxy is asked for a tunnel to Jumio’s hosts', async () => {
    const proxy = await startProxy(() => undefined);
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    const authUrl = 'https://auth.emea-1.jumio.ai/oauth2/token';
    const client = createJumioClient({ ...optionsFor('https://api.emea-1.jumio.ai'), authUrl });
    await expect(client.create(START)).rejects.toMatchObject({ facts: { operation: 'token' } });
    expect(proxy.tunnels).toEqual(['auth.emea-1.jumio.ai:443']);
  });

  it('a configured proxy is not used for the hosts of NO_PROXY', async () => {
    const proxy = await startProxy(json(200, {}));
    vi.stubEnv('HTTP_PROXY', proxy.url);
    vi.stubEnv('NO_PROXY', '127.0.0.1');
    const { client } = await stub({});
    await client.create(START);
    expect(proxy.requests).toEqual([]);
  });
});

describe('deletion of a Jumio account', () => {
  it('deletion of an account is one DELETE on the retrieval host, and needs no body in the response', async () => {
    const { client, apiCalls } = await stub({ api: (response) => response.writeHead(200).end() });
    await client.deleteAccount(ACCOUNT);
    expect(onlyRequest(apiCalls())).toMatchObject({
      method: 'DELETE',
      path: `/api/v1/accounts/${ACCOUNT}`,
      body: '',
      headers: { authorization: 'Bearer token-1' },
    });
  });

  it.each([403, 404, 500])('deletion of an account with the response %i was not done', async (status) => {
    const { client } = await stub({ api: json(status, {}) });
    await expect(client.deleteAccount(ACCOUNT)).rejects.toMatchObject({
      facts: { upstream: 'jumio', operation: 'delete', failure: 'status', status },
    });
  });
});

describe('the observer of a client', () => {
  it('an observer receives each call once, with outcome and duration: the token, then the call that needs it', async () => {
    const calls: [string, Outcome, boolean][] = [];
    const observe: Observe = ({ operation }, outcome, ms) => void calls.push([operation, outcome, ms >= 0]);
    const api: Responder = (response, request) =>
      json(request.method === 'DELETE' ? 503 : 200, startedBody)(response, request);
    const { client } = await stub({ api }, { observe });
    await client.create(START);
    const failure: unknown = await client.deleteAccount(ACCOUNT).catch((error: unknown) => error);
    expect(calls).toEqual([
      ['token', 'ok', true],
      ['create', 'ok', true],
      ['delete', failure, true],
    ]);
  });

  it('an observer receives one call if a new token repeats it', async () => {
    const calls: string[] = [];
    let tokens = 0;
    const token: Responder = (response, request) => {
      tokens += 1;
      json(200, { access_token: `token-${tokens}`, expires_in: 3600 })(response, request);
    };
    const api: Responder = (response, request) =>
      json(request.headers.authorization === 'Bearer token-2' ? 200 : 401, startedBody)(response, request);
    const { client } = await stub({ token, api }, { observe: ({ operation }) => void calls.push(operation) });
    await client.create(START);
    expect(calls).toEqual(['token', 'token', 'create']);
  });
});
