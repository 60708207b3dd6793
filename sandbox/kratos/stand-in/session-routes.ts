import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { unauthorized } from './refusals.ts';
import { clearSessionCookie, presenceOf } from './sessions.ts';
import { sessionJson } from './shapes.ts';
import type { Site } from './site.ts';

/** Who is this, and sign-out. */
export function sessionRoutes(app: FastifyInstance, { site }: { site: Site }): void {
  const logoutTokens = new Map<string, string>();

  app.get('/sessions/whoami', (request, reply) => {
    const presence = presenceOf(site, request);
    if (presence === undefined) throw unauthorized();
    reply.header('x-kratos-authenticated-identity-id', presence.identity.id);
    return sessionJson(site, presence.session, presence.identity);
  });

  app.get('/self-service/logout/browser', (request) => {
    const presence = presenceOf(site, request);
    if (presence === undefined) throw unauthorized();
    const token = randomBytes(24).toString('base64url');
    logoutTokens.set(token, presence.session.id);
    return { logout_url: `${site.publicUrl}/self-service/logout?token=${token}`, logout_token: token };
  });

  app.get('/self-service/logout', (request, reply) => {
    const { token } = z.object({ token: z.string().default('') }).parse(request.query);
    site.records.sessions.delete(logoutTokens.get(token) ?? '');
    logoutTokens.delete(token);
    clearSessionCookie(site, reply);
    return reply.redirect(`${site.uiUrl}/`, 303);
  });
}
