import axios from 'axios';
import { createRemoteJWKSet, customFetch, type FetchImplementation, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { UpstreamError } from '../errors.ts';
import { type Answer, accept, axiosSettings, type Call, exchange, type Observe, observed } from '../upstream/http.ts';
import { type Claimed, type EidToken, type HookTimes, readClaims, verifyIdToken } from './id-token.ts';
import type { EidProviders } from './providers.ts';

/** What a provider says of itself, as much of it as we need (OpenID Connect Discovery 1.0 §3). */
export const discoveryWire = z.object({
  issuer: z.string(),
  jwks_uri: z.url({ protocol: /^https?$/ }),
  acr_values_supported: z.array(z.string()).optional().catch(undefined),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional().catch(undefined),
  id_token_encryption_alg_values_supported: z.array(z.string()).optional().catch(undefined),
});

export type Discovery = z.infer<typeof discoveryWire>;

/** A key set (RFC 7517); each key is read by `jose`. */
const keySetWire = z.object({ keys: z.array(z.record(z.string(), z.unknown())) });

/** Where a provider speaks of itself (OpenID Connect Discovery 1.0 §4). */
export function discoveryUrl(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
}

/** The eID providers that the operator trusts. */
export interface EidClient {
  /**
   * Checks an ID token of one of them, as of the time at which hooks told of it.
   * Rejects with `EidRefused` where it is no evidence, with `UpstreamError` where the provider's keys cannot be had.
   */
  verify(providerId: string, idToken: string, hooks: HookTimes): Promise<EidToken>;
  /** Who a token says that issued it, and when, of whomever and unverified: it tells which token it is, and is no evidence. */
  readClaims(idToken: string): Claimed;
  /** What it says of itself, whoever it says that it is. Rejects with `UpstreamError`. */
  discover(providerId: string): Promise<Discovery>;
}

export interface EidClientOptions {
  readonly providers: EidProviders;
  readonly userAgent: string;
  /** Milliseconds for each call. */
  readonly deadline: number;
  readonly now: () => number;
  /** Receives every call. */
  readonly observe?: Observe;
}

const DISCOVERY: Call = { upstream: 'eid', operation: 'discovery' };

const KEYS: Call = { upstream: 'eid', operation: 'keys' };

/** After so long a key set's address is asked for anew; the keys themselves are fetched anew when one is missing. */
const KEYS_MAX_AGE = 24 * 3_600_000;

/** Opens no connection before its first call. */
export function createEidClient({ providers, userAgent, deadline, now, observe }: EidClientOptions): EidClient {
  const http = axios.create(axiosSettings(userAgent));
  const keySets = createSingleFlight<JWTVerifyGetKey>(now, KEYS_MAX_AGE);
  // A key set that was fetched counts for as long as its reader says: here it is only not fetched twice at once.
  const documents = createSingleFlight<string>(now, 0);

  function providerOf(id: string): EidProviders[string] {
    const provider = providers[id];
    if (provider === undefined) throw new Error(`${id} is none of the eID providers`);
    return provider;
  }

  function run<T>(call: Call, provider: string, url: string, read: (answer: Answer) => T): Promise<T> {
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

  /** Through our own client: deadline, size limit, no redirects, and the proxy where one is set. */
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
/** A failure is everybody's answer for so long: a crowd must not wait for the same deadline one after the other. */
const FAILED_FOR_MS = 5_000;

interface Asked<T> {
  readonly answer: Promise<T>;
  /** From then on the next one asks anew. */
  readonly until: number;
}

/**
 * Whoever asks for the same thing while it is asked for shares the call and its answer.
 * @param keptFor how long a good answer counts afterwards, in milliseconds
 */
export function createSingleFlight<T>(now: () => number, keptFor: number) {
  const known = new Map<string, Asked<T>>();
  return (key: string, ask: () => Promise<T>): Promise<T> => {
    const found = known.get(key);
    if (found !== undefined && now() < found.until) return found.answer;
    const answer = ask();
    const keep = (until: number): void => void known.set(key, { answer, until });
    keep(Number.POSITIVE_INFINITY);
    void answer.then(
      () => keep(now() + keptFor),
      () => keep(now() + FAILED_FOR_MS),
    );
    return answer;
  };
}
