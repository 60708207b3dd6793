import { createHmac, randomUUID } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import type { Bearer, Sandbox } from '../state.ts';
import { type Answer, type ApiCall, problem } from './call.ts';

/**
 * `POST /oauth2/token`. It returns the same token until shortly before its end, so a token may be half used when it is
 * returned: `expires_in` is a constant, only the token's `exp` is its end (docs/reference/jumio.md#2-oauth2-token).
 */
export function token(sandbox: Sandbox, call: ApiCall): Answer {
  const clientId = authenticate(sandbox, call.authorization);
  if (clientId === undefined) return problem(401);
  if (!isForm(call) || new URLSearchParams(call.text).get('grant_type') !== 'client_credentials') return problem(400);
  const access_token = currentBearer(sandbox, clientId).token;
  return {
    status: 200,
    body: { access_token, expires_in: sandbox.settings.bearerLifetimeSeconds, token_type: 'Bearer' },
  };
}

function isForm({ contentType }: ApiCall): boolean {
  return contentType.startsWith('application/x-www-form-urlencoded');
}

function authenticate({ settings }: Sandbox, authorization = ''): string | undefined {
  const [, encoded = ''] = /^Basic (\S+)$/i.exec(authorization) ?? [];
  const given = Buffer.from(encoded, 'base64').toString();
  return settings.clients.find(({ clientId, clientSecret }) => given === `${clientId}:${clientSecret}`)?.clientId;
}

function currentBearer(sandbox: Sandbox, clientId: string): Bearer {
  const fresh = Date.now() + sandbox.settings.bearerRenewSeconds * 1000;
  const current = [...sandbox.bearers.values()].find((b) => b.clientId === clientId && b.expiresAt > fresh);
  return current ?? issueBearer(sandbox, clientId);
}

function issueBearer(sandbox: Sandbox, clientId: string): Bearer {
  const iat = Math.floor(Date.now() / 1000);
  const exp = iat + sandbox.settings.bearerLifetimeSeconds;
  const token = bearerJwt({ sub: clientId, client_id: clientId, iat, exp, jti: randomUUID() }, sandbox.signingKey);
  const bearer = { token, clientId, expiresAt: exp * 1000 };
  sandbox.bearers.set(token, bearer);
  return bearer;
}

type Claims = Readonly<Record<string, string | number>>;

/** A plain signed JWT: the tenant's bearer token. */
function bearerJwt(claims: Claims, key: Buffer): string {
  return signed({ alg: 'HS512', typ: 'JWT' }, Buffer.from(JSON.stringify(claims)), key);
}

/** A JWT with a gzipped payload, like Jumio's transaction and SDK tokens; ordinary decoders fail on it (docs/reference/jumio.md#2-oauth2-token). */
export function transactionJwt(claims: Claims, key: Buffer): string {
  return signed({ alg: 'HS512', zip: 'GZIP' }, gzipSync(JSON.stringify(claims)), key);
}

function signed(header: Claims, payload: Buffer, key: Buffer): string {
  const text = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload.toString('base64url')}`;
  return `${text}.${createHmac('sha512', key).update(text).digest('base64url')}`;
}

const transactionClaims = z.object({ sub: z.string(), exp: z.number() });

/** The id of the execution that a transaction token is for; undefined for a forged or expired token. */
export function transactionOf(token: string, key: Buffer, now: number): string | undefined {
  const [header = '', payload = '', mac = ''] = token.split('.');
  const expected = createHmac('sha512', key).update(`${header}.${payload}`).digest('base64url');
  if (mac !== expected) return undefined;
  const claims = transactionClaims.safeParse(unzipped(payload)).data;
  return claims && claims.exp * 1000 > now ? claims.sub : undefined;
}

/** The claims of a gzipped payload; undefined for a bearer token, which has the same key and no compression. */
function unzipped(payload: string): unknown {
  try {
    return JSON.parse(gunzipSync(Buffer.from(payload, 'base64url')).toString());
  } catch {
    return undefined;
  }
}
