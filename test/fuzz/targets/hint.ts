import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { createServer } from 'node:http';
import fc from 'fast-check';
import { exportJWK } from 'jose';
import { z } from 'zod';
import { UpstreamError } from '../../../webhook/errors.ts';
import { createHintClient } from '../../../webhook/hint/client.ts';
import { hintedRequest } from '../../../webhook/transactions/hint/claims.ts';
import { BANK, PAYMENT } from '../../support/transactions/bank.ts';
import { mostly } from '../grammar.ts';
import { accepted, mustHold, refused, type Target, threw } from '../target.ts';
import { holdPayment } from './transactions.ts';

/** The head of a private key of Ed25519 (RFC 8410 §7); 32 bytes follow. Fixed keys, so that a run is the same again. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

const [KEY, FOREIGN] = [7, 8].map((byte) =>
  createPrivateKey({ key: Buffer.concat([PKCS8, Buffer.alloc(32, byte)]), format: 'der', type: 'pkcs8' }),
);

const NOW = 1_767_600_000;

const AUDIENCE = 'https://verify.example.com';

const HEADER = { alg: 'EdDSA', kid: '1' };

const FLAT = { amount: '50', currency: 'EUR', payee: 'John Doe', accountnumber: 'DE02 1001 0010 9307 1186 03' };

/** What must be true of the claims of every hint that is taken, written again without `jose`. */
const genuine = z.object({
  aud: z.union([z.literal(AUDIENCE), z.array(z.string()).refine((all) => all.includes(AUDIENCE))]),
  sub: z.uuid(),
  jti: z.string().min(1).max(255),
  iat: z.number().max(NOW + 60),
  exp: z.number().min(NOW - 60),
  redirect_uri: z.literal(BANK.redirectUri),
});

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

type Key = typeof KEY;

function token(claims: unknown, header: unknown = HEADER, key: Key = KEY): string {
  const signed = `${part(header)}.${part(claims)}`;
  const signature = key === undefined ? Buffer.alloc(0) : sign(null, Buffer.from(signed), key);
  return `${signed}.${signature.toString('base64url')}`;
}

