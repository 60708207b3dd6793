import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { type Upstream, UpstreamError } from '../errors.ts';

/** Asymmetric only: anybody knows the public key, so with HS256 anybody could sign. */
export const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** What is wrong with the signature of a token, or with the token itself. */
export type SignatureFlaw = 'unknown-key' | 'signature' | 'algorithm' | 'unreadable';

/** Returns what an error of `jose` says of a signature; undefined: another error, so the keys could not be read. */
export function flawOfSignature(error: unknown): SignatureFlaw | undefined {
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return 'unknown-key';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) return 'algorithm';
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return 'unreadable';
  return undefined;
}

/** Returns the error of a verification that did not come to a result: of the upstream as it is, any other as that of its keys. */
export function keysUnusable(upstream: Upstream, error: unknown): UpstreamError {
  if (error instanceof UpstreamError) return error;
  return new UpstreamError({
    upstream,
    operation: 'keys',
    failure: 'unusable',
    detail: 'the key set is not usable',
  });
}

/** Why a token proves nothing: the check that it failed. `missing-…`: a claim that it must have. */
export type TokenFlaw = SignatureFlaw | 'issuer' | 'audience' | 'expired' | 'not-yet-valid' | `missing-${string}`;

/** A token: its claims once they are verified, or the check that it failed. */
export type VerifiedToken =
  | { readonly kind: 'verified'; readonly payload: JWTPayload }
  | { readonly kind: 'refused'; readonly flaw: TokenFlaw };

/** What a token must say. */
export interface TokenChecks {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly requiredClaims: readonly string[];
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Clocks of two machines differ by less. */
const TOLERANCE_S = 60;

function flawOfClaim({ claim, reason }: errors.JWTClaimValidationFailed): TokenFlaw {
  if (reason === 'missing') return `missing-${claim}`;
  if (claim === 'iss') return 'issuer';
  if (claim === 'aud') return 'audience';
  return claim === 'nbf' ? 'not-yet-valid' : 'unreadable';
}

function flawOf(error: unknown): TokenFlaw | undefined {
  if (error instanceof errors.JWTExpired) return 'expired';
  return error instanceof errors.JWTClaimValidationFailed ? flawOfClaim(error) : flawOfSignature(error);
}

/**
 * Verifies a token that is presented at this moment, give or take a minute: signature, issuer, audience and times; it is not of the
 * future (RFC 7519). Rejects with `UpstreamError` if the keys cannot be read.
 */
export async function verifyToken(
  upstream: Upstream,
  token: string,
  keysOf: () => Promise<JWTVerifyGetKey>,
  { issuer, audience, requiredClaims, at }: TokenChecks,
): Promise<VerifiedToken> {
  const checks = { issuer, audience: [...audience], algorithms: ALGORITHMS, requiredClaims: [...requiredClaims] };
  const times = { currentDate: new Date(at), clockTolerance: TOLERANCE_S };
  try {
    const { payload } = await jwtVerify(token, await keysOf(), { ...checks, ...times });
    const isOfFuture = (payload.iat ?? 0) > at / 1_000 + TOLERANCE_S;
    return isOfFuture ? { kind: 'refused', flaw: 'not-yet-valid' } : { kind: 'verified', payload };
  } catch (error) {
    const flaw = flawOf(error);
    if (flaw === undefined) throw keysUnusable(upstream, error);
    return { kind: 'refused', flaw };
  }
}
