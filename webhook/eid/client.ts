import type { Observe } from '../upstream/http.ts';
import { createIssuerKeys, type Discovery } from '../upstream/issuer-keys.ts';
import { type EidToken, type HookTimes, readClaims, type UnverifiedClaims, verifyIdToken } from './id-token.ts';
import type { EidProviders } from './providers.ts';

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

/** Returns the client of the configured eID providers. Opens no connection before its first call. */
export function createEidClient(options: EidClientOptions): EidClient {
  const { providers, ...calls } = options;

  function providerOf(id: string): EidProviders[string] {
    const provider = providers[id];
    if (provider === undefined) throw new Error(`${id} is not one of the eID providers`);
    return provider;
  }

  const issuerOf = (id: string): string => providerOf(id).issuer;
  // No pause before a missing key is fetched: a refusal is final, and a new key must not be taken for a forgery.
  const keys = createIssuerKeys({ ...calls, upstream: 'eid', issuerOf, cooldownMs: 0 });

  return {
    discover: (id) => keys.discover(id),
    readClaims,
    verify: async (id, idToken, hooks) => {
      const { issuer, client_id: audience } = providerOf(id);
      return verifyIdToken(idToken, await keys.keysOf(id), { issuer, audience, hooks });
    },
  };
}
