import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { UpstreamError } from '../errors.ts';
import type { KratosClient } from '../kratos/types.ts';
import type { Context } from '../verification/context.ts';
import { isKnown, type Person, personFrom } from '../verification/person/index.ts';

/** A cookie of ours: how it is called and kept. */
export interface OurCookie {
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
 * Under https browsers take a `__Host-` cookie from this host alone: no other host of the domain can plant one, of the
 * attacker's own identity, say. It must be Secure and for all paths.
 */
export function ourCookie(name: 'jumio_handover' | 'jumio_csrf', secure: boolean): OurCookie {
  const options = { path: '/', httpOnly: true, sameSite: 'lax', signed: true, secure } as const;
  return { name: secure ? `__Host-${name}` : name, options };
}

const LIFETIME_S = 72 * 3_600;

/** Who is at the browser, or why we do not know. */
export type Authenticated =
  /** `somebodyElse`: this browser came with the hand-over cookie of another person. */
  | { readonly kind: 'person'; readonly person: Person; readonly somebodyElse: boolean }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'second-factor'; readonly redirectTo: string | undefined }
  | { readonly kind: 'kratos-down' };

export interface Handover {
  readonly kratos: KratosClient;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Whether browsers reach us by https. */
  readonly secure: boolean;
  readonly cookie: OurCookie;
  /** Whether the ledger has a row of this identity. */
  readonly isMet: (identityId: string) => Promise<boolean>;
}

export function createHandover(ctx: Context, publicUrl: string | undefined): Handover {
  const { kratos, clock } = ctx;
  const secure = publicUrl?.startsWith('https:') ?? false;
  return {
    kratos,
    now: () => clock.now(),
    secure,
    cookie: ourCookie('jumio_handover', secure),
    isMet: (identityId) => isKnown(ctx, identityId),
  };
}

/** The hand-over cookie: one identity, 72 hours, signed with a key of the ledger's; opens verify and status only. */
export function rememberBrowser(reply: FastifyReply, identityId: string, { now, cookie }: Handover): void {
  const expires = Math.floor(now() / 1000) + LIFETIME_S;
  reply.setCookie(cookie.name, `${identityId}.${expires}`, { ...cookie.options, maxAge: LIFETIME_S });
}

/** The identity that the cookie is of. */
function remembered(request: FastifyRequest, { now, cookie }: Handover): string | undefined {
  const value = request.cookies[cookie.name];
  const unsigned = value === undefined ? undefined : request.unsignCookie(value);
  const [identityId, expires] = unsigned?.valid ? unsigned.value.split('.') : [];
  return Number(expires) * 1000 > now() ? identityId : undefined;
}

/** A cookie shows who it is, and nothing that Kratos has learnt since: a first row is made by a session only. */
async function byCookie(
  request: FastifyRequest,
  handover: Handover,
  otherwise: 'nobody' | 'kratos-down',
): Promise<Authenticated> {
  const identityId = remembered(request, handover);
  if (identityId === undefined || !(await handover.isMet(identityId))) return { kind: otherwise };
  return { kind: 'person', person: { identityId, inherited: null }, somebodyElse: false };
}

/**
 * The person of a Kratos session; without one, of the hand-over cookie, which also serves after the session was
 * revoked. A session always wins over a cookie of somebody else.
 * @param keeps whether a cookie of somebody else stays as it is
 */
export async function authenticate(
  request: FastifyRequest,
  reply: FastifyReply,
  handover: Handover,
  keeps = false,
): Promise<Authenticated> {
  const { cookie } = request.headers;
  // Who brings nothing has no session; Kratos need not be asked.
  if (cookie === undefined) return { kind: 'nobody' };
  try {
    const whoami = await handover.kratos.whoami({ cookie });
    if (whoami.kind === 'none') return await byCookie(request, handover, 'nobody');
    if (whoami.kind === 'second-factor') return { kind: 'second-factor', redirectTo: whoami.redirectTo };
    const person = personFrom(whoami.identity);
    const known = remembered(request, handover);
    const somebodyElse = known !== undefined && known !== person.identityId;
    if (known === undefined || (somebodyElse && !keeps)) rememberBrowser(reply, person.identityId, handover);
    return { kind: 'person', person, somebodyElse };
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    request.log.warn({ upstream: error.facts }, 'could not ask Kratos who this is');
    return byCookie(request, handover, 'kratos-down');
  }
}

/** Of `X-Session-Token`. A header that is there twice arrives joined and is nobody's token. */
export function sessionTokenOf({ 'x-session-token': token }: IncomingHttpHeaders): string | undefined {
  return token === undefined ? undefined : [token].flat().join();
}

export function bearerOf({ authorization }: IncomingHttpHeaders): string | undefined {
  return /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
}

/** The session token that a program brings for its person, in either way. Cookies beside it count for nothing. */
export function tokenOf(headers: IncomingHttpHeaders): string | undefined {
  return sessionTokenOf(headers) ?? bearerOf(headers);
}

/** The person of a session token. Cookies beside it count for nothing, and none is set. */
export async function authenticateToken(
  request: FastifyRequest,
  sessionToken: string,
  kratos: KratosClient,
): Promise<Authenticated> {
  try {
    const whoami = await kratos.whoami({ sessionToken });
    if (whoami.kind === 'none') return { kind: 'nobody' };
    if (whoami.kind === 'second-factor') return { kind: 'second-factor', redirectTo: undefined };
    return { kind: 'person', person: personFrom(whoami.identity), somebodyElse: false };
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    request.log.warn({ upstream: error.facts }, 'could not ask Kratos who this is');
    return { kind: 'kratos-down' };
  }
}
