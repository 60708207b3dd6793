import { UpstreamError } from '../errors.ts';
import { accept, type Call, type Observe, observed, parseJson } from '../upstream/http.ts';
import type { Send } from './types.ts';
import { claimsWire, type TokenWire, tokenWire } from './wire.ts';

export interface Token {
  readonly value: string;
  /** From then on a new one is fetched; epoch milliseconds. */
  readonly refreshAt: number;
}

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

/** Both reject with `UpstreamError` of operation `token`; the signal ends the waiting, not the call that others share. */
export interface TokenSource {
  current(signal: AbortSignal): Promise<Token>;
  /** After a 401 with `used`: the token that has replaced it meanwhile, else a new one. */
  replacing(used: Token, signal: AbortSignal): Promise<Token>;
}

const CALL: Call = { upstream: 'jumio', operation: 'token' };

/** Jumio asks for a refresh "a few minutes early" (docs/reference/jumio.md#2-oauth2-token); a short-lived token is used for four fifths of its life. */
const EARLY = 5 * 60_000;

const EARLY_PART = 0.2;

/** For an answer that does not say how long its token lives. */
const ASSUMED_LIFE = 5 * 60_000;

/**
 * Jumio's bearer token: cached, and fetched once however many wait. Jumio may hand out the same token twice, so
 * tokens are told apart as objects, never by their text. A failed fetch is not remembered.
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
    fetching ??= fetchOnce();
    return Promise.race([fetching, endOf(signal)]);
  }

  async function replacing(used: Token, signal: AbortSignal): Promise<Token> {
    if (cached === used) cached = undefined;
    return current(signal);
  }

  return { current, replacing };
}

/** How Jumio is asked for a token (docs/reference/jumio.md#2-oauth2-token). */
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
  const asked = options.now();
  const request = { operation: 'token', method: 'POST', ...tokenRequest(options) } as const;
  const wire = await observed(options.observe, CALL, async () =>
    accept(CALL, await send(request, AbortSignal.timeout(options.deadline)), tokenWire),
  );
  const life = lifeOf(wire, asked);
  return { value: wire.access_token, refreshAt: asked + life - Math.min(EARLY, life * EARLY_PART) };
}

/** Milliseconds. `expires_in` may be that of a fresh token while Jumio repeats a used one; the token's own `exp` knows. */
function lifeOf({ expires_in, access_token }: TokenWire, now: number): number {
  const stated = expires_in === undefined ? ASSUMED_LIFE : expires_in * 1000;
  const claims = claimsWire.safeParse(parseJson(payloadOf(access_token)));
  const left = claims.success ? claims.data.exp * 1000 - now : stated;
  // An `exp` in our past is a clock that is wrong; believing it would fetch a token for every call.
  return left > 0 ? Math.min(stated, left) : stated;
}

function payloadOf(jwt: string): string {
  return Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString();
}

async function endOf(signal: AbortSignal): Promise<never> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  throw new UpstreamError({ ...CALL, failure: 'timeout' });
}
