import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { onTestFinished } from 'vitest';
import { json, type Responder, startRecordingServer } from './http-server.ts';

/**
 * An eID provider with the parts that the service calls: discovery and keys; and a function to sign tokens. The provider
 * of the sandbox is a complete one, with the pages of a person, and can give no wrong answer.
 */
export interface EidIssuer {
  readonly issuer: string;
  /** The requested paths, in order. */
  readonly requestedPaths: string[];
  /** Answers that replace the usual one, by path, while set. */
  readonly instead: Record<string, Responder>;
  sign(claims: JWTPayload, header?: { alg?: string; kid?: string }): Promise<string>;
  /** Signs with a new key from now on; the old one is no longer published. */
  rotate(): Promise<void>;
}

async function newKey(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk: JWK = { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' };
  return { kid, privateKey, jwk };
}

/** Starts the provider on a free port until the test ends. */
export async function startEidIssuer(): Promise<EidIssuer> {
  let key = await newKey('1');
  const requestedPaths: string[] = [];
  const instead: EidIssuer['instead'] = {};
  const documents = (path: string): object =>
    path === '/jwks' ? { keys: [key.jwk] } : { issuer, jwks_uri: `${issuer}/jwks`, acr_values_supported: ['loa-2'] };
  const server = await startRecordingServer((response, request) => {
    requestedPaths.push(request.path);
    const respond = instead[request.path] ?? json(200, documents(request.path));
    respond(response, request);
  });
  onTestFinished(() => server.close());
  const issuer = server.url;
  return {
    issuer,
    requestedPaths,
    instead,
    sign: (claims, header = {}) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: key.kid, ...header }).sign(key.privateKey),
    rotate: async () => {
      key = await newKey(`${Number(key.kid) + 1}`);
    },
  };
}
