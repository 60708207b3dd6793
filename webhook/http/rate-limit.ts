import { hash } from 'node:crypto';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { tokenOf } from './session.ts';

const WINDOW_MS = 60_000;

/** The people of the last minute that are kept in mind; who was forgotten begins anew. */
const REMEMBERED = 10_000;

/** A page brings its style along, and one browser may be several tabs. */
const BEFORE = 4;

/** An address may be a whole office's. */
const OFFICE = 10;

/** Going on costs most: it may start something at Jumio. */
const GOING_ON = 1 / 6;

/** Answers 429 by throwing: whoever shows errors shows this one too. */
type Limit<Key> = (key: Key, reply: FastifyReply) => Promise<void>;

/** How often one person may come, in this replica. */
export interface Limits {
  /** Before anybody is asked who it is. */
  readonly before: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
  readonly person: Limit<string>;
  readonly goingOn: Limit<string>;
}

class TooManyRequests extends Error {
  override readonly name = 'TooManyRequests';
  readonly statusCode = 429;
}

/** Who brings nothing is asked nothing of anybody. */
function broughtBy({ headers }: FastifyRequest): string | undefined {
  const brought = tokenOf(headers) ?? headers.cookie;
  return brought && hash('sha256', brought, 'base64url');
}

/**
 * Limits for the pages and their JSON. Made in their scope only: whatever Kratos or Jumio send is never limited.
 * @param byAddress whether the addresses of clients are known
 */
export async function createLimits(app: FastifyInstance, perMinute: number, byAddress: boolean): Promise<Limits> {
  await app.register(rateLimit, { global: false, cache: REMEMBERED });
  const limit = (max: number): Limit<string> => {
    const keys = new WeakMap<FastifyRequest, string>();
    const keyGenerator = (request: FastifyRequest): string => keys.get(request) ?? '';
    const count = app.createRateLimit({ max: Math.floor(max), timeWindow: WINDOW_MS, keyGenerator });
    return async (key, reply) => {
      keys.set(reply.request, key);
      const seen = await count(reply.request);
      if (seen.isAllowed || !seen.isExceeded) return;
      reply.header('retry-after', seen.ttlInSeconds);
      throw new TooManyRequests('too many requests');
    };
  };
  const before = limit(perMinute * BEFORE);
  const beforeOfAddress = limit(perMinute * BEFORE * OFFICE);
  return {
    before: async (request, reply) => {
      // Cookies can be made up, each another one: an address cannot, where a trusted proxy says which it is.
      if (byAddress) await beforeOfAddress(request.ip, reply);
      const key = broughtBy(request);
      if (key !== undefined) await before(key, reply);
    },
    person: limit(perMinute),
    goingOn: limit(perMinute * GOING_ON),
  };
}
