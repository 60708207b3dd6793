import createClient, { type Client } from 'openapi-fetch';
import type { paths } from './schema.ts';

export type {
  ContinueVerificationBody,
  DecideBody,
  Decision,
  HandOverBody,
  Health,
  Link,
  OneTimeLink,
  Problem,
  Status,
  StatusAndConsent,
} from './schema.ts';

/** What the client calls: every path of docs/schemas/openapi.json, with the types of its request and its answers. */
export type BridgeClient = Client<paths>;

/** Where the service is, and who asks. */
export interface BridgeClientOptions {
  /** PUBLIC_URL; with HOOKS_PORT the port that serves the resource. */
  readonly baseUrl: string;
  /** The proof of the caller, e.g. `X-Session-Token`, `Authorization` or, on a server, the person's `Cookie`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** By default that of the platform. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

/**
 * Returns a client of the service. Each call resolves with `data` for an answer of 200 to 299, or with `error`: a problem
 * document (docs/problems.md), of which `code` is the one word to branch on. It rejects only where no answer came.
 */
export function createBridgeClient({ headers, ...options }: BridgeClientOptions): BridgeClient {
  // Without it the service answers a request that has no token with a page.
  const accept = 'application/json, application/problem+json';
  return createClient<paths>({ ...options, headers: { accept, ...headers } });
}
