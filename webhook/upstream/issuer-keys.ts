import axios from 'axios';
import { createRemoteJWKSet, customFetch, type FetchImplementation, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { type Upstream, UpstreamError } from '../errors.ts';
import { accept, axiosSettings, CALL_DEADLINE_MS, type Call, exchange, type Observe, observed } from './http.ts';
import { createSingleFlight } from './single-flight.ts';

/** An issuer's discovery document: the members that are used (OpenID Connect Discovery 1.0 §3). */
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

/** Returns the URL of an issuer's discovery document (OpenID Connect Discovery 1.0 §4). */
export function discoveryUrl(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
}

/** After this time the URL of a key set is read again; the keys themselves are fetched again when one is missing. */
const KEYS_MAX_AGE_MS = 24 * 3_600_000;

/** The issuers whose signatures are verified, by ids of the configuration. */
export interface IssuerKeysOptions {
  readonly upstream: Upstream;
  /** Throws for an id that is not configured. */
  readonly issuerOf: (id: string) => string;
  /** Where the keys of an issuer are, if it has no discovery document. */
  readonly keysAt?: ((id: string) => string) | undefined;
  /** Milliseconds between two fetches of the keys because one is missing. */
  readonly cooldownMs: number;
  readonly userAgent: string;
  /** Milliseconds for each call. */
  readonly deadline?: number | undefined;
  readonly now: () => number;
  /** Receives every call. */
  readonly observe?: Observe | undefined;
}

/** The discovery documents and the keys of issuers. Every method rejects with `UpstreamError`. */
export interface IssuerKeys {
  /** Returns an issuer's discovery document, whatever issuer it names. */
  discover(id: string): Promise<Discovery>;
  /** Returns the keys of an issuer, for `jose`. Callers at the same moment share the calls. */
  keysOf(id: string): Promise<JWTVerifyGetKey>;
}

/** Returns the discovery documents and keys of issuers. Opens no connection before its first call. */
export function createIssuerKeys(options: IssuerKeysOptions): IssuerKeys {
  const { upstream, issuerOf, cooldownMs, userAgent, deadline = CALL_DEADLINE_MS, now, observe } = options;
  const [discovery, keys]: readonly [Call, Call] = [
    { upstream, operation: 'discovery' },
    { upstream, operation: 'keys' },
  ];
  const http = axios.create(axiosSettings(userAgent));
  const keySets = createSingleFlight<JWTVerifyGetKey>(now, KEYS_MAX_AGE_MS);
  // `jose` decides how long a key set is valid: this only prevents concurrent fetches.
  const documents = createSingleFlight<string>(now, 0);

  /** @param use throws an `UpstreamError` where the answer cannot be used */
  function read<T, Used>(
    call: Call,
    provider: string,
    url: string,
    schema: z.ZodType<T>,
    use: (parsed: T, body: string) => Used,
  ): Promise<Used> {
    return observed(observe, { ...call, provider }, async () => {
      const answer = await exchange(call, AbortSignal.timeout(deadline), (signal) => http.get(url, { signal }));
      return use(accept(call, answer, schema), answer.body);
    });
  }

  /** In place of the fetch of `jose`: with the deadline, the size limit, no redirects, and the proxy if one is configured. */
  const fetchKeysOf =
    (id: string): FetchImplementation =>
    async (url) => {
      const body = await documents(`${id} ${url}`, () => read(keys, id, url, keySetWire, (_parsed, text) => text));
      return new Response(body, { status: 200 });
    };

  const readDocument = (id: string, check: (document: Discovery) => void): Promise<Discovery> =>
    read(discovery, id, discoveryUrl(issuerOf(id)), discoveryWire, (document) => {
      check(document);
      return document;
    });

  async function discoveredKeys(id: string): Promise<string> {
    const { jwks_uri } = await readDocument(id, ({ issuer }) => {
      if (issuer !== issuerOf(id))
        throw new UpstreamError({ ...discovery, failure: 'unusable', detail: 'the document names another issuer' });
    });
    return jwks_uri;
  }

  async function keySetOf(id: string): Promise<JWTVerifyGetKey> {
    const url = options.keysAt?.(id) ?? (await discoveredKeys(id));
    return createRemoteJWKSet(new URL(url), {
      timeoutDuration: deadline,
      cooldownDuration: cooldownMs,
      [customFetch]: fetchKeysOf(id),
    });
  }

  return { discover: (id) => readDocument(id, () => undefined), keysOf: (id) => keySets(id, () => keySetOf(id)) };
}
