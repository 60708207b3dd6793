import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { UpstreamError } from '../errors.ts';
import type { Credentials, KratosClient, KratosIdentity, Whoami } from '../kratos/types.ts';
import type { Context } from '../verification/context.ts';
import { isKnown, type Person, personFrom } from '../verification/person/index.ts';

/** A cookie of this service: its name, and the options that it is set with. */
export interface CookieSpec {
  readonly name: string;
  readonly options: {
    readonly path: '/';
    readonly httpOnly: true;
    readonly sameSite: 'lax';
    readonly signed: true;
    readonly secure: boolean;
  };
}

/**
 * Returns the name and options of a cookie. Over https browsers accept a `__Host-` cookie from this host only: no other
 * host of the domain can plant one, for example of the attacker's own identity. It must be Secure and for all paths.
 */
export function cookieSpec(name: 'jumio_handover' | 'jumio_csrf', secure: boolean): CookieSpec {
  const options = { path: '/', httpOnly: true, sameSite: 'lax', signed: true, secure } as const;
  return { name: secure ? `__Host-${name}` : name, options };
}

/** The hand-over cookie: how it is set, and for whom it counts. */
export interface HandoverCookie {
  readonly cookie: CookieSpec;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Whether the ledger has a row of this identity: a cookie of any other counts for nothing. */
  readonly isKnown: (identityId: string) => Promise<boolean>;
}

/**
 * Returns the hand-over cookie of this service.
 * @param isHttps whether browsers reach the service by https
 */
export function createHandoverCookie(ctx: Context, isHttps: boolean): HandoverCookie {
  return {
    cookie: cookieSpec('jumio_handover', isHttps),
    now: () => ctx.clock.now(),
    isKnown: (identityId) => isKnown(ctx, identityId),
  };
}

/** The credentials that identify the sender of a request. */
export interface SessionOptions {
  readonly kratos: Pick<KratosClient, 'whoami'>;
  /**
   * `cookie`: a browser's. `token-or-cookie`: a program's session token; without one, the cookie. `all`: everything that
   * Kratos can check, unchanged, so that Kratos decides which of several credentials counts.
   */
  readonly credentials: 'cookie' | 'token-or-cookie' | 'all';
  /** Given: it counts where there is no session, and is set where there is one. Never beside a token. */
  readonly handover?: HandoverCookie;
  /** Whether a hand-over cookie of another identity stays; by default the session's identity replaces it. */
  readonly keepsOtherAccount?: boolean;
}

/** The person behind a request, or why there is none. */
export type Authenticated =
  | {
      readonly kind: 'person';
      readonly person: Person;
      /** As Kratos shows it in the session; undefined: known by the hand-over cookie only. */
      readonly identity: KratosIdentity | undefined;
      /** Whether this browser has the hand-over cookie of another identity. */
      readonly isOtherAccount: boolean;
    }
  | { readonly kind: 'no-session' }
  | { readonly kind: 'second-factor'; readonly redirectTo: string | undefined }
  | { readonly kind: 'kratos-down' };

/** Why there is no person behind a request. */
export type Unauthenticated = Exclude<Authenticated, { kind: 'person' }>;

/**
 * Returns the person of a Kratos session; without one, of the hand-over cookie, which also counts after the session was
 * revoked. A session always wins over a hand-over cookie of another identity. This is the only place that asks whoami.
 */
export async function authenticate(
  request: FastifyRequest,
  reply: FastifyReply,
  session: SessionOptions,
): Promise<Authenticated> {
  const credentials = credentialsOf(request.headers, session.credentials);
  if (credentials === undefined) return { kind: 'no-session' };
  const handover = credentials.sessionToken === undefined ? session.handover : undefined;
  const answer = await askWhoami(request, session.kratos, credentials);
  switch (answer.kind) {
    case 'session':
      return personBySession(answer.identity, request, reply, handover, session.keepsOtherAccount);
    case 'second-factor':
      return { kind: 'second-factor', redirectTo: answer.redirectTo };
    case 'none':
      return (await personByCookie(request, handover)) ?? { kind: 'no-session' };
    case 'kratos-down':
      return (await personByCookie(request, handover)) ?? { kind: 'kratos-down' };
    default:
      return answer satisfies never;
  }
}

