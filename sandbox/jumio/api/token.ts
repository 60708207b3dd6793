import { randomUUID } from 'node:crypto';
import type { Bearer, Sandbox } from '../sandbox.ts';
import type { ApiCall } from './call.ts';
import { bearerJwt } from './jwt.ts';
import { type Answer, problem } from './problem.ts';

/**
 * `POST /oauth2/token`. The same token is answered until it is nearly over, so that a fresh answer may hold a half used
 * token: `expires_in` is the documented constant, only the token's own `exp` tells its end (jumio.md §2).
 */
export function token(sandbox: Sandbox, call: ApiCall): Answer {
  const clientId = authenticated(sandbox, call.authorization);
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

function authenticated({ settings }: Sandbox, authorization = ''): string | undefined {
  const [, encoded = ''] = /^Basic (\S+)$/i.exec(authorization) ?? [];
  const given = Buffer.from(encoded, 'base64').toString();
  return settings.clients.find(({ clientId, clientSecret }) => given === `${clientId}:${clientSecret}`)?.clientId;
}

function currentBearer(sandbox: Sandbox, clientId: string): Bearer {
  const fresh = Date.now() + sandbox.settings.bearerRenewSeconds * 1000;
  const kept = [...sandbox.bearers.values()].find((b) => b.clientId === clientId && b.expiresAt > fresh);
  return kept ?? issue(sandbox, clientId);
}

function issue(sandbox: Sandbox, clientId: string): Bearer {
  const iat = Math.floor(Date.now() / 1000);
  const exp = iat + sandbox.settings.bearerLifetimeSeconds;
  const token = bearerJwt({ sub: clientId, client_id: clientId, iat, exp, jti: randomUUID() }, sandbox.signingKey);
  const bearer = { token, clientId, expiresAt: exp * 1000 };
  sandbox.bearers.set(token, bearer);
  return bearer;
}
