import { hash } from 'node:crypto';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { tokenOf } from './session.ts';

const WINDOW_MS = 60_000;

/** How many keys a limit remembers; a key that was dropped starts again at zero. */
const CACHE_SIZE = 10_000;

/** Per credential, as a multiple of the limit per person: a page loads its style too, and a browser may have several tabs. */
const PER_CREDENTIAL = 4;

/** Per address, as a multiple of the limit per credential: an address may serve a whole office. */
const PER_ADDRESS = 10;

/** For continuing, as a part of the limit per person: it costs most, because it may create an execution at Jumio. */
const CONTINUING = 1 / 6;

/** Rejects with a 429 error if the key is over its limit, so that the scope's error handler answers. */
type Limit<Key> = (key: Key, reply: FastifyReply) => Promise<void>;

/** How many requests are allowed per minute, in this replica. */
export interface Limits {
  /** An `onRequest` hook: limits credentials, and addresses if they are known, before Kratos is asked. */
  readonly beforeSession: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
  /** Requests of one identity. */
  readonly person: Limit<string>;
  /** Requests of one identity that continue or decline. */
  readonly continuing: Limit<string>;
}

class TooManyRequests extends Error {
  override readonly name = 'TooManyRequests';
  readonly statusCode = 429;
}

/** Undefined for a request without credentials: it causes no upstream call. */
function credentialKey({ headers }: FastifyRequest): string | undefined {
  const credential = tokenOf(headers) ?? headers.cookie;
  return credential && hash('sha256', credential, 'base64url');
}

/**
 * Returns the limits of the pages and their JSON. Made in their scope only: requests from Kratos and Jumio are never limited.
 * @param limitsAddresses whether client addresses are known
 */
export async function createLimits(app: FastifyInstance, perMinute: number, limitsAddresses: boolean): Promise<Limits> {
  await app.register(rateLimit, { global: false, cache: CACHE_SIZE });
  const limit = (max: number): Limit<string> => {
    const keys = new WeakMap<FastifyRequest, string>();
    const keyGenerator = (request: FastifyRequest): string => keys.get(request) ?? '';
    const count = app.createRateLimit({ max: Math.floor(max), timeWindow: WINDOW_MS, keyGenerator });
    return async (key, reply) => {
      keys.set(reply.request, key);
      const counted = await count(reply.request);
      if (counted.isAllowed || !counted.isExceeded) return;
      reply.header('retry-after', counted.ttlInSeconds);
      throw new TooManyRequests('too many requests');
    };
  };
  const credentials = limit(perMinute * PER_CREDENTIAL);
  const addresses = limit(perMinute * PER_CREDENTIAL * PER_ADDRESS);
  return {
    beforeSession: async (request, reply) => {
      // A client can invent a cookie for each request, but no address if a trusted proxy names it.
      if (limitsAddresses) await addresses(request.ip, reply);
      const key = credentialKey(request);
      if (key !== undefined) await credentials(key, reply);
    },
    person: limit(perMinute),
    continuing: limit(perMinute * CONTINUING),
  };
}
