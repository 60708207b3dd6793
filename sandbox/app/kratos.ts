import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Answer, send } from '../kratos/client/loopback.ts';
import { type Assurance, type Jumio, readAssurance, readJumio } from './status.ts';

const address = z.object({ value: z.string(), via: z.string(), verified: z.boolean() });

const session = z.object({
  id: z.string(),
  identity: z.object({
    id: z.string(),
    traits: z.object({ email: z.string() }),
    verifiable_addresses: z.array(address).optional(),
    metadata_public: z.unknown(),
    created_at: z.string(),
    updated_at: z.string(),
  }),
});

const logout = z.object({ logout_url: z.string() });

const stored = z.object({ error: z.object({ reason: z.string().optional(), message: z.string().optional() }) });

const operator = z.object({
  metadata_admin: z.object({
    jumio: z.object({
      waiting_on: z.string().optional(),
      consent: z.object({ text_version: z.string(), language: z.string(), at: z.string() }).optional(),
      declined_at: z.string().optional(),
    }),
  }),
});

/** What the service published for the operator alone: consent, refusal, and who waits for whom. */
export type OperatorNotes = z.infer<typeof operator>['metadata_admin']['jumio'];

const recovery = z.object({ recovery_link: z.string(), recovery_code: z.string() });

/** The person who is signed in, as Kratos describes them. */
export interface Me {
  readonly id: string;
  /** Of their session at Kratos. */
  readonly sessionId: string;
  readonly email: string;
  /** Their verified numbers. */
  readonly phones: readonly string[];
  readonly jumio: Jumio;
  readonly assurance: Assurance;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Sends a GET to Kratos on behalf of a browser: with its cookies. */
export function get(request: FastifyRequest, url: string): Promise<Answer> {
  const { cookie } = request.headers;
  return send({ method: 'GET', url, headers: { accept: 'application/json', ...(cookie ? { cookie } : {}) } });
}

/** The person whose session the request carries; undefined without one. */
export async function findPerson(request: FastifyRequest, kratosUrl: string): Promise<Me | undefined> {
  const answer = await get(request, `${kratosUrl}/sessions/whoami`);
  if (answer.status !== 200) return undefined;
  const { id: sessionId, identity } = session.parse(answer.json());
  const { id, traits, metadata_public, created_at, updated_at, verifiable_addresses: addresses = [] } = identity;
  const phones = addresses.filter(({ via, verified }) => via === 'sms' && verified).map(({ value }) => value);
  const read = { jumio: readJumio(metadata_public), assurance: readAssurance(metadata_public) };
  return { id, sessionId, email: traits.email, phones, ...read, createdAt: created_at, updatedAt: updated_at };
}

/** The URL that signs the person out; undefined without a session. */
export async function logoutUrl(request: FastifyRequest, kratosUrl: string): Promise<string | undefined> {
  const answer = await get(request, `${kratosUrl}/self-service/logout/browser`);
  return answer.status === 200 ? logout.parse(answer.json()).logout_url : undefined;
}

/** The text of an error that belongs to no form; undefined where Kratos does not know the id. */
export async function errorText(request: FastifyRequest, kratosUrl: string, id: string): Promise<string | undefined> {
  const answer = await get(request, `${kratosUrl}/self-service/errors?id=${encodeURIComponent(id)}`);
  const error = answer.status === 200 ? stored.safeParse(answer.json()).data?.error : undefined;
  return error?.reason ?? error?.message;
}

/** Makes a recovery code by the admin API, as a help desk does: the code, and the page to enter it on. */
export async function createRecoveryCode(adminUrl: string, id: string): Promise<{ page: string; code: string }> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ identity_id: id });
  const answer = await send({ method: 'POST', url: `${adminUrl}/admin/recovery/code`, headers, body });
  const { recovery_link, recovery_code } = recovery.parse(answer.json());
  return { page: recovery_link, code: recovery_code };
}

/** Reads what only the operator can read, by the admin API; empty where nothing was published. A real application cannot do this. */
export async function readOperatorNotes(adminUrl: string, id: string): Promise<OperatorNotes> {
  const headers = { accept: 'application/json' };
  const answer = await send({ method: 'GET', url: `${adminUrl}/admin/identities/${id}`, headers });
  return answer.status === 200 ? (operator.safeParse(answer.json()).data?.metadata_admin.jumio ?? {}) : {};
}
