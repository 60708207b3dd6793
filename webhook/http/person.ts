import type { FastifyReply, FastifyRequest } from 'fastify';
import { UpstreamError } from '../errors.ts';
import type { KratosClient } from '../kratos/client.ts';
import { decidedStatus, readCopy } from '../verification/gate.ts';
import type { Person } from '../verification/hand-over.ts';

const COOKIE = 'jumio_handover';
const LIFETIME_S = 72 * 3_600;

/** Who is at the browser, or why we do not know. */
export type Identified =
  | { readonly kind: 'person'; readonly person: Person }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'second-factor'; readonly redirectTo: string | undefined }
  | { readonly kind: 'kratos-down' };

interface Handover {
  readonly kratos: KratosClient;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Whether browsers reach us by https. */
  readonly secure: boolean;
}

/** The hand-over cookie: one identity, 72 hours, signed with a key of the ledger's; opens verify and status only. */
function remember(reply: FastifyReply, identityId: string, { now, secure }: Handover): void {
  const value = `${identityId}.${Math.floor(now() / 1000) + LIFETIME_S}`;
  const options = { path: '/jumio', httpOnly: true, sameSite: 'lax', secure, signed: true } as const;
  reply.setCookie(COOKIE, value, { ...options, maxAge: LIFETIME_S });
}

function remembered(request: FastifyRequest, now: number): string | undefined {
  const cookie = request.cookies[COOKIE];
  const unsigned = cookie === undefined ? undefined : request.unsignCookie(cookie);
  const [identityId, expires] = unsigned?.valid ? unsigned.value.split('.') : [];
  return Number(expires) * 1000 > now ? identityId : undefined;
}

function byCookie(request: FastifyRequest, now: number, otherwise: 'nobody' | 'kratos-down'): Identified {
  const identityId = remembered(request, now);
  return identityId === undefined ? { kind: otherwise } : { kind: 'person', person: { identityId, inherited: null } };
}

/**
 * The person of a Kratos session; without one, of the hand-over cookie, which also serves after the session was
 * revoked. A session always wins over a cookie of somebody else.
 */
export async function identify(request: FastifyRequest, reply: FastifyReply, handover: Handover): Promise<Identified> {
  const { cookie } = request.headers;
  try {
    const whoami = await handover.kratos.whoami(cookie === undefined ? {} : { cookie });
    if (whoami.kind === 'none') return byCookie(request, handover.now(), 'nobody');
    if (whoami.kind === 'second-factor') return { kind: 'second-factor', redirectTo: whoami.redirectTo };
    const { id, metadataPublic } = whoami.identity;
    if (remembered(request, handover.now()) !== id) remember(reply, id, handover);
    const inherited = decidedStatus(readCopy({ metadata_public: metadataPublic }));
    return { kind: 'person', person: { identityId: id, inherited } };
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    request.log.warn({ upstream: error.facts }, 'could not ask Kratos who this is');
    return byCookie(request, handover.now(), 'kratos-down');
  }
}
