// Shows that a passkey signed a payment, with nothing but Node: node verify-passkey.js evidence.json https://verify.example.com example.com
// evidence.json: what `transactions evidence` prints (docs/payments.md#what-a-passkey-signs).
// For passkeys with ES256, as nearly all have; the key is COSE (RFC 9052).
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';

const [, , file, origin, rpId] = process.argv;
const { id, details, nonce, assertion } = JSON.parse(readFileSync(file, 'utf8'));
const bytes = (text) => Buffer.from(text, 'base64url');
const sha256 = (data) => createHash('sha256').update(data).digest();
const clientData = bytes(assertion.client_data_json);
const authenticatorData = bytes(assertion.authenticator_data);

// {1: 2, 3: -7, -1: 1, -2: <32 bytes>, -3: <32 bytes>}: an EC key on P-256, in the one order that WebAuthn allows.
const [, x, y] = /^a5010203262001215820(.{64})225820(.{64})$/.exec(bytes(assertion.public_key).toString('hex')) ?? [];
const coordinate = (hex = '') => Buffer.from(hex, 'hex').toString('base64url');
const jwk = { kty: 'EC', crv: 'P-256', x: coordinate(x), y: coordinate(y) };
const signed = Buffer.concat([authenticatorData, sha256(clientData)]);

const client = JSON.parse(clientData.toString());
const wrong = Object.entries({
  challenge: client.challenge === sha256(['approve/1', id, details, nonce].join('\0')).toString('base64url'),
  origin: client.type === 'webauthn.get' && client.origin === origin,
  'relying party': authenticatorData.subarray(0, 32).equals(sha256(rpId)),
  'user verification': (authenticatorData[32] & 0x05) === 0x05,
  signature:
    x !== undefined &&
    verify('sha256', signed, createPublicKey({ key: jwk, format: 'jwk' }), bytes(assertion.signature)),
}).flatMap(([what, isRight]) => (isRight ? [] : [what]));

console.log(
  wrong.length === 0 ? `signed by ${assertion.credential_id}: ${details}` : `not signed: ${wrong.join(', ')}`,
);
process.exitCode = wrong.length === 0 ? 0 : 1;
