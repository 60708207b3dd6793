import type { JWTPayload } from 'jose';
import { createIssuerKeys } from '../upstream/issuer-keys.ts';
import { type TokenFlaw, verifyToken } from '../upstream/signed-token.ts';

/** Why a hint proves nothing: the check that it failed, for the log. */
export type HintFlaw = TokenFlaw | 'client' | 'too-long-lived';

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

/** A hint is valid for so many seconds at most: it stands in an address. */
const LONGEST_S = 600;

/** Anybody can send hints with keys that do not exist: the issuer is asked for them no more often. */
const COOLDOWN_MS = 30_000;

const REQUIRED = ['iss', 'aud', 'sub', 'jti', 'iat', 'exp', 'redirect_uri'];

/** A hint may not be valid for longer than an address may hold it. */
function flawOfLifetime({ iat = 0, exp = 0 }: JWTPayload): HintFlaw | undefined {
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
      const issuer = issuerOf(clientId);
      const checks = { issuer, audience, requiredClaims: REQUIRED, at: now() };
      const verified = await verifyToken('hint', hint, () => keys.keysOf(clientId), checks);
      if (verified.kind === 'refused') return verified;
      const { payload } = verified;
      const isShared = [...issuers.values()].filter((each) => each === issuer).length > 1;
      const flaw = flawOfLifetime(payload) ?? flawOfClient(payload, clientId, isShared);
      return flaw === undefined ? { kind: 'verified', claims: payload } : { kind: 'refused', flaw };
    },
  };
}
