import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { accountDisabled, unauthorized } from './errors.ts';
import { sessionJson } from './shapes.ts';
import type { IdentityRow, SessionRow, Site } from './site.ts';

const SESSION_COOKIE = 'ory_kratos_session';

const CSRF_COOKIE = 'csrf_token_sandbox';

const DAY = 24 * 60 * 60;

interface Authenticated {
  readonly session: SessionRow;
  readonly identity: IdentityRow;
}

/** The session of a request and its identity: by `X-Session-Token`, else the cookie, else the bearer token; undefined without an active one (docs/reference/kratos.md#9-sessions-and-redirects). */
export function authenticate(site: Site, request: FastifyRequest): Authenticated | undefined {
  const { 'x-session-token': token, authorization } = request.headers;
  const bearer = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
  const cookie = request.cookies[SESSION_COOKIE];
  const session = [...site.records.sessions.values()].find((each) => {
    if (token !== undefined) return each.token === token;
    return cookie !== undefined ? each.cookie === cookie : each.token === bearer;
  });
  const identity = session && site.records.identities.get(session.identityId);
  if (session === undefined || identity?.state !== 'active') return undefined;
  return { session, identity };
}

/** Throws for an inactive identity, which gets no session; Kratos checks this before any hook runs (docs/reference/kratos.md#5-hook-ordering-and-inheritance). */
export function refuseInactive(identity: IdentityRow): void {
  if (identity.state !== 'active') throw accountDisabled(identity.id);
}

export function storeSession(site: Site, session: SessionRow): void {
  site.records.sessions.set(session.id, session);
}

export function setSessionCookie(site: Site, reply: FastifyReply, session: SessionRow): void {
  setCookie(site, reply, SESSION_COOKIE, session.cookie, DAY);
}

function clearSessionCookie(site: Site, reply: FastifyReply): void {
  setCookie(site, reply, SESSION_COOKIE, '', 0);
}

/** The browser's CSRF token; a new one is set as a cookie where it has none. */
export function csrfTokenFor(site: Site, request: FastifyRequest, reply: FastifyReply): string {
  const known = csrfTokenOf(request);
  if (known !== undefined) return known;
  const token = randomBytes(32).toString('base64');
  setCookie(site, reply, CSRF_COOKIE, token, 365 * DAY);
  return token;
}

export function csrfTokenOf(request: FastifyRequest): string | undefined {
  return request.cookies[CSRF_COOKIE];
}

function setCookie(site: Site, reply: FastifyReply, name: string, value: string, maxAge: number): void {
  reply.setCookie(name, value, { path: '/', domain: site.cookieDomain, maxAge, httpOnly: true, sameSite: 'lax' });
}

/** whoami and sign-out. */
export function sessionRoutes(app: FastifyInstance, { site }: { site: Site }): void {
  const logoutTokens = new Map<string, string>();

  app.get('/sessions/whoami', (request, reply) => {
    const authenticated = authenticate(site, request);
    if (authenticated === undefined) throw unauthorized();
    reply.header('x-kratos-authenticated-identity-id', authenticated.identity.id);
    return sessionJson(site, authenticated.session, authenticated.identity);
  });

  app.get('/self-service/logout/browser', (request) => {
    const authenticated = authenticate(site, request);
    if (authenticated === undefined) throw unauthorized();
    const token = randomBytes(24).toString('base64url');
    logoutTokens.set(token, authenticated.session.id);
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
