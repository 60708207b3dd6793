import { decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { type EidFlaw, EidRefused, UpstreamError } from '../errors.ts';

/** What a verified ID token says. */
export interface EidToken {
  readonly issuer: string;
  readonly subject: string;
  /** `acr` as returned; null where there is none, or none that is a text. */
  readonly level: string | null;
  /** Epoch milliseconds. */
  readonly issuedAt: number;
}

/** When hooks told of what was not read yet, from the first to the last; epoch milliseconds. */
export interface HookTimes {
  readonly since: number;
  readonly until: number;
}

export interface Expected {
  readonly issuer: string;
  readonly audience: string;
  /** The token must be of that time. */
  readonly hooks: HookTimes;
}

/** Kratos redeems the code, stores the token and calls the hook within seconds; the rest is for clocks that differ. */
const FRESH_S = 600;

/** Asymmetric only: with HS256 everybody who knows the client secret could sign. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

function flawOfClaim({ claim }: errors.JWTClaimValidationFailed): EidFlaw {
  if (claim === 'iss') return 'issuer';
  if (claim === 'aud') return 'audience';
  return claim === 'iat' || claim === 'nbf' ? 'stale' : 'unreadable';
}

function flawOf(error: unknown): EidFlaw | undefined {
  if (error instanceof errors.JWTExpired) return 'stale';
  if (error instanceof errors.JWTClaimValidationFailed) return flawOfClaim(error);
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return 'unknown-key';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) return 'algorithm';
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return 'unreadable';
  return undefined;
}

function read({ iss, sub, acr, iat }: JWTPayload): EidToken {
  if (typeof sub !== 'string' || sub === '') throw new EidRefused('subject');
  if (iss === undefined || iat === undefined) throw new EidRefused('unreadable');
  return { issuer: iss, subject: sub, level: typeof acr === 'string' ? acr : null, issuedAt: iat * 1000 };
}

/** What a token says of itself, by a signature that nobody has looked at. */
function unverified(token: string): JWTPayload {
  try {
    return decodeJwt(token);
  } catch {
    return {};
  }
}

/** What a token says of itself: good for telling which one it is, and no evidence. */
export interface Claimed {
  readonly issuer?: string;
  /** Epoch milliseconds. */
  readonly issuedAt?: number;
}

/** Who a token says that issued it, and when. */
export function readClaims(token: string): Claimed {
  const { iss, iat } = unverified(token);
  return { ...(typeof iss === 'string' && { issuer: iss }), ...(typeof iat === 'number' && { issuedAt: iat * 1000 }) };
}

/** The moment as of which a token is judged: its own, within the time of the hooks. */
function judgedAt(token: string, { since, until }: HookTimes): Date {
  const own = readClaims(token).issuedAt ?? until;
  return new Date(Math.min(until, Math.max(since, own)));
}

/**
 * Checks an ID token: signature by the provider's keys, issuer, audience, issued within ten minutes of the hook.
 * Judged as of the hook's time: with Kratos down a token is read hours later, and no older for it.
 * @throws EidRefused for what is no evidence; UpstreamError where the keys cannot be had
 */
export async function verifyIdToken(token: string, keys: JWTVerifyGetKey, expected: Expected): Promise<EidToken> {
  if (token.split('.').length === 5) throw new EidRefused('encrypted');
  const { issuer, audience, hooks } = expected;
  const checks = { issuer, audience, algorithms: ALGORITHMS, requiredClaims: ['iat', 'exp', 'sub'] };
  try {
    // The tolerance is the whole of it, before and after.
    const time = { currentDate: judgedAt(token, hooks), maxTokenAge: 0, clockTolerance: FRESH_S };
    const { payload } = await jwtVerify(token, keys, { ...checks, ...time });
    return read(payload);
  } catch (error) {
    const flaw = flawOf(error);
    if (flaw !== undefined) throw new EidRefused(flaw);
    if (error instanceof EidRefused || error instanceof UpstreamError) throw error;
    const detail = 'its key set is not one that can be used';
    throw new UpstreamError({ upstream: 'eid', operation: 'keys', failure: 'unusable', detail });
  }
}
