import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../verification/context.ts';
import {
  type Handover,
  type HandoverScope,
  type HandoverTarget,
  handOver,
  handOverByLink,
  isHandoverValid,
  type Person,
  type RedeemedLink,
} from '../verification/person/index.ts';
import { cookieSpec } from './cookies.ts';

/** The hand-over cookie: it recognises a person who left for Jumio or redeemed a one-time link, and has no session. */
export interface HandoverCookie {
  /** The identity that the cookie of a browser names; undefined: it has none, or one that is forged or past its end. */
  readonly namedIn: (request: FastifyRequest) => string | undefined;
  /**
   * Returns the person of the cookie; undefined: there is none, it has been ended, or it does not open what is asked for.
   * @throws LedgerUnavailable
   */
  readonly personOf: (request: FastifyRequest, opens: HandoverTarget) => Promise<Person | undefined>;
  /** What the cookie opens that has authenticated a request; undefined: a session has. */
  readonly scopeOf: (request: FastifyRequest) => HandoverScope | undefined;
  /** Sets the cookie of a person who leaves for Jumio. A person who came by a one-time link may go on without a session. */
  readonly setOnLeaving: (request: FastifyRequest, reply: FastifyReply, identityId: string) => Promise<void>;
  /** Sets the cookie of a person who has redeemed a one-time link. @throws LedgerUnavailable */
  readonly setOnRedeemed: (reply: FastifyReply, link: RedeemedLink) => Promise<void>;
  readonly clear: (reply: FastifyReply) => void;
}

/** The signature follows behind one more dot. */
const VALUE = /^([0-9a-f-]{36})\.(\d{1,15})\.(\d{1,12})\.(status|verify|phone)\.([0-9a-f-]{36})?$/;

function textOf({ identityId, counter, endsAt, scope, verificationId }: Handover): string {
  return [identityId, counter, Math.floor(endsAt / 1000), scope, verificationId ?? ''].join('.');
}

const SCOPES: ReadonlyMap<string | undefined, HandoverScope> = new Map([
  ['verify', 'verify'],
  ['phone', 'phone'],
]);

function parse(text: string): Handover | undefined {
  const [, identityId, counter, seconds, scope, verificationId] = VALUE.exec(text) ?? [];
  if (identityId === undefined) return undefined;
  return {
    identityId,
    counter: Number(counter),
    endsAt: Number(seconds) * 1000,
    scope: SCOPES.get(scope) ?? 'status',
    verificationId: verificationId ?? null,
  };
}

/**
 * Returns the hand-over cookie of this service (docs/design.md#hand-over-cookie).
 * @param isHttps whether browsers reach the service by https
 */
export function createHandoverCookie(ctx: Context, isHttps: boolean): HandoverCookie {
  const { name, options } = cookieSpec('jumio_handover', isHttps);
  /** The requests that the cookie has authenticated: there was no session. */
  const byCookie = new WeakMap<FastifyRequest, HandoverScope>();

  function read(request: FastifyRequest): Handover | undefined {
    const value = request.cookies[name];
    const unsigned = value === undefined ? undefined : request.unsignCookie(value);
    const handover = unsigned?.valid ? parse(unsigned.value) : undefined;
    return handover !== undefined && handover.endsAt > ctx.clock.now() ? handover : undefined;
  }

  function set(reply: FastifyReply, handover: Handover | undefined): void {
    if (handover === undefined) return;
    const maxAge = Math.floor((handover.endsAt - ctx.clock.now()) / 1000);
    reply.setCookie(name, textOf(handover), { ...options, maxAge });
  }

  return {
    namedIn: (request) => read(request)?.identityId,
    personOf: async (request, opens) => {
      const handover = read(request);
      const isOpened = opens === 'status' || handover?.scope !== 'status';
      if (handover === undefined || !isOpened || !(await isHandoverValid(ctx, handover))) return undefined;
      byCookie.set(request, handover.scope);
      // Nothing that Kratos has changed since: only a session makes a first row.
      return { identityId: handover.identityId, inherited: null };
    },
    scopeOf: (request) => byCookie.get(request),
    setOnLeaving: async (request, reply, identityId) =>
      set(reply, await handOver(ctx, identityId, byCookie.get(request) ?? 'status')),
    setOnRedeemed: async (reply, link) => set(reply, await handOverByLink(ctx, link)),
    clear: (reply) => void reply.clearCookie(name, options),
  };
}
