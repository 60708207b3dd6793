import { createKratosClient, type KratosClientOptions } from '../../../webhook/kratos/client.ts';
import type { KratosClient } from '../../../webhook/kratos/types.ts';
import {
  json,
  type ReceivedRequest,
  type RecordingServer,
  type Responder,
  type ServerOptions,
  startRecordingServer,
} from './http-server.ts';

export const ID = '9f425a8d-7efc-4768-8f23-7647a74fdf13';

export const KEY = 'canary-of-the-api-key';

export const COOKIE = 'canary-of-the-cookie';

export const TRAIT = 'canary-of-a-trait';

export const content = { public: { status: 'approved', note: TRAIT }, admin: { attempts: 1 } };

export const identityBody = {
  id: ID,
  schema_id: 'default',
  state: 'active',
  traits: { email: TRAIT },
  metadata_public: { jumio: content.public, theirs: 1 },
  metadata_admin: { jumio: content.admin },
  created_at: '2026-01-05T09:30:01.221198402Z',
};

/** The calls to Kratos that the server distinguishes; `read` is any GET of the admin API. */
type KratosCall = 'whoami' | 'read' | 'patch' | 'revoke';

/** The answers by call. `api`, while set, replaces all of them. A test may change them at any time. */
export type KratosScript = { [Call in KratosCall | 'api']?: Responder | undefined };

function callOf({ method, path }: ReceivedRequest): KratosCall {
  if (path.endsWith('/sessions/whoami')) return 'whoami';
  if (method === 'DELETE') return 'revoke';
  return method === 'GET' ? 'read' : 'patch';
}

/**
 * Starts a scripted Kratos over HTTP: the admin and the public API are this one server. A call without an answer gets
 * 404. Without a socket there is `createFakeKratos`; the stand-in simulates all of Kratos.
 */
export function startKratosServer(script: KratosScript, options: ServerOptions = {}): Promise<RecordingServer> {
  return startRecordingServer((response, request) => {
    const respond = script.api ?? script[callOf(request)] ?? json(404, {});
    respond(response, request);
  }, options);
}

export interface KratosClientAndServer {
  readonly server: RecordingServer;
  readonly client: KratosClient;
}

/** Starts a Kratos that gives this answer to every call, and creates the service's client for it. */
export async function startKratosClient(
  api: Responder,
  options: Partial<KratosClientOptions> = {},
): Promise<KratosClientAndServer> {
  const server = await startKratosServer({ api });
  const urls = { adminUrl: server.url, publicUrl: server.url };
  const client = createKratosClient({ ...urls, userAgent: 'Acme Verification/1.0', ...options });
  return { server, client };
}

/** Asks for the session of the cookie COOKIE. */
export function whoami(client: KratosClient) {
  return client.whoami({ cookie: `ory_kratos_session=${COOKIE}` });
}

/** The error document of Kratos (docs/reference/kratos.md#7-admin-identity-api). */
export function refusal(code: number, words: object): Responder {
  return json(code, { error: { code, ...words } });
}
