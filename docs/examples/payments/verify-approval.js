// Verifies an approval with `jose` and the well-known keys: node verify-approval.js https://verify.example.com bank-web order.json < approval
// order.json: {"sub", "sid", "authorization_details"}: your user, your session of Kratos, and what you are about to pay.
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const [, , service, audience, file] = process.argv;
const order = JSON.parse(readFileSync(file, 'utf8'));

try {
  const discovery = await fetch(`${service}/.well-known/openid-configuration`);
  const { issuer, jwks_uri } = await discovery.json();
  if (issuer !== service) throw new Error('another issuer');
  const expected = { issuer, audience, typ: 'approval+jwt', algorithms: ['ES256'], requiredClaims: ['exp', 'jti'] };
  const { payload } = await jwtVerify(readFileSync(0, 'utf8').trim(), createRemoteJWKSet(new URL(jwks_uri)), expected);
  for (const claim of ['sub', 'sid', 'authorization_details'])
    if (!isDeepStrictEqual(payload[claim], order[claim])) throw new Error(`another ${claim}`);
  console.log(`authentication code ${payload.jti}`);
} catch (error) {
  console.log(`no approval: ${error.code ?? error.message}`);
  process.exitCode = 1;
}
