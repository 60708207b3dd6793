import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { JWK } from 'jose';
import type { Provider } from 'oidc-provider';
import { confirmPage } from './confirm-page.ts';
import { PROFILES, type ProviderKind, type ProviderProfile } from './kinds.ts';
import { type ClientOptions, createProvider, signingKey } from './provider.ts';

/** A running provider, and what a test may do to it. */
export interface EidProvider {
  readonly kind: ProviderKind;
  readonly issuer: string;
  /** While hidden, its key set answers 503. */
  hideKeys(hidden: boolean): void;
  /** Signs with a new key from now on; the old key is removed from the key set. */
  rotateKeys(): Promise<void>;
  stop(): Promise<void>;
}

interface State {
  provider: Provider;
  keysHidden: boolean;
  /** The code of the last confirmation counts as expired. */
  isCodeExpired: boolean;
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}

async function confirm(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const fields = new URLSearchParams(await text(request));
  const [verb, ...rest] = (fields.get('choice') ?? '').split(':');
  state.isCodeExpired = verb === 'late';
  if (verb === 'deny') {
    const result = { error: 'access_denied', error_description: 'the person refused in the app' };
    return state.provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }
  const level = verb === 'level' ? { acr: rest.join(':') } : {};
  const login = { accountId: fields.get('sub') ?? 'demo', remember: false, ...level };
  return state.provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
}

async function handle(
  state: State,
  profile: ProviderProfile,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://eid').pathname;
  if (path.startsWith('/interaction/') && request.method === 'POST') return confirm(state, request, response);
  if (path.startsWith('/interaction/'))
    return answer(response, 200, 'text/html; charset=utf-8', confirmPage(profile, path.slice('/interaction/'.length)));
  if (path === '/jwks' && state.keysHidden) return answer(response, 503, 'text/plain', 'the keys are unavailable');
  if (path === '/token' && state.isCodeExpired)
    return answer(response, 400, 'application/json', JSON.stringify({ error: 'invalid_grant' }));
  await state.provider.callback()(request, response);
}

async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  // By address: Kratos calls it too, and the resolver of the operating system may not know `*.localhost`.
  return `http://127.0.0.1:${address.port}`;
}

/** Starts an eID provider that behaves like itsme or IDEMIA. @param port 0 takes a free one */
export async function startEidProvider(kind: ProviderKind, client: ClientOptions, port = 0): Promise<EidProvider> {
  const profile = PROFILES[kind];
  const keys: JWK[] = [await signingKey('1')];
  let generation = 1;
  const server = createServer();
  const issuer = await listen(server, port);
  const state: State = {
    provider: createProvider(issuer, profile, client, keys),
    keysHidden: false,
    isCodeExpired: false,
  };
  server.on('request', (request, response) => {
    handle(state, profile, request, response).catch((error: unknown) => {
      answer(response, 500, 'text/plain', error instanceof Error ? error.message : 'unknown');
    });
  });
  return {
    kind,
    issuer,
    hideKeys: (hidden) => {
      state.keysHidden = hidden;
    },
    rotateKeys: async () => {
      generation += 1;
      state.provider = createProvider(issuer, profile, client, [await signingKey(String(generation))]);
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
