import { createHmac } from 'node:crypto';
import cookie from '@fastify/cookie';
import csrf from '@fastify/csrf-protection';
import formbody from '@fastify/formbody';
import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type CookieSigner, cookieSpec } from '../cookies.ts';

/** The input of the protection of pages. */
export interface PageSecurity {
  readonly signer: CookieSigner;
  /** A key of the ledger that is never rotated. What the CSRF token depends on besides is in a signed cookie. */
  readonly csrfKey: Buffer;
  /** Whether browsers reach the service by https. */
  readonly isHttps: boolean;
  /** The schemes, each with its colon, of the addresses that a form may lead to; https always may. */
  readonly formSchemes: readonly string[];
  /** The identity that the CSRF token of a request is bound to; undefined: not known. */
  readonly identityOf: (request: FastifyRequest) => string | undefined;
}

/** The CSRF token of a page for an unknown person is bound to this; no identity has this id. */
export const NO_IDENTITY = 'nobody';

const form = z.object({ _csrf: z.string().optional().catch(undefined) });

/** A separate key for this use, derived from the ledger's, so that the forms of every replica outlive a restart. */
function derivedKey(key: Buffer): string {
  return createHmac('sha256', key).update('csrf').digest('hex');
}

function helmetOptions({ isHttps, formSchemes }: PageSecurity) {
  // Browsers apply form-action to the redirect that follows the form: Jumio's page and the application must be allowed.
  const formAction = ["'self'", ...new Set(['https:', ...formSchemes])];
  const self = ["'self'"];
  const sources = { defaultSrc: ["'none'"], styleSrc: self, scriptSrc: self, imgSrc: self, connectSrc: self };
  const directives = { ...sources, formAction, frameAncestors: ["'none'"], baseUri: ["'none'"] };
  return { contentSecurityPolicy: { useDefaults: false, directives }, strictTransportSecurity: isHttps };
}

/** A browser or a proxy that loads the page in advance, without a person. */
function isPrefetch({ headers }: FastifyRequest): boolean {
  const purposes = [headers['sec-purpose'], headers.purpose, headers['x-moz']].flat();
  return purposes.some((purpose) => purpose !== undefined && /\bprefetch\b/i.test(purpose));
}

/** Adds headers, signed cookies, forms and CSRF tokens to every page of a scope. No page is cached. */
export async function securePages(app: FastifyInstance, options: PageSecurity): Promise<void> {
  const { signer, csrfKey, isHttps } = options;
  await app.register(helmet, helmetOptions(options));
  await app.register(cookie, { secret: signer.secret });
  await app.register(formbody, { bodyLimit: 16 * 1024 });
  const { name: cookieKey, options: cookieOpts } = cookieSpec('jumio_csrf', isHttps);
  await app.register(csrf, {
    cookieKey,
    cookieOpts,
    getToken: (request) => form.safeParse(request.body).data?._csrf,
    getUserInfo: (request) => options.identityOf(request) ?? NO_IDENTITY,
    csrfOpts: { hmacKey: derivedKey(csrfKey) },
  });
  app.addHook('onRequest', signer.refresh);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    // A prefetch must not count as a visit; the browser asks again for a person.
    if (isPrefetch(request)) return reply.code(503).send();
  });
}
