import { errors, type JWTPayload, jwtVerify } from 'jose';
import { UpstreamError } from '../errors.ts';
import { createIssuerKeys, flawOfSignature } from '../upstream/issuer-keys.ts';

/** Why a hint proves nothing: the check that it failed, for the log. `missing-…`: a claim that it must have. */
export type HintFlaw =
  | 'unreadable'
  | 'algorithm'
  | 'unknown-key'
  | 'signature'
  | 'issuer'
  | 'audience'
  | 'client'
  | 'expired'
  | 'not-yet-valid'
  | 'too-long-lived'
  | `missing-${string}`;

/** A hint: its claims once they are verified, or the check that it failed. */
export type VerifiedHint =
  | { readonly kind: 'verified'; readonly claims: Readonly<Record<string, unknown>> }
  | { readonly kind: 'refused'; readonly flaw: HintFlaw };

/** The client of the applications that sign hints. */
export interface HintClient {
  /** Verifies a hint by the keys of a client's issuer. Rejects with `UpstreamError` if those cannot be read. */
  verify(clientId: string, hint: string): Promise<VerifiedHint>;
}

/** Options of `createHintClient`. */
export interface HintClientOptions {
  /** The issuer of each client that signs hints. */
  readonly issuers: ReadonlyMap<string, string>;
  /** Those that a hint may be made for: this service. */
  readonly audience: readonly string[];
  readonly userAgent: string;
  /** Milliseconds for each call. */
  readonly deadline?: number;
  readonly now: () => number;
}

/** Asymmetric only: anybody knows the public key, so with HS256 anybody could sign. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** Clocks of two machines differ by less. */
const TOLERANCE_S = 60;

/** A hint is valid for so many seconds at most: it stands in an address. */
const LONGEST_S = 600;

/** Anybody can send hints with keys that do not exist: the issuer is asked for them no more often. */
const COOLDOWN_MS = 30_000;

const REQUIRED = ['iss', 'aud', 'sub', 'jti', 'iat', 'exp', 'redirect_uri'];

function flawOfClaim({ claim, reason }: errors.JWTClaimValidationFailed): HintFlaw {
  if (reason === 'missing') return `missing-${claim}`;
  if (claim === 'iss') return 'issuer';
  if (claim === 'aud') return 'audience';
  return claim === 'nbf' ? 'not-yet-valid' : 'unreadable';
}

function flawOf(error: unknown): HintFlaw | undefined {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) return flawOfClaim(error);
  return flawOfSignature(error);
}

/** Beyond what `jose` checks: the time for which it is valid, and that it is not of the future. */
function flawOfTimes({ iat = 0, exp = 0 }: JWTPayload, now: number): HintFlaw | undefined {
  if (iat > now / 1_000 + TOLERANCE_S) return 'not-yet-valid';
  return exp - iat > LONGEST_S ? 'too-long-lived' : undefined;
}

/**
 * A hint may name its client. Where several have one issuer it must: else a hint that one of them signed could be brought as
 * another's, and one payment be recorded twice.
 */
function flawOfClient({ client_id: named }: JWTPayload, clientId: string, isShared: boolean): HintFlaw | undefined {
  if (named === undefined) return isShared ? 'missing-client_id' : undefined;
  return named === clientId ? undefined : 'client';
}

/** Returns the client of the applications that sign hints. Opens no connection before its first call. */
export function createHintClient({ issuers, audience, now, ...calls }: HintClientOptions): HintClient {
  const issuerOf = (id: string): string => {
    const issuer = issuers.get(id);
    if (issuer === undefined) throw new Error('the client has no issuer of hints');
    return issuer;
  };
  const keys = createIssuerKeys({ ...calls, now, upstream: 'hint', issuerOf, cooldownMs: COOLDOWN_MS });
  return {
    verify: async (clientId, hint) => {
      const at = now();
      const checks = { issuer: issuerOf(clientId), audience: [...audience], algorithms: ALGORITHMS };
      const times = { currentDate: new Date(at), clockTolerance: TOLERANCE_S, requiredClaims: REQUIRED };
      try {
        const { payload } = await jwtVerify(hint, await keys.keysOf(clientId), { ...checks, ...times });
        const isShared = [...issuers.values()].filter((each) => each === checks.issuer).length > 1;
        const flaw = flawOfTimes(payload, at) ?? flawOfClient(payload, clientId, isShared);
        return flaw === undefined ? { kind: 'verified', claims: payload } : { kind: 'refused', flaw };
      } catch (error) {
        const flaw = flawOf(error);
        if (flaw !== undefined) return { kind: 'refused', flaw };
        if (error instanceof UpstreamError) throw error;
        const detail = 'the key set is not usable';
        throw new UpstreamError({ upstream: 'hint', operation: 'keys', failure: 'unusable', detail });
      }
    },
  };
}
