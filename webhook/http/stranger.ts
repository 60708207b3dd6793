import type { FastifyReply } from 'fastify';
import { link, sendPage, TITLE as title } from './html.ts';
import type { Identified } from './person.ts';

interface Addresses {
  readonly kratosPublicUrl: string;
  readonly publicUrl: string | undefined;
  /** Allowed, or null. */
  readonly returnTo: string | null;
}

/** Kratos leads on to us, and we to where the person wanted to go. */
function withWayBack(url: URL, { publicUrl, returnTo }: Addresses): string {
  if (publicUrl === undefined) return url.href;
  const back = new URL('/jumio/verify', publicUrl);
  if (returnTo !== null) back.searchParams.set('return_to', returnTo);
  url.searchParams.set('return_to', back.href);
  return url.href;
}

function loginUrl(options: Addresses): string {
  const kratos = options.kratosPublicUrl.replace(/\/*$/, '/');
  return withWayBack(new URL('self-service/login/browser', kratos), options);
}

/** The page, or the redirect, that leads on somebody whom we do not know. */
export function stranger(
  who: Exclude<Identified, { kind: 'person' }>,
  reply: FastifyReply,
  options: Addresses,
): FastifyReply {
  switch (who.kind) {
    case 'nobody':
      return sendPage(reply, 401, {
        title,
        sentence: 'Please sign in first. You will come back here.',
        action: link(loginUrl(options), 'Sign in'),
      });
    case 'second-factor':
      return reply.redirect(secondFactorUrl(who.redirectTo, options), 303);
    case 'kratos-down':
      return sendPage(reply, 503, {
        title,
        sentence: 'Sign-in cannot be checked at the moment. Nothing is lost; please try again in a few minutes.',
        action: link('/jumio/verify', 'Try again'),
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
