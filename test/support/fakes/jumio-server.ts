import { createJumioClient } from '../../../webhook/jumio/client.ts';
import { baseUrls } from '../../../webhook/jumio/regions.ts';
import type { JumioClient, JumioClientOptions } from '../../../webhook/jumio/types.ts';
import {
  json,
  type ReceivedRequest,
  type RecordingServer,
  type Responder,
  type ServerOptions,
  startRecordingServer,
} from './http-server.ts';

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

/** The calls to Jumio that the server distinguishes. */
type JumioCall = 'token' | 'create' | 'status' | 'details' | 'image' | 'prepare' | 'delete';

/** The answers by call. `api`, while set, replaces all of them but `token`. A test may change them at any time. */
export type JumioScript = { [Call in JumioCall | 'api']?: Responder | undefined };

function callOf({ method, path }: ReceivedRequest): JumioCall {
  if (path.endsWith('/oauth2/token')) return 'token';
  if (method === 'DELETE') return 'delete';
  if (method === 'GET' && path.includes('/parts/')) return 'image';
  if (method === 'GET') return path.endsWith('/status') ? 'status' : 'details';
  return /\/accounts(\/[^/]+)?$/.test(path) ? 'create' : 'prepare';
}

const DEFAULTS: JumioScript = {
  token: json(200, { access_token: 'token-1', expires_in: 3600 }),
  create: json(200, startedBody),
};

/**
 * Starts a scripted Jumio over HTTP: every host of Jumio is this one server. A call without an answer gets 404. Without
 * a socket there is `createFakeJumio`; the sandbox simulates all of Jumio.
 */
export function startJumioServer(script: JumioScript, options: ServerOptions = {}): Promise<RecordingServer> {
  return startRecordingServer((response, request) => {
    const call = callOf(request);
    const respond = (call === 'token' ? undefined : script.api) ?? script[call] ?? DEFAULTS[call] ?? json(404, {});
    respond(response, request);
  }, options);
}

export interface JumioClientAndServer {
  readonly server: RecordingServer;
  readonly client: JumioClient;
  readonly tokenCalls: () => number;
  readonly apiCalls: () => RecordingServer['requests'];
}

/** Starts a scripted Jumio, and creates the service's client for it. */
export async function startJumioClient(
  script: JumioScript,
  options: Partial<JumioClientOptions> = {},
): Promise<JumioClientAndServer> {
  const server = await startJumioServer(script);
  return {
    server,
    client: createJumioClient({ ...optionsFor(server.url), ...options }),
    tokenCalls: () => server.requests.filter((request) => callOf(request) === 'token').length,
    apiCalls: () => server.requests.filter((request) => callOf(request) !== 'token'),
  };
}

/** The options of a client whose hosts are all this URL. */
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
