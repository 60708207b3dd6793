import { createHmac } from 'node:crypto';
import cookie from '@fastify/cookie';
import csrf from '@fastify/csrf-protection';
import formbody from '@fastify/formbody';
import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ourCookie } from '../session.ts';

export interface PageSecurity {
  readonly referenceKey: Buffer;
  /** Whether browsers reach us by https. */
  readonly isHttps: boolean;
  /** Whether Jumio's hosted page is reached by http, as a sandbox's is. */
  readonly plainHttp: boolean;
  /** The identity that the CSRF token of a request is bound to; undefined where none is known. */
  readonly identityOf: (request: FastifyRequest) => string | undefined;
}

/** What the CSRF token of a page is bound to that is shown before its person is known; no identity has this id. */
export const NO_IDENTITY = 'nobody';

const form = z.object({ _csrf: z.string().optional().catch(undefined) });

/** Signs the cookies of pages and programs alike. */
export function cookieSecret(referenceKey: Buffer): string {
  return derivedKey(referenceKey, 'cookie');
}

/** A key of its own for each use, derived from the ledger's, so that cookies outlive a restart. */
function derivedKey(referenceKey: Buffer, use: string): string {
  return createHmac('sha256', referenceKey).update(use).digest('hex');
}

function headers({ isHttps, plainHttp }: PageSecurity) {
  // Browsers apply form-action to the redirect that follows the form: Jumio's page must be allowed.
  const formAction = ["'self'", 'https:', ...(plainHttp ? ['http:'] : [])];
  const ours = ["'self'"];
  const loaded = { defaultSrc: ["'none'"], styleSrc: ours, scriptSrc: ours, imgSrc: ours, connectSrc: ours };
  const directives = { ...loaded, formAction, frameAncestors: ["'none'"], baseUri: ["'none'"] };
  return { contentSecurityPolicy: { useDefaults: false, directives }, strictTransportSecurity: isHttps };
}

/** A browser that only guesses where its person goes next, or a proxy that does. */
function isPrefetch({ headers }: FastifyRequest): boolean {
  const purposes = [headers['sec-purpose'], headers.purpose, headers['x-moz']].flat();
  return purposes.some((purpose) => purpose !== undefined && /\bprefetch\b/i.test(purpose));
}

/** Headers, signed cookies, forms and their token, for every page of a scope; nothing of them is kept by a cache. */
export async function securePages(app: FastifyInstance, options: PageSecurity): Promise<void> {
  const { referenceKey, isHttps } = options;
  await app.register(helmet, headers(options));
  await app.register(cookie, { secret: cookieSecret(referenceKey) });
  await app.register(formbody, { bodyLimit: 16 * 1024 });
  const { name: cookieKey, options: cookieOpts } = ourCookie('jumio_csrf', isHttps);
  await app.register(csrf, {
    cookieKey,
    cookieOpts,
    getToken: (request) => form.safeParse(request.body).data?._csrf,
    getUserInfo: (request) => options.identityOf(request) ?? NO_IDENTITY,
    csrfOpts: { hmacKey: derivedKey(referenceKey, 'csrf') },
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    // Nobody is there to see it: nothing is looked at for them, and the browser asks again when somebody is.
    if (isPrefetch(request)) return reply.code(503).send();
  });
}
