import type { FastifyReply, FastifyRequest } from 'fastify';
import { UpstreamError } from '../errors.ts';
import type { KratosClient } from '../kratos/client.ts';
import type { Desk } from '../verification/desk.ts';
import { type Person, personShown } from '../verification/person.ts';
import { DECIDED } from '../verification/published-copy.ts';

const COOKIE = 'jumio_handover';
const LIFETIME_S = 72 * 3_600;

/** Who is at the browser, or why we do not know. */
export type Identified =
  /** `replaces`: until now this browser's hand-over cookie was somebody else's. */
  | { readonly kind: 'person'; readonly person: Person; readonly replaces: boolean }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'second-factor'; readonly redirectTo: string | undefined }
  | { readonly kind: 'kratos-down' };

export interface Handover {
  readonly kratos: KratosClient;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Whether browsers reach us by https. */
  readonly secure: boolean;
  /** Whether the ledger has a row of this identity. */
  readonly isMet: (identityId: string) => Promise<boolean>;
}

export function createHandover({ kratos, clock, ledger }: Desk, publicUrl: string | undefined): Handover {
  return {
    kratos,
    now: () => clock.now(),
    secure: publicUrl?.startsWith('https:') ?? false,
    isMet: async (identityId) => (await ledger.gate(identityId)) !== undefined,
  };
}

/**
 * The hand-over cookie: one identity, 72 hours, signed with a key of the ledger's; opens verify and status only. It
 * carries the decided status that the session's copy showed: without it a person whom a lost ledger does not know
 * would come back by the cookie as somebody about whom nothing was ever decided.
 */
export function remember(reply: FastifyReply, person: Person, { now, secure }: Handover): void {
  const expires = Math.floor(now() / 1000) + LIFETIME_S;
  const value = [person.identityId, expires, person.inherited ?? 'none'].join('.');
  const options = { path: '/jumio', httpOnly: true, sameSite: 'lax', secure, signed: true } as const;
  reply.setCookie(COOKIE, value, { ...options, maxAge: LIFETIME_S });
}

function remembered(request: FastifyRequest, now: number): Person | undefined {
  const cookie = request.cookies[COOKIE];
  const unsigned = cookie === undefined ? undefined : request.unsignCookie(cookie);
  const [identityId, expires, inherited] = unsigned?.valid ? unsigned.value.split('.') : [];
  if (identityId === undefined || !(Number(expires) * 1000 > now)) return undefined;
  return { identityId, inherited: DECIDED.find((status) => status === inherited) ?? null };
}

function isKnown(request: FastifyRequest, person: Person, now: number): boolean {
  const known = remembered(request, now);
  return known?.identityId === person.identityId && known.inherited === person.inherited;
}

function isSomebodyElses(request: FastifyRequest, person: Person, now: number): boolean {
  const known = remembered(request, now);
  return known !== undefined && known.identityId !== person.identityId;
}

/** A cookie shows who it is, and nothing that Kratos has learnt since: a first row is made by a session only. */
async function byCookie(
  request: FastifyRequest,
  { now, isMet }: Handover,
  otherwise: 'nobody' | 'kratos-down',
): Promise<Identified> {
  const person = remembered(request, now());
  const isKnownToUs = person !== undefined && (await isMet(person.identityId));
  return isKnownToUs ? { kind: 'person', person, replaces: false } : { kind: otherwise };
}

/**
 * The person of a Kratos session; without one, of the hand-over cookie, which also serves after the session was
 * revoked. A session always wins over a cookie of somebody else.
 */
export async function identify(request: FastifyRequest, reply: FastifyReply, handover: Handover): Promise<Identified> {
  const { cookie } = request.headers;
  // Who brings nothing has no session; Kratos need not be asked.
  if (cookie === undefined) return { kind: 'nobody' };
  try {
    const whoami = await handover.kratos.whoami({ cookie });
    if (whoami.kind === 'none') return await byCookie(request, handover, 'nobody');
    if (whoami.kind === 'second-factor') return { kind: 'second-factor', redirectTo: whoami.redirectTo };
    const person = personShown(whoami.identity);
    const replaces = isSomebodyElses(request, person, handover.now());
    if (!isKnown(request, person, handover.now())) remember(reply, person, handover);
    return { kind: 'person', person, replaces };
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    request.log.warn({ upstream: error.facts }, 'could not ask Kratos who this is');
    return byCookie(request, handover, 'kratos-down');
  }
}
