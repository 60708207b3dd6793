import type { FastifyReply } from 'fastify';
import { link, sendPage, TITLE as title } from './html.ts';
import type { Identified } from './person.ts';

interface Addresses {
  readonly kratosPublicUrl: string;
  readonly publicUrl: string | undefined;
}

function loginUrl({ kratosPublicUrl, publicUrl }: Addresses): string {
  const url = new URL('self-service/login/browser', kratosPublicUrl.replace(/\/*$/, '/'));
  if (publicUrl !== undefined) url.searchParams.set('return_to', new URL('/jumio/verify', publicUrl).href);
  return url.href;
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
  const isKratos = redirectTo !== undefined && URL.canParse(redirectTo) && new URL(redirectTo).origin === kratos;
  return isKratos ? redirectTo : loginUrl(options);
}
