import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Whether a text is one of the secrets: compared as digests, in constant time, with every secret, without early exit. */
export type IsSecret = (presented: string) => boolean;

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

export function createSecretCheck(secrets: readonly string[]): IsSecret {
  const digests = secrets.map(digest);
  return (presented) => {
    const seen = digest(presented);
    return digests.map((secret) => timingSafeEqual(secret, seen)).includes(true);
  };
}

function bearer(header: string | undefined): string | undefined {
  return header === undefined ? undefined : (/^Bearer (.+)$/i.exec(header)?.[1] ?? '');
}

/**
 * Whether Kratos sent this: `X-Webhook-Secret` or `Authorization: Bearer`; if both are there, both must be right
 * (docs/design.md#http-routes). A header that is there twice arrives joined and is wrong.
 */
export function isFromKratos(isSecret: IsSecret, request: FastifyRequest): boolean {
  const { 'x-webhook-secret': header, authorization } = request.headers;
  const presented = [header, bearer(authorization)].filter((value) => value !== undefined);
  const right = presented.map((value) => typeof value === 'string' && isSecret(value));
  return right.length > 0 && !right.includes(false);
}

/** An `onRequest` hook: answers before a byte of the body is read. */
export function requireKratos(isSecret: IsSecret, refuse: (reply: FastifyReply) => FastifyReply) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (isFromKratos(isSecret, request)) return;
    request.log.warn('the webhook secret is missing or wrong: compare ORY_WEBHOOK_SECRET with the hook in Kratos');
    await refuse(reply);
  };
}

/** The same for a caller that has a bearer secret of its own. */
export function requireBearer(isSecret: IsSecret, refuse: (reply: FastifyReply) => FastifyReply) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (isSecret(bearer(request.headers.authorization) ?? '')) return;
    await refuse(reply.header('www-authenticate', 'Bearer'));
  };
}

const SIGNATURE = /^(?:sha256=)?([0-9a-f]{64})$/i;

/**
 * Whether a signature header is the HMAC-SHA256 of exactly these bytes under one of the secrets, as `<hex>` or
 * `sha256=<hex>` in either case (docs/design.md#callback). Anything of another shape is simply wrong, never an exception.
 */
export function isSignatureOf(bytes: Buffer, header: string, secrets: readonly string[]): boolean {
  const hex = SIGNATURE.exec(header)?.[1];
  if (hex === undefined) return false;
  const presented = Buffer.from(hex, 'hex');
  const right = secrets.map((secret) =>
    timingSafeEqual(createHmac('sha256', secret).update(bytes).digest(), presented),
  );
  return right.includes(true);
}
