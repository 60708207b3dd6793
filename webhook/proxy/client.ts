import { z } from 'zod';
import { createIssuerKeys } from '../upstream/issuer-keys.ts';
import { type TokenFlaw, verifyToken } from '../upstream/signed-token.ts';

/**
 * An assertion: who has signed in at the proxy, and when (epoch milliseconds; undefined: it does not say), or the check that it
 * failed.
 */
export type VerifiedAssertion =
  | { readonly kind: 'verified'; readonly subject: string; readonly signedInAt: number | undefined }
  | { readonly kind: 'refused'; readonly flaw: TokenFlaw };

/** The client of one identity-aware proxy. */
export interface ProxyClient {
  /** Verifies an assertion by the keys of the proxy. Rejects with `UpstreamError` if those cannot be read. */
  verify(assertion: string): Promise<VerifiedAssertion>;
}

/** Options of `createProxyClient`. */
export interface ProxyClientOptions {
  readonly issuer: string;
  readonly audience: string;
  /** Where its keys are. */
  readonly jwks: string;
  /** The claim that says when somebody signed in. */
  readonly signedIn: 'auth_time' | 'iat';
  readonly userAgent: string;
  readonly now: () => number;
}

/** Anybody can send assertions with keys that do not exist: the proxy is asked for them no more often. */
const COOLDOWN_MS = 30_000;

const claims = z.object({
  sub: z.string().regex(/./),
  iat: z.number(),
  auth_time: z.number().optional().catch(undefined),
});

/** Returns the client of the proxy in front of the console (docs/console.md#behind-a-proxy). Opens no connection before its first call. */
export function createProxyClient({
  issuer,
  audience,
  jwks,
  signedIn,
  now,
  ...calls
}: ProxyClientOptions): ProxyClient {
  const keys = createIssuerKeys({
    ...calls,
    now,
    upstream: 'proxy',
    issuerOf: () => issuer,
    keysAt: () => jwks,
    cooldownMs: COOLDOWN_MS,
  });
  return {
    verify: async (assertion) => {
      const checks = { issuer, audience: [audience], requiredClaims: ['sub', 'iat', 'exp'], at: now() };
      const verified = await verifyToken('proxy', assertion, () => keys.keysOf('proxy'), checks);
      if (verified.kind === 'refused') return verified;
      const parsed = claims.safeParse(verified.payload);
      if (!parsed.success) return { kind: 'refused', flaw: 'unreadable' };
      const { sub: subject, [signedIn]: at } = parsed.data;
      return { kind: 'verified', subject, signedInAt: at === undefined ? undefined : at * 1_000 };
    },
  };
}
