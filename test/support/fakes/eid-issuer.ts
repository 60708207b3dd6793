import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { onTestFinished } from 'vitest';

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An eID provider with the parts that the service calls: discovery and keys; and a function to sign tokens. */
export interface EidIssuer {
  readonly issuer: string;
  /** The requested paths, in order. */
  readonly asked: string[];
  /** Answers that replace the usual one, by path. */
  readonly instead: Record<string, Answer>;
  sign(claims: JWTPayload, header?: { alg?: string; kid?: string }): Promise<string>;
  /** Signs with a new key from now on; the old one is no longer published. */
  rotate(): Promise<void>;
}

async function newKey(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk: JWK = { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' };
  return { kid, privateKey, jwk };
}

async function listen(answer: (path: string) => Answer): Promise<string> {
  const server = createServer((request, response) => {
    const { status, body, headers = {} } = answer(request.url ?? '/');
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
}

export async function startEidIssuer(): Promise<EidIssuer> {
  let key = await newKey('1');
  const asked: string[] = [];
  const instead: EidIssuer['instead'] = {};
  const documents = (path: string): object =>
    path === '/jwks' ? { keys: [key.jwk] } : { issuer, jwks_uri: `${issuer}/jwks`, acr_values_supported: ['loa-2'] };
  const issuer = await listen((path) => {
    asked.push(path);
    return instead[path] ?? { status: 200, body: JSON.stringify(documents(path)) };
  });
  return {
    issuer,
    asked,
    instead,
    sign: (claims, header = {}) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: key.kid, ...header }).sign(key.privateKey),
    rotate: async () => {
      key = await newKey(`${Number(key.kid) + 1}`);
    },
  };
}
