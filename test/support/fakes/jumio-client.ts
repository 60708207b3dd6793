import { createJumioClient } from '../../../webhook/jumio/client.ts';
import { baseUrls } from '../../../webhook/jumio/regions.ts';
import type { JumioClient, JumioClientOptions } from '../../../webhook/jumio/types.ts';
import { type Answering, type AnsweringServer, json, startAnsweringServer } from './http-server.ts';

export const ACCOUNT = '0b6d0c1e-7b0c-4a57-9a6d-2f0a3a1c9e01';

export const EXECUTION = '7c1b5b0e-55f2-4a0c-8f56-11b9f0d4c502';

export const IDS = { accountId: ACCOUNT, executionId: EXECUTION };

export const START = {
  identityId: '9f425a8d-7efc-4768-8f23-7647a74fdf13',
  reference: `1.${EXECUTION}.${'m'.repeat(43)}`,
};

export const startedBody = {
  timestamp: '2026-01-05T09:30:01.221Z',
  account: { id: ACCOUNT },
  web: { href: 'https://acme.web.emea-1.jumio.ai/web/client?authorizationToken=link&locale=en' },
  sdk: { token: 'sdk-token' },
  workflowExecution: {
    id: EXECUTION,
    credentials: [
      { id: 'f3', category: 'FACEMAP', allowedChannels: ['WEB', 'SDK'] },
      { id: 'd1', category: 'ID', api: { token: 'transaction-token', parts: {} } },
    ],
  },
};

/** The answers of a Jumio to token requests and to all other requests (`api`). */
export interface Stub {
  readonly token?: Answering;
  readonly api?: Answering;
}

export interface RunningStub {
  readonly server: AnsweringServer;
  readonly client: JumioClient;
  readonly tokenCalls: () => number;
  readonly apiCalls: () => AnsweringServer['arrived'];
}

/** A client whose hosts are all one stub. */
export async function startJumioStub(stub: Stub, options: Partial<JumioClientOptions> = {}): Promise<RunningStub> {
  const { token = json(200, { access_token: 'token-1', expires_in: 3600 }), api = json(200, startedBody) } = stub;
  const server = await startAnsweringServer((response, request) =>
    (request.path === '/oauth2/token' ? token : api)(response, request),
  );
  return {
    server,
    client: createJumioClient({ ...optionsFor(server.url), ...options }),
    tokenCalls: () => server.arrived.filter(({ path }) => path === '/oauth2/token').length,
    apiCalls: () => server.arrived.filter(({ path }) => path !== '/oauth2/token'),
  };
}

export function optionsFor(url: string): JumioClientOptions {
  const { account, retrieval } = baseUrls(url);
  return {
    authUrl: `${url}/oauth2/token`,
    accountBaseUrl: account,
    retrievalBaseUrl: retrieval,
    clientId: 'client',
    clientSecret: 'canary-of-the-client-secret',
    workflowKey: '10011',
    linkLifetime: '1d',
    userAgent: 'Acme Verification/1.0',
    now: Date.now,
  };
}
