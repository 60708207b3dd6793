import type { VerifiedAuthenticationResponse } from '@simplewebauthn/server';

/** What an authenticator signed, as a browser sends it: base64url (WebAuthn, `AuthenticatorAssertionResponse`). */
export interface Assertion {
  readonly credentialId: string;
  readonly authenticatorData: string;
  readonly clientDataJSON: string;
  readonly signature: string;
  /** The owner as the authenticator knows it; a security key may leave it out. */
  readonly userHandle?: string;
}

/** The key that an assertion must be signed with. */
export interface AssertionKey {
  readonly id: string;
  /** As COSE, base64url. */
  readonly publicKey: string;
  /** The counter must be above this, unless both are 0. */
  readonly signCount: number;
  /** What was true of it when it was registered; undefined: not known. */
  readonly isSynchronisable?: boolean;
}

/** What an assertion must be about. */
export interface ExpectedAssertion {
  /** base64url. */
  readonly challenge: string;
  /** The origin of the page that asked. */
  readonly origin: string;
  /** The id of the relying party: the host of the origin, or a domain above it. */
  readonly rpId: string;
  readonly key: AssertionKey;
  /** The owner of the key, base64url; undefined: not known. */
  readonly userHandle?: string;
  /** Whether a key that can be copied to other devices is refused. */
  readonly isDeviceBound: boolean;
}

/** Why an assertion proves nothing; a closed list, for the operator's log. */
export type AssertionFlaw =
  | 'challenge'
  | 'counter'
  | 'origin'
  | 'owner'
  | 'relying-party'
  | 'signature'
  | 'synchronised'
  | 'unreadable'
  | 'user-verification';

/** The result. `isSynchronisable`: the authenticator says, under its signature, that the key can be copied to other devices. */
export type JudgedAssertion =
  | { readonly kind: 'verified'; readonly isSynchronisable: boolean }
  | { readonly kind: 'refused'; readonly flaw: AssertionFlaw };

/** The library says what is wrong in its message only; the version is exact, and a test makes it say each. */
const FLAWS: readonly (readonly [RegExp, AssertionFlaw])[] = [
  [/^Unexpected authentication response challenge /, 'challenge'],
  [/^Unexpected authentication response origin /, 'origin'],
  [/^Detected cross-origin authentication response /, 'origin'],
  [/^Unexpected RP ID hash/, 'relying-party'],
  [/^User (not present|verification required)/, 'user-verification'],
  [/^Response counter value /, 'counter'],
];

function flawOf(error: unknown): AssertionFlaw {
  const message = error instanceof Error ? error.message : '';
  return FLAWS.find(([pattern]) => pattern.test(message))?.[1] ?? 'unreadable';
}

/** Loaded with the first assertion: it takes 24 MB and a fifth of a second, which nobody pays who has no passkeys. */
const library = () => import('@simplewebauthn/server');

/** The answer of a browser in the JSON of WebAuthn. */
function responseOf({ credentialId: id, userHandle, ...signed }: Assertion) {
  const response = { ...signed, ...(userHandle !== undefined && { userHandle }) };
  return { id, rawId: id, type: 'public-key' as const, response, clientExtensionResults: {} };
}

function judge(
  { verified, authenticationInfo }: VerifiedAuthenticationResponse,
  { key, isDeviceBound }: ExpectedAssertion,
): JudgedAssertion {
  if (!verified) return { kind: 'refused', flaw: 'signature' };
  const isSynchronisable = authenticationInfo.credentialDeviceType === 'multiDevice';
  // It never changes in the life of a key (WebAuthn, 7.2): another value is another authenticator.
  const hasChanged = key.isSynchronisable !== undefined && key.isSynchronisable !== isSynchronisable;
  if (hasChanged || (isDeviceBound && isSynchronisable)) return { kind: 'refused', flaw: 'synchronised' };
  return { kind: 'verified', isSynchronisable };
}

/**
 * Judges what an authenticator signed: by this key, for this challenge, origin and relying party, by its owner, who was
 * present and was verified by the device. Never rejects for what a browser can send.
 */
export async function verifyAssertion(assertion: Assertion, expected: ExpectedAssertion): Promise<JudgedAssertion> {
  const { challenge, origin, rpId, key, userHandle } = expected;
  if (assertion.credentialId !== key.id) return { kind: 'refused', flaw: 'owner' };
  const isOthers = assertion.userHandle !== undefined && assertion.userHandle !== userHandle;
  if (userHandle !== undefined && isOthers) return { kind: 'refused', flaw: 'owner' };
  const { verifyAuthenticationResponse } = await library();
  const credential = { id: key.id, publicKey: Buffer.from(key.publicKey, 'base64url'), counter: key.signCount };
  const checked = { expectedChallenge: challenge, expectedOrigin: origin, expectedRPID: rpId, credential };
  const options = { ...checked, response: responseOf(assertion), requireUserVerification: true };
  try {
    return judge(await verifyAuthenticationResponse(options), expected);
  } catch (error) {
    return { kind: 'refused', flaw: flawOf(error) };
  }
}

/** `verifyAssertion`, for those who are given it. */
export type VerifyAssertion = typeof verifyAssertion;
