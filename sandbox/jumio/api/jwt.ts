import { createHmac } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';

type Claims = Readonly<Record<string, string | number>>;

/** A plain signed JWT: the tenant's bearer token. */
export function bearerJwt(claims: Claims, key: Buffer): string {
  return signed({ alg: 'HS512', typ: 'JWT' }, Buffer.from(JSON.stringify(claims)), key);
}

/** A JWT with a gzipped payload, as Jumio's transaction and SDK tokens are: ordinary decoders fail on it (jumio.md §2). */
export function transactionJwt(claims: Claims, key: Buffer): string {
  return signed({ alg: 'HS512', zip: 'GZIP' }, gzipSync(JSON.stringify(claims)), key);
}

function signed(header: Claims, payload: Buffer, key: Buffer): string {
  const text = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload.toString('base64url')}`;
  return `${text}.${createHmac('sha512', key).update(text).digest('base64url')}`;
}

const transactionClaims = z.object({ sub: z.string(), exp: z.number() });

/** The execution that a transaction token of ours is for; undefined where it is none, or has ended. */
export function transactionOf(token: string, key: Buffer, now: number): string | undefined {
  const [header = '', payload = '', mac = ''] = token.split('.');
  const expected = createHmac('sha512', key).update(`${header}.${payload}`).digest('base64url');
  if (mac !== expected) return undefined;
  const claims = transactionClaims.safeParse(unzipped(payload)).data;
  return claims && claims.exp * 1000 > now ? claims.sub : undefined;
}

/** The tenant's bearer token is signed with the same key, and not zipped. */
function unzipped(payload: string): unknown {
  try {
    return JSON.parse(gunzipSync(Buffer.from(payload, 'base64url')).toString());
  } catch {
    return undefined;
  }
}
