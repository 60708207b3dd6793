import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';

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
