import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { UpstreamError } from '../errors.ts';
import type { Credentials, KratosClient, KratosIdentity, KratosSession, Whoami } from '../kratos/types.ts';
import { type HandoverTarget, type Person, personFrom } from '../verification/person/index.ts';
import type { HandoverCookie } from './handover-cookie.ts';

/** The credentials that identify the sender of a request. */
export interface SessionOptions {
  readonly kratos: Pick<KratosClient, 'whoami'>;
  /**
   * `cookie`: a browser's. `token-or-cookie`: a program's session token; without one, the cookie. `all`: everything that
   * Kratos can check, unchanged, so that Kratos decides which of several credentials counts.
   */
  readonly credentials: 'cookie' | 'token-or-cookie' | 'all';
  /** Given: it counts where there is no session. Never beside a token. */
  readonly handover?: HandoverCookie;
  /** What the request asks for, and so what a hand-over cookie must open; by default the verification. */
  readonly opens?: HandoverTarget;
  /** Whether a hand-over cookie of another identity stays; by default a session of another identity deletes it. */
  readonly keepsOtherAccount?: boolean;
}

/** The person behind a request, or why there is none. */
export type Authenticated =
  | {
      readonly kind: 'person';
      readonly person: Person;
      /** As Kratos shows it in the session; undefined: known by the hand-over cookie only. */
      readonly identity: KratosIdentity | undefined;
      /** How it was authenticated; undefined: Kratos does not say, or the person is known by the hand-over cookie only. */
      readonly session: KratosSession | undefined;
      /** Whether this browser has the hand-over cookie of another identity. */
      readonly isOtherAccount: boolean;
    }
  | { readonly kind: 'no-session' }
  | { readonly kind: 'second-factor'; readonly redirectTo: string | undefined }
  | { readonly kind: 'kratos-down' };

/** Why there is no person behind a request. */
export type Unauthenticated = Exclude<Authenticated, { kind: 'person' }>;

/**
 * Returns the person of a Kratos session; without one, of the hand-over cookie, which also counts after a sign-out. A session
 * always wins over a hand-over cookie of another identity. This is the only place that asks whoami.
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
      return personBySession(answer, request, reply, handover, session.keepsOtherAccount);
    case 'second-factor':
      return { kind: 'second-factor', redirectTo: answer.redirectTo };
    case 'none':
      return (await personByCookie(request, handover, session.opens)) ?? { kind: 'no-session' };
    case 'kratos-down':
      return (await personByCookie(request, handover, session.opens)) ?? { kind: 'kratos-down' };
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
  { identity, session }: Whoami & { kind: 'session' },
  request: FastifyRequest,
  reply: FastifyReply,
  handover: HandoverCookie | undefined,
  keepsOtherAccount = false,
): Authenticated {
  const named = handover?.namedIn(request);
  const isOtherAccount = named !== undefined && named !== identity.id;
  if (isOtherAccount && !keepsOtherAccount) handover?.clear(reply);
  return { kind: 'person', person: personFrom(identity), identity, session, isOtherAccount };
}

async function personByCookie(
  request: FastifyRequest,
  handover: HandoverCookie | undefined,
  opens: HandoverTarget = 'verify',
): Promise<Authenticated | undefined> {
  const person = await handover?.personOf(request, opens);
  return person && { kind: 'person', person, identity: undefined, session: undefined, isOtherAccount: false };
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
