import type { FastifyReply, FastifyRequest } from 'fastify';
import { toText } from '../../texts/messages.ts';
import type { Person } from '../../verification/person/index.ts';
import type { HandoverCookie } from '../handover-cookie.ts';
import type { Limits } from '../rate-limit.ts';
import { type ReturnTo, requestedReturnTo, verifyPath } from '../return-to.ts';
import { authenticate, type Unauthenticated } from '../session.ts';
import type { Sessions } from '../whoami.ts';
import { link, type Page } from './page.ts';
import type { RenderPage } from './render.ts';

/** The person behind each authenticated request: the CSRF token is bound to the identity. */
const people = new WeakMap<FastifyRequest, Person>();

/** Returns the person behind a request; undefined before it is authenticated. */
export function personBehind(request: FastifyRequest): Person | undefined {
  return people.get(request);
}

/** Options of `createRequirePerson`. */
export interface RequirePersonOptions {
  readonly sessions: Sessions;
  readonly handover: HandoverCookie;
  readonly limits: Limits;
  readonly render: RenderPage;
  readonly returnTo: ReturnTo;
  readonly publicUrl: string | undefined;
  readonly kratosPublicUrl: string;
}

/** A `preHandler` hook that authenticates the person. */
export type RequirePerson = ReturnType<typeof createRequirePerson>;

/** Returns a `preHandler` hook that authenticates the person, and answers a request without one by the page that leads to a session. */
export function createRequirePerson({ sessions, handover, limits, render, returnTo, ...urls }: RequirePersonOptions) {
  const session = { kratos: sessions, credentials: 'cookie', handover } as const;
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const isStatus = request.routeOptions.url === '/jumio/status';
    const sender = await authenticate(request, reply, { ...session, opens: isStatus ? 'status' : 'verify' });
    if (sender.kind !== 'person')
      return promptSignIn(sender, reply, render, { ...urls, returnTo: returnTo(requestedReturnTo(request)) });
    // Back from Jumio, and signed in with another account since: this page explains it once, and shows nothing of either.
    if (sender.isOtherAccount && isStatus) return render(reply, 409, OTHER_ACCOUNT);
    people.set(request, sender.person);
    await limits.person(sender.person.identityId, reply);
    return undefined;
  };
}

type AnswerPage = (person: Person, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** Returns a handler that runs `answer` for the person whom the hook has authenticated. */
export function forPerson(answer: AnswerPage) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const person = people.get(request);
    return person === undefined ? reply : answer(person, request, reply);
  };
}

interface SignInUrls {
  readonly kratosPublicUrl: string;
  readonly publicUrl: string | undefined;
  /** Checked against the allow-list; null: none. */
  readonly returnTo: string | null;
}

/** After the sign-in Kratos redirects to the verification page, which keeps `returnTo`. */
function withReturn(url: URL, { publicUrl, returnTo }: SignInUrls): string {
  if (publicUrl === undefined) return url.href;
  const back = new URL(verifyPath(returnTo), publicUrl);
  url.searchParams.set('return_to', back.href);
  return url.href;
}

function loginUrl(urls: SignInUrls): string {
  const kratos = urls.kratosPublicUrl.replace(/\/*$/, '/');
  return withReturn(new URL('self-service/login/browser', kratos), urls);
}

/** Answers a request without a person: a page that leads to the sign-in, or a redirect to the second factor. */
function promptSignIn(
  sender: Unauthenticated,
  reply: FastifyReply,
  render: RenderPage,
  urls: SignInUrls,
): FastifyReply {
  switch (sender.kind) {
    case 'no-session':
      return render(reply, 401, {
        title: toText('stranger.title'),
        mood: 'open',
        sentence: toText('stranger.sentence'),
        action: link(loginUrl(urls), toText('button.sign_in')),
      });
    case 'second-factor':
      return reply.redirect(secondFactorUrl(sender.redirectTo, urls), 303);
    case 'kratos-down':
      return render(reply, 503, {
        title: toText('sign_in_down.title'),
        mood: 'problem',
        sentence: toText('sign_in_down.sentence'),
        action: link(verifyPath(urls.returnTo), toText('button.reload')),
      });
    default:
      return sender satisfies never;
  }
}

/** Kratos' own redirect, and only to Kratos. */
function secondFactorUrl(redirectTo: string | undefined, urls: SignInUrls): string {
  const kratos = new URL(urls.kratosPublicUrl).origin;
  const url = redirectTo !== undefined && URL.canParse(redirectTo) ? new URL(redirectTo) : undefined;
  if (url?.origin === kratos) return withReturn(url, urls);
  // Without the level Kratos would send a signed-in person straight back here.
  const fallback = new URL(loginUrl(urls));
  fallback.searchParams.set('aal', 'aal2');
  return fallback.href;
}

/** The page for a browser with another account's session; it names neither of the two. */
export const OTHER_ACCOUNT: Page = {
  title: toText('foreign_link.title'),
  mood: 'problem',
  sentence: toText('foreign_link.sentence'),
  action: link('/jumio/verify', toText('foreign_link.continue')),
};
