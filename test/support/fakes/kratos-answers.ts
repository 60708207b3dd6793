import { createKratosClient, type KratosClientOptions } from '../../../webhook/kratos/client.ts';
import type { KratosClient } from '../../../webhook/kratos/types.ts';
import { type Answering, type AnsweringServer, json, startAnsweringServer } from './http-server.ts';

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

export interface RunningKratos {
  readonly server: AnsweringServer;
  readonly client: KratosClient;
}

/** A client whose admin and public URLs are one server that gives this answer to everything. */
export async function startKratosAnswering(
  answering: Answering,
  options: Partial<KratosClientOptions> = {},
): Promise<RunningKratos> {
  const server = await startAnsweringServer(answering);
  const urls = { adminUrl: server.url, publicUrl: server.url };
  const client = createKratosClient({ ...urls, userAgent: 'Acme Verification/1.0', ...options });
  return { server, client };
}

export function whoami(client: KratosClient) {
  return client.whoami({ cookie: `ory_kratos_session=${COOKIE}` });
}

/** The error document of Kratos (docs/reference/kratos.md#7-admin-identity-api). */
export function refusal(code: number, words: object): Answering {
  return json(code, { error: { code, ...words } });
}
