import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import fc from 'fast-check';
import { createLocalJWKSet, exportJWK } from 'jose';
import { readClaims, verifyIdToken } from '../../../webhook/eid/id-token.ts';
import { EidRefused, UpstreamError } from '../../../webhook/errors.ts';
import { mostly } from '../grammar.ts';
import { accepted, mustHold, mustNotLeak, type Target, threw } from '../target.ts';

/** The head of a private key of Ed25519 (RFC 8410 §7); 32 bytes follow. Fixed keys, so that a run is the same again. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

function privateKey(byte: number) {
  return createPrivateKey({ key: Buffer.concat([PKCS8, Buffer.alloc(32, byte)]), format: 'der', type: 'pkcs8' });
}

const KEY = privateKey(7);

const FOREIGN = privateKey(8);

const NOW = 1_767_600_000;

const EXPECTED = {
  issuer: 'https://eid.example',
  audience: 'client',
  hooks: { since: NOW * 1_000, until: NOW * 1_000 + 5_000 },
};

const CLAIMS = { iss: EXPECTED.issuer, aud: 'client', sub: 'anna', iat: NOW, exp: NOW + 600, acr: 'loa-2' };

const HEADER = { alg: 'EdDSA', kid: '1' };

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function token(claims: unknown, header: unknown = HEADER, key = KEY): string {
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`;
}

/** Claims of which each is as it must be, or missing, or something else. */
const claims = fc.record(
  {
    iss: mostly(CLAIMS.iss, 'https://eid.example/'),
    aud: mostly('client', ['client'], ['client', 'other'], []),
    sub: mostly('anna', ''),
    iat: mostly(NOW, NOW - 599, NOW + 7_200, 1e308, -1),
    exp: mostly(NOW + 600, NOW - 601),
    nbf: mostly(NOW + 601),
    azp: mostly('client', 'other'),
    acr: mostly('loa-2', null),
  },
  { requiredKeys: ['iss', 'aud', 'sub', 'iat', 'exp'] },
);

const header = fc.oneof(
  { weight: 4, arbitrary: fc.constant(HEADER) },
  fc.record({
    alg: mostly('EdDSA', 'none', 'HS256', 'ES256'),
    kid: mostly('1', '2'),
    crit: mostly(['b64']),
    b64: mostly(false),
  }),
);

/** Whether a token is signed by the key of the provider and is for this client: written again, without `jose`. */
function isGenuine(input: string): boolean {
  const [head = '', payload = '', signature = ''] = input.split('.');
  const signed = Buffer.from(`${head}.${payload}`);
  return (
    sign(null, signed, KEY).equals(Buffer.from(signature, 'base64url')) &&
    /"aud":("client"|\["client")/.test(Buffer.from(payload, 'base64url').toString().replaceAll(/\s/g, ''))
  );
}

/** Returns the target. Keys are imported once, because that is asynchronous. */
export async function idTokens(): Promise<Target> {
  const jwk = { ...(await exportJWK(createPublicKey(KEY))), kid: '1', alg: 'EdDSA' };
  const keys = createLocalJWKSet({ keys: [jwk] });
  return {
    name: 'id-token',
    share: 2,
    seeds: [
      token(CLAIMS),
      token(CLAIMS, HEADER, FOREIGN),
      token({ ...CLAIMS, aud: 'other' }),
      token({ ...CLAIMS, aud: ['client', 'other'], azp: 'client' }),
      `${part({ alg: 'none' })}.${part(CLAIMS)}.`,
      `${token(CLAIMS)}.a.b`,
    ],
    dictionary: [part({ alg: 'none' }), part({ alg: 'HS256' }), part(CLAIMS), '.', '..', '=', '+', '/', 'A'.repeat(86)],
    fresh: fc.tuple(claims, header, fc.constantFrom(KEY, FOREIGN)).map((parts) => token(...parts)),
    run: async (input) => {
      const unverified = readClaims(input);
      mustHold(!Number.isNaN(unverified.issuedAt ?? 0), 'a time that is none');
      try {
        const found = await verifyIdToken(input, keys, EXPECTED);
        mustHold(isGenuine(input), 'accepted a token that the provider did not sign for this client');
        mustHold(found.issuer === EXPECTED.issuer && found.subject !== '', 'accepted a token of nobody');
        mustHold(Math.abs(found.issuedAt - NOW * 1_000) <= 605_000, 'accepted a token of another time');
        return accepted(found);
      } catch (error) {
        if (!(error instanceof EidRefused || error instanceof UpstreamError)) throw error;
        mustNotLeak(error.message);
        return threw(error.message);
      }
    },
  };
}
