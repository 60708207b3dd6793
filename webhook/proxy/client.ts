import { errors, jwtVerify } from 'jose';
import { z } from 'zod';
import { UpstreamError } from '../errors.ts';
import { createIssuerKeys, flawOfSignature } from '../upstream/issuer-keys.ts';

/** Why an assertion of a proxy proves nothing: the check that it failed, for the log. `missing-…`: a claim that it must have. */
export type ProxyFlaw =
  | 'unreadable'
  | 'algorithm'
  | 'unknown-key'
  | 'signature'
  | 'issuer'
  | 'audience'
  | 'expired'
  | 'not-yet-valid'
  | `missing-${string}`;

/** An assertion: who has signed in at the proxy, and when (epoch milliseconds), or the check that it failed. */
export type VerifiedAssertion =
  | { readonly kind: 'verified'; readonly subject: string; readonly signedInAt: number }
  | { readonly kind: 'refused'; readonly flaw: ProxyFlaw };

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
  readonly userAgent: string;
  readonly now: () => number;
}

/** Asymmetric only: anybody knows the public key, so with HS256 anybody could sign. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** Clocks of two machines differ by less. */
const TOLERANCE_S = 60;

/** Anybody can send assertions with keys that do not exist: the proxy is asked for them no more often. */
const COOLDOWN_MS = 30_000;

const claims = z.object({
  sub: z.string().regex(/./),
  iat: z.number(),
  auth_time: z.number().optional().catch(undefined),
});

function flawOf(error: unknown): ProxyFlaw | undefined {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (!(error instanceof errors.JWTClaimValidationFailed)) return flawOfSignature(error);
  const { claim, reason } = error;
  if (reason === 'missing') return `missing-${claim}`;
  if (claim === 'iss') return 'issuer';
  if (claim === 'aud') return 'audience';
  return claim === 'nbf' ? 'not-yet-valid' : 'unreadable';
}

/** Returns the client of the proxy in front of the console (docs/console.md#behind-a-proxy). Opens no connection before its first call. */
export function createProxyClient({ issuer, audience, jwks, now, ...calls }: ProxyClientOptions): ProxyClient {
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
      const at = now();
      const checks = { issuer, audience, algorithms: ALGORITHMS };
      const times = { currentDate: new Date(at), clockTolerance: TOLERANCE_S, requiredClaims: ['sub', 'iat', 'exp'] };
      try {
        const { payload } = await jwtVerify(assertion, await keys.keysOf('proxy'), { ...checks, ...times });
        const parsed = claims.safeParse(payload);
        if (!parsed.success) return { kind: 'refused', flaw: 'unreadable' };
        const { sub: subject, iat, auth_time: authTime } = parsed.data;
        if (iat > at / 1_000 + TOLERANCE_S) return { kind: 'refused', flaw: 'not-yet-valid' };
        return { kind: 'verified', subject, signedInAt: (authTime ?? iat) * 1_000 };
      } catch (error) {
        const flaw = flawOf(error);
        if (flaw !== undefined) return { kind: 'refused', flaw };
        if (error instanceof UpstreamError) throw error;
        const detail = 'the key set is not usable';
        throw new UpstreamError({ upstream: 'proxy', operation: 'keys', failure: 'unusable', detail });
      }
    },
  };
}