/** Returns the credentials of a request; undefined: it has none, so that Kratos need not be asked. */
export function credentialsOf(
  headers: IncomingHttpHeaders,
  which: SessionOptions['credentials'],
): Credentials | undefined {
  const { cookie, authorization } = headers;
  if (which === 'all') {
    const sessionToken = sessionTokenOf(headers);
    const isBearer = bearerOf(headers) !== undefined;
    const all = {
      ...(cookie && { cookie }),
      ...(sessionToken && { sessionToken }),
      ...(isBearer && authorization && { authorization }),
    };
    return Object.keys(all).length === 0 ? undefined : all;
  }
  const sessionToken = which === 'cookie' ? undefined : tokenOf(headers);
  if (sessionToken !== undefined) return { sessionToken };
  return cookie === undefined ? undefined : { cookie };
}

async function askWhoami(
  request: FastifyRequest,
  kratos: SessionOptions['kratos'],
  credentials: Credentials,
): Promise<Whoami | { readonly kind: 'kratos-down' }> {
  try {
    return await kratos.whoami(credentials);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    request.log.warn({ upstream: error.facts }, 'could not ask Kratos for the session');
    return { kind: 'kratos-down' };
  }
}

function personBySession(
  identity: KratosIdentity,
  request: FastifyRequest,
  reply: FastifyReply,
  handover: HandoverCookie | undefined,
  keepsOtherAccount = false,
): Authenticated {
  const remembered = handover && rememberedIdentity(request, handover);
  const isOtherAccount = remembered !== undefined && remembered !== identity.id;
  const isSet = remembered === undefined || (isOtherAccount && !keepsOtherAccount);
  if (handover !== undefined && isSet) rememberBrowser(reply, identity.id, handover);
  return { kind: 'person', person: personFrom(identity), identity, isOtherAccount };
}

/** A cookie names an identity, and nothing that Kratos has changed since: only a session makes a first row. */
async function personByCookie(
  request: FastifyRequest,
  handover: HandoverCookie | undefined,
): Promise<Authenticated | undefined> {
  const identityId = handover && rememberedIdentity(request, handover);
  if (identityId === undefined || !(await handover?.isKnown(identityId))) return undefined;
  return { kind: 'person', person: { identityId, inherited: null }, identity: undefined, isOtherAccount: false };
}

const LIFETIME_S = 72 * 3_600;

/** Sets the hand-over cookie: one identity, 72 hours, signed with a key of the ledger; it opens verify and status only. */
export function rememberBrowser(reply: FastifyReply, identityId: string, { now, cookie }: HandoverCookie): void {
  const expires = Math.floor(now() / 1000) + LIFETIME_S;
  reply.setCookie(cookie.name, `${identityId}.${expires}`, { ...cookie.options, maxAge: LIFETIME_S });
}

function rememberedIdentity(request: FastifyRequest, { now, cookie }: HandoverCookie): string | undefined {
  const value = request.cookies[cookie.name];
  const unsigned = value === undefined ? undefined : request.unsignCookie(value);
  const [identityId, expires] = unsigned?.valid ? unsigned.value.split('.') : [];
  return Number(expires) * 1000 > now() ? identityId : undefined;
}

/** `X-Session-Token`. A header that is sent twice is joined, and no valid token. */
function sessionTokenOf({ 'x-session-token': token }: IncomingHttpHeaders): string | undefined {
  return token === undefined ? undefined : [token].flat().join();
}

function bearerOf({ authorization }: IncomingHttpHeaders): string | undefined {
  return /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
}

/** Returns the session token of a program, from either header; undefined: there is none. Cookies beside a token count for nothing. */
export function tokenOf(headers: IncomingHttpHeaders): string | undefined {
  return sessionTokenOf(headers) ?? bearerOf(headers);
}