/** An application that publishes its key; it has no other answer. */
async function startIssuer() {
  if (KEY === undefined) throw new Error('there is a key');
  const jwk = { ...(await exportJWK(createPublicKey(KEY))), kid: '1', alg: 'EdDSA' };
  let issuer = '';
  const server = createServer(({ url }, response) => {
    const document = url === '/jwks' ? { keys: [jwk] } : { issuer, jwks_uri: `${issuer}/jwks` };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  issuer = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { issuer, close };
}

function claimsOf(issuer: string) {
  const usual = { iss: issuer, aud: AUDIENCE, sub: '3f0c0d8e-5a34-4b6c-9d1e-0123456789ab', jti: 'jti-1', iat: NOW };
  return { ...usual, exp: NOW + 300, redirect_uri: BANK.redirectUri, reference: 'order-4711' };
}

/** Claims of which each is as it must be, or missing, or something else. */
function anyClaims(issuer: string): fc.Arbitrary<unknown> {
  const { sub, jti, reference } = claimsOf(issuer);
  const record = {
    iss: mostly(issuer, `${issuer}/`, 'https://evil.example.com'),
    aud: mostly(AUDIENCE, [AUDIENCE], [AUDIENCE, 'other'], `${AUDIENCE}/`, []),
    sub: mostly(sub, sub.toUpperCase(), 'john'),
    jti: mostly(jti, '', 'a\nb', 'x'.repeat(256), '\ud800'),
    iat: mostly(NOW, NOW + 61, NOW - 3_600, 1e308, -1),
    exp: mostly(NOW + 300, NOW + 600, NOW + 601, NOW - 61, 1e308),
    nbf: mostly(NOW, NOW + 61),
    redirect_uri: mostly(BANK.redirectUri, `${BANK.redirectUri}?x`, 'https://evil.example.com/'),
    reference: mostly(reference, 'a b', null),
    authorization_details: mostly(
      [PAYMENT],
      [PAYMENT, PAYMENT],
      [{ ...PAYMENT, x: 1 }],
      [{ ...PAYMENT, creditorName: 'John\u202eDoe' }],
    ),
    amount: mostly('50', '50.00', '$500', 50, '050'),
    currency: mostly('EUR', 'eur', 'JPY'),
    payee: mostly('John Doe', 'John\u200dDoe', ''),
    accountnumber: mostly(FLAT.accountnumber, 'DE03100100109307118603', '12345678'),
  } satisfies Record<string, fc.Arbitrary<unknown>>;
  const { authorization_details: _details, ...flat } = record;
  const { amount: _amount, currency: _currency, payee: _payee, accountnumber: _account, nbf: _nbf, ...whole } = record;
  const required = ['iss', 'aud', 'sub', 'jti', 'iat', 'exp', 'redirect_uri'] as const;
  return fc.oneof(
    fc.record(whole, { requiredKeys: [...required, 'authorization_details'] }),
    fc.record(flat, { requiredKeys: [...required, 'amount', 'currency', 'payee', 'accountnumber'] }),
    fc.record(record, { requiredKeys: [...required] }),
  );
}

const header = fc.oneof(
  { weight: 5, arbitrary: fc.constant(HEADER) },
  fc.record({
    alg: mostly('EdDSA', 'none', 'HS256', 'ES256'),
    kid: mostly('1', '2'),
    crit: mostly(['b64']),
    b64: mostly(false),
    jku: mostly('https://evil.example.com/jwks'),
    jwk: mostly({ kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) }),
  }),
);

function payloadOf(input: string): unknown {
  return JSON.parse(Buffer.from(input.split('.')[1] ?? '', 'base64url').toString());
}

function isSigned(input: string): boolean {
  const [head = '', payload = '', signature = ''] = input.split('.');
  if (KEY === undefined) return false;
  return sign(null, Buffer.from(`${head}.${payload}`), KEY).equals(Buffer.from(signature, 'base64url'));
}

/** The hint in an address: nothing that the application did not sign for this service, now, becomes a payment. */
export async function hints(): Promise<Target> {
  const { issuer, close } = await startIssuer();
  const now = (): number => NOW * 1_000;
  const issuers = new Map([[BANK.id, issuer]]);
  const client = createHintClient({ issuers, audience: [AUDIENCE, `${AUDIENCE}/`], userAgent: 'fuzz', now });
  const claims = { ...claimsOf(issuer), authorization_details: [PAYMENT] };
  return {
    name: 'hint',
    share: 1,
    seeds: [
      token(claims),
      token({ ...claimsOf(issuer), ...FLAT }),
      token({ ...claims, ...FLAT }),
      // Each is wrong in one point alone: a random case seldom is.
      ...[
        { exp: NOW + 601 },
        { iat: NOW - 601 },
        { iat: NOW + 61 },
        { iat: NOW - 400, exp: NOW - 61 },
        { nbf: NOW + 61 },
        { aud: 'https://evil.example.com' },
        { iss: `${issuer}/` },
        { sub: 'john' },
        { jti: '' },
        { redirect_uri: 'https://evil.example.com/' },
        { authorization_details: [PAYMENT, PAYMENT] },
        { authorization_details: [{ ...PAYMENT, creditorName: 'John\u202eDoe' }] },
        { authorization_details: [{ ...PAYMENT, instructedAmount: { currency: 'EUR', amount: '0' } }] },
      ].map((patch) => token({ ...claims, ...patch })),
      token(claims, HEADER, FOREIGN),
      token(claims, { alg: 'none' }, undefined),
      `${part({ alg: 'none' })}.${part(claims)}.`,
    ],
    dictionary: [part({ alg: 'none' }), part({ alg: 'HS256', kid: '1' }), part(claims), '.', '..', '=', 'A'.repeat(86)],
    fresh: fc.tuple(anyClaims(issuer), header, fc.constantFrom(KEY, KEY, FOREIGN)).map((parts) => token(...parts)),
    longest: 8_000,
    limitMs: 50,
    run: async (input) => {
      try {
        const verified = await client.verify(BANK.id, input);
        if (verified.kind === 'refused') return refused(verified.flaw);
        mustHold(isSigned(input), 'a hint is taken that the application did not sign');
        const { iat, exp } = genuine.omit({ redirect_uri: true, sub: true, jti: true }).parse(payloadOf(input));
        mustHold(exp - iat <= 600, 'a hint is taken that lives for too long');
        const hinted = hintedRequest(verified.claims, [BANK.redirectUri]);
        if (hinted.kind === 'refused') return refused(hinted.flaw);
        const { payment, redirectUri, sub, once } = hinted.request;
        mustHold(genuine.safeParse(payloadOf(input)).success, 'a hint is taken that is not for this');
        mustHold(redirectUri === BANK.redirectUri, 'the payer is sent elsewhere');
        holdPayment(payment);
        return accepted({ payment, sub, once }, Object.hasOwn(verified.claims, 'amount') ? 'flat' : 'whole');
      } catch (error) {
        if (error instanceof UpstreamError) return threw(error.message);
        throw error;
      }
    },
    close,
  };
}
