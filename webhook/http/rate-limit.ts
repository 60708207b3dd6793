import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { credentialsOf, type SessionOptions } from './session.ts';
import { fingerprint } from './whoami.ts';

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

/** A hook of Fastify, or a part of a handler. */
type Hook = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** How many requests are allowed per minute, in this replica. */
export interface Limits {
  /**
   * Returns an `onRequest` hook: limits credentials, and addresses if they are known, before Kratos is asked.
   * @param which those that the routes send to Kratos: any other header would let a client choose its key
   */
  readonly beforeSession: (which: SessionOptions['credentials']) => Hook;
  /** Requests of one identity. */
  readonly person: Limit<string>;
  /** Requests of one identity that continue or decline. */
  readonly continuing: Limit<string>;
}

/** The limits of one replica. */
export interface LimitsOptions {
  /** Requests per person and minute. */
  readonly perMinute: number;
  /** Whether client addresses are known, and so can be limited. */
  readonly limitsAddresses: boolean;
}

class TooManyRequests extends Error {
  override readonly name = 'TooManyRequests';
  readonly statusCode = 429;
}

/** Undefined for a request without credentials: it causes no upstream call. */
function credentialKey({ headers }: FastifyRequest, which: SessionOptions['credentials']): string | undefined {
  const credentials = credentialsOf(headers, which);
  return credentials && fingerprint(credentials);
}

/** The client address; for IPv6 its /64, because one customer has all addresses of it. */
function addressKey({ ip }: FastifyRequest): string {
  return normalizeIP(ip);
}

/** A count of requests per key and minute. */
interface Counter {
  /** Counts a request. Rejects with a 429 error if its key is over the limit. */
  readonly count: Limit<string>;
  /** Counts nothing. Rejects with a 429 error if the key has reached the limit. */
  readonly check: Limit<string>;
}

async function createCounters(app: FastifyInstance): Promise<(max: number) => Counter> {
  await app.register(rateLimit, { global: false, cache: CACHE_SIZE });
  return (max) => {
    const keys = new WeakMap<FastifyRequest, string>();
    const keyGenerator = (request: FastifyRequest): string => keys.get(request) ?? '';
    const ask = app.createRateLimit({ max: Math.floor(max), timeWindow: WINDOW_MS, keyGenerator });
    const limit =
      (increment: boolean): Limit<string> =>
      async (key, reply) => {
        keys.set(reply.request, key);
        const counted = await ask(reply.request, { increment });
        if (counted.isAllowed || !(increment ? counted.isExceeded : counted.remaining === 0)) return;
        reply.header('retry-after', counted.ttlInSeconds);
        throw new TooManyRequests('too many requests');
      };
    return { count: limit(true), check: limit(false) };
  };
}

/** Returns the limits of the pages and their JSON. Made in their scope only: requests from Kratos and Jumio are never limited. */
export async function createLimits(app: FastifyInstance, options: LimitsOptions): Promise<Limits> {
  const { perMinute, limitsAddresses } = options;
  const counter = await createCounters(app);
  const credentials = counter(perMinute * PER_CREDENTIAL);
  const addresses = counter(perMinute * PER_CREDENTIAL * PER_ADDRESS);
  return {
    beforeSession: (which) => async (request, reply) => {
      // A client can invent a cookie for each request, but no address if a trusted proxy names it.
      if (limitsAddresses) await addresses.count(addressKey(request), reply);
      const key = credentialKey(request, which);
      if (key !== undefined) await credentials.count(key, reply);
    },
    person: counter(perMinute).count,
    continuing: counter(perMinute * CONTINUING).count,
  };
}

/** The limit of refused requests, where requests of people with a session must never be limited. */
export interface RefusalLimit {
  /** An `onRequest` hook: answers 429 before Kratos is asked, once too many requests like this one were refused. */
  readonly check: Hook;
  /** Counts a request that is being refused. */
  readonly count: Hook;
}

/**
 * Returns the limit of refused requests with these credentials, per credential, and per address if it is known. Requests
 * without credentials cause no call, and are not counted.
 */
export async function createRefusalLimit(
  app: FastifyInstance,
  which: SessionOptions['credentials'],
  { perMinute, limitsAddresses }: LimitsOptions,
): Promise<RefusalLimit> {
  const counter = await createCounters(app);
  const credentials = counter(perMinute * PER_CREDENTIAL);
  const addresses = counter(perMinute * PER_CREDENTIAL * PER_ADDRESS);
  const each =
    (act: keyof Counter): Hook =>
    async (request, reply) => {
      const key = credentialKey(request, which);
      if (key === undefined) return;
      if (limitsAddresses) await addresses[act](addressKey(request), reply);
      await credentials[act](key, reply);
    };
  return { check: each('check'), count: each('count') };
}
