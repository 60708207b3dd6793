import axios from 'axios';
import { createRemoteJWKSet, customFetch, type FetchImplementation, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { UpstreamError } from '../errors.ts';
import {
  accept,
  axiosSettings,
  CALL_DEADLINE_MS,
  type Call,
  exchange,
  type Observe,
  observed,
  type UpstreamAnswer,
} from '../upstream/http.ts';
import { type EidToken, type HookTimes, readClaims, type UnverifiedClaims, verifyIdToken } from './id-token.ts';
import type { EidProviders } from './providers.ts';

/** A provider's discovery document: the members that are used (OpenID Connect Discovery 1.0 §3). */
export const discoveryWire = z.object({
  issuer: z.string(),
  jwks_uri: z.url({ protocol: /^https?$/ }),
  acr_values_supported: z.array(z.string()).optional().catch(undefined),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional().catch(undefined),
  id_token_encryption_alg_values_supported: z.array(z.string()).optional().catch(undefined),
});

/** A parsed `discoveryWire`. */
export type Discovery = z.infer<typeof discoveryWire>;

/** A key set (RFC 7517); each key is read by `jose`. */
const keySetWire = z.object({ keys: z.array(z.record(z.string(), z.unknown())) });

/** Returns the URL of a provider's discovery document (OpenID Connect Discovery 1.0 §4). */
export function discoveryUrl(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
}

/** The client of the eID providers that the operator trusts. */
export interface EidClient {
  /**
   * Returns the claims of an ID token of one of them, verified as of the time of the hooks that reported it.
   * Rejects with `EidRefused` if the token proves nothing, with `UpstreamError` if the provider's keys cannot be read.
   */
  verify(providerId: string, idToken: string, hooks: HookTimes): Promise<EidToken>;
  /** Returns issuer and time of any token, unverified: they identify the token, and prove nothing. */
  readClaims(idToken: string): UnverifiedClaims;
  /** Returns a provider's discovery document, whatever issuer it names. Rejects with `UpstreamError`. */
  discover(providerId: string): Promise<Discovery>;
}

/** Options of `createEidClient`. */
export interface EidClientOptions {
  readonly providers: EidProviders;
  readonly userAgent: string;
  /** Milliseconds for each call. */
  readonly deadline?: number;
  readonly now: () => number;
  /** Receives every call. */
  readonly observe?: Observe;
}

const DISCOVERY: Call = { upstream: 'eid', operation: 'discovery' };

const KEYS: Call = { upstream: 'eid', operation: 'keys' };

/** After this time the URL of a key set is read again; the keys themselves are fetched again when one is missing. */
const KEYS_MAX_AGE_MS = 24 * 3_600_000;

/** Returns the client of the configured eID providers. Opens no connection before its first call. */
export function createEidClient(options: EidClientOptions): EidClient {
  const { providers, userAgent, deadline = CALL_DEADLINE_MS, now, observe } = options;
  const http = axios.create(axiosSettings(userAgent));
  const keySets = createSingleFlight<JWTVerifyGetKey>(now, KEYS_MAX_AGE_MS);
  // `jose` decides how long a key set is valid: this only prevents concurrent fetches.
  const documents = createSingleFlight<string>(now, 0);

  function providerOf(id: string): EidProviders[string] {
    const provider = providers[id];
    if (provider === undefined) throw new Error(`${id} is not one of the eID providers`);
    return provider;
  }

  function run<T>(call: Call, provider: string, url: string, read: (answer: UpstreamAnswer) => T): Promise<T> {
    return observed(observe, { ...call, provider }, async () =>
      read(await exchange(call, AbortSignal.timeout(deadline), (signal) => http.get(url, { signal }))),
    );
  }

  /** @param check throws an `UpstreamError` where the document cannot be used */
  async function readDocument(id: string, check?: (document: Discovery) => void): Promise<Discovery> {
    return run(DISCOVERY, id, discoveryUrl(providerOf(id).issuer), (answer) => {
      const document = accept(DISCOVERY, answer, discoveryWire);
      check?.(document);
      return document;
    });
  }

  /** In place of the fetch of `jose`: with the deadline, the size limit, no redirects, and the proxy if one is configured. */
  function readKeys(id: string, url: string): Promise<string> {
    return run(KEYS, id, url, (answer) => {
      accept(KEYS, answer, keySetWire);
      return answer.body;
    });
  }

  const fetchKeysOf =
    (id: string): FetchImplementation =>
    async (url) =>
      new Response(await documents(`${id} ${url}`, () => readKeys(id, url)), { status: 200 });

  async function keySetOf(id: string): Promise<JWTVerifyGetKey> {
    const { jwks_uri } = await readDocument(id, ({ issuer }) => {
      if (issuer !== providerOf(id).issuer)
        throw new UpstreamError({ ...DISCOVERY, failure: 'unusable', detail: 'the document names another issuer' });
    });
    // No pause before a missing key is fetched: a refusal is final, and a new key must not be taken for a forgery.
    return createRemoteJWKSet(new URL(jwks_uri), {
      timeoutDuration: deadline,
      cooldownDuration: 0,
      [customFetch]: fetchKeysOf(id),
    });
  }

  return {
    discover: (id) => readDocument(id),
    readClaims,
    verify: async (id, idToken, hooks) => {
      const { issuer, client_id: audience } = providerOf(id);
      return verifyIdToken(idToken, await keySets(id, () => keySetOf(id)), { issuer, audience, hooks });
    },
  };
}

/** A failure is returned to every caller for this time, so that they do not wait for the same timeout one after the other. */
const FAILED_FOR_MS = 5_000;

interface Flight<T> {
  readonly answer: Promise<T>;
  /** The end of the answer's validity; epoch milliseconds. */
  readonly until: number;
}

/**
 * Returns a function by which concurrent callers with the same key share one call and its answer.
 * @param cachedForMs how long a successful answer is valid afterwards
 */
function createSingleFlight<T>(now: () => number, cachedForMs: number) {
  const flights = new Map<string, Flight<T>>();
  return (key: string, call: () => Promise<T>): Promise<T> => {
    const flight = flights.get(key);
    if (flight !== undefined && now() < flight.until) return flight.answer;
    const answer = call();
    const cache = (until: number): void => void flights.set(key, { answer, until });
    cache(Number.POSITIVE_INFINITY);
    void answer.then(
      () => cache(now() + cachedForMs),
      () => cache(now() + FAILED_FOR_MS),
    );
    return answer;
  };
}
