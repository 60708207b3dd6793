import { UpstreamError } from '../errors.ts';
import { accept, type Call, type Observe, observed, parseJson } from '../upstream/http.ts';
import type { Send } from './types.ts';
import { claimsWire, type TokenWire, tokenWire } from './wire.ts';

/** A bearer token of Jumio. */
export interface Token {
  readonly value: string;
  /** When a new one is fetched; epoch milliseconds. */
  readonly refreshAt: number;
}

/** Options of `createTokenSource`. */
export interface TokenOptions {
  readonly authUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Milliseconds for one call of the token endpoint. */
  readonly deadline: number;
  readonly now: () => number;
  /** Receives every call. */
  readonly observe?: Observe;
}

/** Every method rejects with `UpstreamError` of operation `token`. The signal ends the wait, not the call, which other callers share. */
export interface TokenSource {
  /** Returns the cached token, else a new one. */
  current(signal: AbortSignal): Promise<Token>;
  /** After a 401 with `used`: returns the token that has replaced it since, else a new one. */
  replacing(used: Token, signal: AbortSignal): Promise<Token>;
  /** Returns a token that was just fetched: shows whether the token endpoint answers. */
  fresh(signal: AbortSignal): Promise<Token>;
}

const CALL: Call = { upstream: 'jumio', operation: 'token' };

/** Jumio asks for a refresh "a few minutes early" (docs/reference/jumio.md#2-oauth2-token); a short-lived token is used for four fifths of its lifetime. */
const EARLY_MS = 5 * 60_000;

const EARLY_PART = 0.2;

/** For an answer without the lifetime of its token. */
const DEFAULT_LIFETIME_MS = 5 * 60_000;

/**
 * Returns the source of Jumio's bearer token: cached, and fetched once for all callers that wait. Jumio may give the
 * same token twice, so tokens are compared as objects, never as text. A failed fetch is not cached.
 */
export function createTokenSource(send: Send, options: TokenOptions): TokenSource {
  let cached: Token | undefined;
  let fetching: Promise<Token> | undefined;

  async function fetchOnce(): Promise<Token> {
    try {
      cached = await fetchToken(send, options);
      return cached;
    } finally {
      fetching = undefined;
    }
  }

  async function current(signal: AbortSignal): Promise<Token> {
    if (cached && options.now() < cached.refreshAt) return cached;
    return fresh(signal);
  }

  async function replacing(used: Token, signal: AbortSignal): Promise<Token> {
    if (cached === used) cached = undefined;
    return current(signal);
  }

  async function fresh(signal: AbortSignal): Promise<Token> {
    fetching ??= fetchOnce();
    return Promise.race([fetching, timeoutOf(signal)]);
  }

  return { current, replacing, fresh };
}

/** Returns the call that fetches a token (docs/reference/jumio.md#2-oauth2-token). */
export function tokenRequest({
  authUrl,
  clientId,
  clientSecret,
}: Pick<TokenOptions, 'authUrl' | 'clientId' | 'clientSecret'>) {
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  const headers = { Authorization: `Basic ${basic}`, 'Content-Type': 'application/x-www-form-urlencoded' };
  return { url: authUrl, headers, body: 'grant_type=client_credentials' };
}

async function fetchToken(send: Send, options: TokenOptions): Promise<Token> {
  const sentAt = options.now();
  const request = { operation: 'token', method: 'POST', ...tokenRequest(options) } as const;
  const wire = await observed(options.observe, CALL, async () =>
    accept(CALL, await send(request, AbortSignal.timeout(options.deadline)), tokenWire),
  );
  const lifetime = lifetimeOf(wire, sentAt);
  return { value: wire.access_token, refreshAt: sentAt + lifetime - Math.min(EARLY_MS, lifetime * EARLY_PART) };
}

/** In milliseconds. `expires_in` may be that of a fresh token while Jumio repeats an older one; the token's own `exp` is exact. */
function lifetimeOf({ expires_in, access_token }: TokenWire, now: number): number {
  const stated = expires_in === undefined ? DEFAULT_LIFETIME_MS : expires_in * 1000;
  const claims = claimsWire.safeParse(parseJson(payloadOf(access_token)));
  const left = claims.success ? claims.data.exp * 1000 - now : stated;
  // An `exp` in the past means that a clock is wrong: to use it would fetch a token for every call.
  return left > 0 ? Math.min(stated, left) : stated;
}

function payloadOf(jwt: string): string {
  return Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString();
}

async function timeoutOf(signal: AbortSignal): Promise<never> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  throw new UpstreamError({ ...CALL, failure: 'timeout' });
}
