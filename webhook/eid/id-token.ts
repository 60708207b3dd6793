import { decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import { type EidFlaw, EidRefused } from '../errors.ts';
import { ALGORITHMS, flawOfSignature, keysUnusable } from '../upstream/signed-token.ts';

/** The claims of a verified ID token. */
export interface EidToken {
  readonly issuer: string;
  readonly subject: string;
  /** `acr` as returned; null: there is none, or it is no text. */
  readonly level: string | null;
  /** Epoch milliseconds. */
  readonly issuedAt: number;
}

/** The times of the hooks that reported what is not read yet, from the first to the last; epoch milliseconds. */
export interface HookTimes {
  readonly since: number;
  readonly until: number;
}

/** The values that an ID token must match. */
export interface ExpectedToken {
  readonly issuer: string;
  readonly audience: string;
  /** The token must be issued within these times, give or take ten minutes. */
  readonly hooks: HookTimes;
}

/** Kratos redeems the code, stores the token and calls the hook within seconds; the rest tolerates differing clocks. */
const TOLERANCE_S = 600;

function flawOfClaim({ claim }: errors.JWTClaimValidationFailed): EidFlaw {
  if (claim === 'iss') return 'issuer';
  if (claim === 'aud') return 'audience';
  return claim === 'iat' || claim === 'nbf' ? 'stale' : 'unreadable';
}

function flawOf(error: unknown): EidFlaw | undefined {
  if (error instanceof errors.JWTExpired) return 'stale';
  if (error instanceof errors.JWTClaimValidationFailed) return flawOfClaim(error);
  return flawOfSignature(error);
}

/** RFC 7518 §3.3. `jose` refuses a shorter key with a plain error, as if the keys could not be read. */
const LEAST_RSA_BITS = 2048;

const rsaKey = z.object({ algorithm: z.object({ modulusLength: z.number() }) });

/** Returns the same keys; an RSA key that is too short makes the token one that proves nothing. */
function strong(keys: JWTVerifyGetKey): JWTVerifyGetKey {
  return async (header, token) => {
    const key = await keys(header, token);
    const bits = rsaKey.safeParse(key).data?.algorithm.modulusLength ?? LEAST_RSA_BITS;
    if (bits < LEAST_RSA_BITS) throw new EidRefused('weak-key');
    return key;
  };
}

/** Whether a token was issued to this client: `azp`, which a token for several audiences must have (OpenID Connect Core 1.0, ID Token Validation). */
function isIssuedTo(client: string, { aud, azp }: JWTPayload): boolean {
  const isForSeveral = Array.isArray(aud) && aud.length > 1;
  return azp === undefined ? !isForSeveral : azp === client;
}

function toEidToken({ iss, sub, acr, iat }: JWTPayload): EidToken {
  if (typeof sub !== 'string' || sub === '') throw new EidRefused('subject');
  if (iss === undefined || iat === undefined) throw new EidRefused('unreadable');
  return { issuer: iss, subject: sub, level: typeof acr === 'string' ? acr : null, issuedAt: iat * 1000 };
}

/** Reads claims without verifying the signature; empty if the token is unreadable. */
function unverifiedPayload(token: string): JWTPayload {
  try {
    return decodeJwt(token);
  } catch {
    return {};
  }
}

/** Claims of an unverified token: they identify it, and prove nothing. */
export interface UnverifiedClaims {
  readonly issuer?: string;
  /** Epoch milliseconds. */
  readonly issuedAt?: number;
}

/** Returns issuer and time of a token, unverified. */
export function readClaims(token: string): UnverifiedClaims {
  const { iss, iat } = unverifiedPayload(token);
  return { ...(typeof iss === 'string' && { issuer: iss }), ...(typeof iat === 'number' && { issuedAt: iat * 1000 }) };
}

/** Returns the time as of which a token is verified: its own, limited to the times of the hooks. */
function verifiedAsOf(token: string, { since, until }: HookTimes): Date {
  const issuedAt = readClaims(token).issuedAt ?? until;
  return new Date(Math.min(until, Math.max(since, issuedAt)));
}

/**
 * Returns the claims of an ID token after verification: signature by the provider's keys, issuer, audience and `azp`, issued within
 * ten minutes of the hook. The time is the hook's: while Kratos is down a token is read hours later, and is still valid.
 * @throws EidRefused if the token proves nothing; UpstreamError if the keys cannot be read
 */
export async function verifyIdToken(token: string, keys: JWTVerifyGetKey, expected: ExpectedToken): Promise<EidToken> {
  if (token.split('.').length === 5) throw new EidRefused('encrypted');
  const { issuer, audience, hooks } = expected;
  const checks = { issuer, audience, algorithms: ALGORITHMS, requiredClaims: ['iat', 'exp', 'sub'] };
  try {
    // No maximum age of its own: the tolerance applies before and after.
    const time = { currentDate: verifiedAsOf(token, hooks), maxTokenAge: 0, clockTolerance: TOLERANCE_S };
    const { payload } = await jwtVerify(token, strong(keys), { ...checks, ...time });
    if (!isIssuedTo(audience, payload)) throw new EidRefused('audience');
    return toEidToken(payload);
  } catch (error) {
    const flaw = flawOf(error);
    if (flaw !== undefined) throw new EidRefused(flaw);
    throw error instanceof EidRefused ? error : keysUnusable('eid', error);
  }
}
