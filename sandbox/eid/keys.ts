import { exportJWK, generateKeyPair, type JWK } from 'jose';

/** A signing key of an eID provider, as it goes into its key set. */
export async function signingKey(kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, use: 'sig', alg: 'RS256' };
}
