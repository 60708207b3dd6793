import type { FastifyReply, FastifyRequest } from 'fastify';
import { say } from '../../texts/messages.ts';
import type { Person } from '../../verification/person/index.ts';
import type { Limits } from '../rate-limit.ts';
import { type ReturnTo, requestedReturnTo, verifyPath } from '../return-to.ts';
import { type Authenticated, authenticate, type Handover } from '../session.ts';
import { link, type Page } from './page.ts';
import type { RenderPage } from './render.ts';

/** Who was found behind a request: the CSRF token is bound to the identity. */
const known = new WeakMap<FastifyRequest, Person>();

/** The person behind a request, once they were recognised. */
export function personBehind(request: FastifyRequest): Person | undefined {
  return known.get(request);
}

export interface RequirePersonOptions {
  readonly handover: Handover;
  readonly limits: Limits;
  readonly send: RenderPage;
  readonly returnTo: ReturnTo;
  readonly publicUrl: string | undefined;
  readonly kratosPublicUrl: string;
}

export type RequirePerson = ReturnType<typeof createRequirePerson>;

/** Finds out who is at the browser; anybody whom we do not know gets the page that leads on. */
export function createRequirePerson({ handover, limits, send, returnTo, ...addresses }: RequirePersonOptions) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const who = await authenticate(request, reply, handover);
    if (who.kind !== 'person')
      return promptSignIn(who, reply, send, { ...addresses, returnTo: returnTo(requestedReturnTo(request)) });
    // Back from Jumio, and by now somebody else is signed in: told once, and shown nothing of anybody.
    if (who.somebodyElse && request.routeOptions.url === '/jumio/status') return send(reply, 409, OTHER_ACCOUNT);
    known.set(request, who.person);
    await limits.person(who.person.identityId, reply);
    return undefined;
  };
}

type ForPerson = (person: Person, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** Runs `then` for the person who was recognised. */
export function forPerson(then: ForPerson) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const person = known.get(request);
    return person === undefined ? reply : then(person, request, reply);
  };
}

interface Addresses {
  readonly kratosPublicUrl: string;
  readonly publicUrl: string | undefined;
  /** Allowed, or null. */
  readonly returnTo: string | null;
}

/** Kratos leads on to us, and we to where the person wanted to go. */
function withWayBack(url: URL, { publicUrl, returnTo }: Addresses): string {
  if (publicUrl === undefined) return url.href;
  const back = new URL(verifyPath(returnTo), publicUrl);
  url.searchParams.set('return_to', back.href);
  return url.href;
}

function loginUrl(options: Addresses): string {
  const kratos = options.kratosPublicUrl.replace(/\/*$/, '/');
  return withWayBack(new URL('self-service/login/browser', kratos), options);
}

/** The page, or the redirect, that leads on somebody whom we do not know. */
export function promptSignIn(
  who: Exclude<Authenticated, { kind: 'person' }>,
  reply: FastifyReply,
  send: RenderPage,
  options: Addresses,
): FastifyReply {
  switch (who.kind) {
    case 'nobody':
      return send(reply, 401, {
        sentence: say('stranger.sentence'),
        action: link(loginUrl(options), say('button.sign_in')),
      });
    case 'second-factor':
      return reply.redirect(secondFactorUrl(who.redirectTo, options), 303);
    case 'kratos-down':
      return send(reply, 503, {
        sentence: say('sign_in_down.sentence'),
        action: link(verifyPath(options.returnTo), say('button.try_again')),
      });
    default:
      return who satisfies never;
  }
}

/** Kratos' own redirect, and only to Kratos. */
function secondFactorUrl(redirectTo: string | undefined, options: Addresses): string {
  const kratos = new URL(options.kratosPublicUrl).origin;
  const url = redirectTo !== undefined && URL.canParse(redirectTo) ? new URL(redirectTo) : undefined;
  if (url?.origin === kratos) return withWayBack(url, options);
  // Without the level Kratos would send a signed-in person straight back here.
  const fallback = new URL(loginUrl(options));
  fallback.searchParams.set('aal', 'aal2');
  return fallback.href;
}

/** Says of neither of the two who they are. */
export const OTHER_ACCOUNT: Page = {
  sentence: say('foreign_link.sentence'),
  action: link('/jumio/verify', say('foreign_link.continue')),
};
