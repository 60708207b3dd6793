import type { FastifyReply } from 'fastify';
import { say } from '../texts/messages.ts';
import { link } from './page.ts';
import type { Identified } from './person.ts';
import type { SendPage } from './send-page.ts';
import { verifyPath } from './verify-path.ts';

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
export function stranger(
  who: Exclude<Identified, { kind: 'person' }>,
  reply: FastifyReply,
  send: SendPage,
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
