import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Whether a text is one of the secrets: compared as digests, in constant time, with every secret, without early exit. */
export type IsSecret = (presented: string) => boolean;

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

/** Returns the check of a presented text against the SHA-256 digests of secrets. */
export function createDigestCheck(digests: readonly Buffer[]): IsSecret {
  return (presented) => {
    const digestOfPresented = digest(presented);
    return digests.map((secret) => timingSafeEqual(secret, digestOfPresented)).includes(true);
  };
}

/** Returns the check of a presented text against these secrets. */
export function createSecretCheck(secrets: readonly string[]): IsSecret {
  return createDigestCheck(secrets.map(digest));
}

/** The token of the header. Empty, and so wrong: its scheme is another. Undefined: there is no header. */
function bearer(header: string | undefined): string | undefined {
  return header === undefined ? undefined : (/^Bearer (.+)$/i.exec(header)?.[1] ?? '');
}

/**
 * Whether Kratos sent this request: `X-Webhook-Secret` or `Authorization: Bearer`; if both are sent, both must be right
 * (docs/design.md#http-routes). An `X-Webhook-Secret` that is sent twice arrives joined by a comma, and is
 * wrong; of several `Authorization` Node keeps the first.
 */
export function isFromKratos(isSecret: IsSecret, request: FastifyRequest): boolean {
  const { 'x-webhook-secret': header, authorization } = request.headers;
  const presented = [header, bearer(authorization)].filter((value) => value !== undefined);
  const matches = presented.map((value) => typeof value === 'string' && isSecret(value));
  return matches.length > 0 && !matches.includes(false);
}

/** Returns an `onRequest` hook that refuses every caller but Kratos, before a byte of the body is read. */
export function requireKratos(isSecret: IsSecret, refuse: (reply: FastifyReply) => FastifyReply) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (isFromKratos(isSecret, request)) return;
    request.log.warn('webhook secret missing or wrong: compare ORY_WEBHOOK_SECRET with the hook in Kratos');
    await refuse(reply);
  };
}

/** Returns the same hook for a caller with a bearer secret of its own. */
export function requireBearer(isSecret: IsSecret, refuse: (reply: FastifyReply) => FastifyReply) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (isSecret(bearer(request.headers.authorization) ?? '')) return;
    await refuse(reply.header('www-authenticate', 'Bearer'));
  };
}

const SIGNATURE = /^(?:sha256=)?([0-9a-f]{64})$/i;

/**
 * Whether a signature header is the HMAC-SHA256 of exactly these bytes under one of the secrets, as `<hex>` or
 * `sha256=<hex>` in either case (docs/design.md#callback). A header of another shape is wrong, never an exception.
 */
export function isSignatureOf(bytes: Buffer, header: string, secrets: readonly string[]): boolean {
  const hex = SIGNATURE.exec(header)?.[1];
  if (hex === undefined) return false;
  const presented = Buffer.from(hex, 'hex');
  const matches = secrets.map((secret) =>
    timingSafeEqual(createHmac('sha256', secret).update(bytes).digest(), presented),
  );
  return matches.includes(true);
}
