import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { JWK } from 'jose';
import type { Provider } from 'oidc-provider';
import { signingKey } from './keys.ts';
import { type Kind, MANNERS, type Manner } from './kinds.ts';
import { confirmPage } from './page.ts';
import { type ClientOptions, createProvider } from './provider.ts';

/** One provider at one address, and what a test may do to it. */
export interface EidProvider {
  readonly kind: Kind;
  readonly issuer: string;
  /** Its JWKS answers 503 until it is told otherwise. */
  hideKeys(hidden: boolean): void;
  /** Signs with a new key from now on; the old one is gone from the key set. */
  rotateKeys(): Promise<void>;
  stop(): Promise<void>;
}

interface State {
  provider: Provider;
  keysHidden: boolean;
  /** The code of the last confirmation has expired, however often it is presented. */
  isLate: boolean;
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}

async function decide(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const fields = new URLSearchParams(await text(request));
  const [verb, ...rest] = (fields.get('choice') ?? '').split(':');
  state.isLate = verb === 'late';
  if (verb === 'deny') {
    const result = { error: 'access_denied', error_description: 'the person refused in the app' };
    return state.provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }
  const level = verb === 'level' ? { acr: rest.join(':') } : {};
  const login = { accountId: fields.get('sub') ?? 'demo', remember: false, ...level };
  return state.provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
}

async function handle(state: State, manner: Manner, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://eid').pathname;
  if (path.startsWith('/interaction/') && request.method === 'POST') return decide(state, request, response);
  if (path.startsWith('/interaction/'))
    return answer(response, 200, 'text/html; charset=utf-8', confirmPage(manner, path.slice('/interaction/'.length)));
  if (path === '/jwks' && state.keysHidden) return answer(response, 503, 'text/plain', 'the keys are not to be had');
  if (path === '/token' && state.isLate)
    return answer(response, 400, 'application/json', JSON.stringify({ error: 'invalid_grant' }));
  await state.provider.callback()(request, response);
}

async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  // By number: Kratos calls it too, and resolvers of operating systems may not know `*.localhost`.
  return `http://127.0.0.1:${address.port}`;
}

/** Starts an eID provider that behaves like itsme or IDEMIA. @param port 0 takes a free one */
export async function startEidProvider(kind: Kind, client: ClientOptions, port = 0): Promise<EidProvider> {
  const manner = MANNERS[kind];
  const keys: JWK[] = [await signingKey('1')];
  let generation = 1;
  const server = createServer();
  const issuer = await listen(server, port);
  const state: State = { provider: createProvider(issuer, manner, client, keys), keysHidden: false, isLate: false };
  server.on('request', (request, response) => {
    handle(state, manner, request, response).catch((error: unknown) => {
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
      state.provider = createProvider(issuer, manner, client, [await signingKey(String(generation))]);
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
