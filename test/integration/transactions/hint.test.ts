import { createPublicKey, randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startEidIssuer } from '../../support/fakes/eid-issuer.ts';
import { raw } from '../../support/fakes/http-server.ts';
import { PUBLIC_URL } from '../../support/service/service.ts';
import { DAY, MINUTE } from '../../support/service/shifted-clock.ts';
import { BANK, PAYMENT, SHOP, WITH_TRANSACTIONS } from '../../support/transactions/bank.ts';
import { payerWorld } from '../../support/transactions/payer.ts';

/** The flat claims of a hint, as older integrations write them, with the currency that they lack. */
const FLAT = { amount: '50.00', currency: 'EUR', payee: 'John Doe', accountnumber: 'DE02 1001 0010 9307 1186 03' };

const publishedKeys = z.object({ keys: z.array(z.record(z.string(), z.string())) });

/** A payer whose bank signs hints. `isShared`: the shop has the same issuer, and the same address to go back to. */
async function world({ isShared = false }: { readonly isShared?: boolean } = {}) {
  const issuer = await startEidIssuer();
  const signs = `factors: [sms]\n    hint: { issuer: "${issuer.issuer}" }`;
  const TRANSACTIONS = isShared
    ? WITH_TRANSACTIONS.TRANSACTIONS.replaceAll('factors: [sms]', signs).replace(
        'https://shop.example.com/return',
        BANK.redirectUri,
      )
    : WITH_TRANSACTIONS.TRANSACTIONS.replace('factors: [sms]', signs);
  const service = await payerWorld({ env: { TRANSACTIONS } });
  const now = () => Math.floor(service.clock.now() / 1_000);
  /** A claim that is undefined is left out. */
  const claims = (patch: object = {}): JWTPayload => {
    const usual = {
      iss: issuer.issuer,
      aud: PUBLIC_URL,
      sub: service.payer,
      jti: randomUUID(),
      iat: now(),
      exp: now() + 300,
      redirect_uri: BANK.redirectUri,
      reference: 'order-4711',
      authorization_details: [PAYMENT],
    };
    return JSON.parse(JSON.stringify({ ...usual, ...patch }));
  };
  const open = (hint: string, client = BANK.id) =>
    service.browser.get(`/approve?${new URLSearchParams({ client_id: client, id_token_hint: hint }).toString()}`);
  const refusals = () =>
    service.logs
      .text()
      .split('\n')
      .filter((line) => line.includes('a signed hint was refused'))
      .map((line) => JSON.parse(line));
  return {
    ...service,
    issuer,
    claims,
    open,
    now,
    refusals,
    sign: (patch: object = {}) => issuer.sign(claims(patch)),
  };
}

describe('a payment that a hint brings', () => {
  it('is recorded once, shown at a clean address, and found by the application by its jti', async () => {
    const bank = await world();
    const hint = await bank.sign({ jti: 'jti-1' });
    const first = await bank.open(hint);
    expect(first).toMatchObject({ status: 303, location: expect.stringMatching(/^\/approve\/[0-9a-f-]{36}$/) });
    expect((await bank.open(hint)).location).toBe(first.location);
    const path = first.location ?? '';
    expect((await bank.browser.get(path)).body).toContain('canary-of-the-payee');
    expect((await bank.ask('GET', '/transactions?hint_jti=jti-1')).json()).toMatchObject({
      id: path.slice('/approve/'.length),
      status: 'open',
      reference: 'order-4711',
    });
    expect(bank.twilio.started).toEqual([]);
  });

  it('has the flat claims with the currency, too', async () => {
    const bank = await world();
    const page = await bank.open(await bank.sign({ authorization_details: undefined, ...FLAT }));
    expect((await bank.browser.get(page.location ?? '')).body).toContain('John Doe');
  });

  it('is the payment of its sub: whoever else opens the link finds nothing', async () => {
    const bank = await world();
    const hint = await bank.sign();
    bank.browser.session = bank.kratos.signIn(randomUUID());
    const { location = '' } = await bank.open(hint);
    expect((await bank.browser.get(location)).status).toBe(404);
  });

  it('is shown without a session only after the sign-in', async () => {
    const bank = await world();
    bank.browser.session = '';
    const { location = '' } = await bank.open(await bank.sign());
    expect((await bank.browser.get(location)).status).toBe(401);
  });
});

describe('a hint that is refused', () => {
  it.each<readonly [string, (now: number) => object, string]>([
    ['of another issuer', () => ({ iss: 'https://evil.example.com' }), 'issuer'],
    ['for another audience', () => ({ aud: 'https://evil.example.com' }), 'audience'],
    ['of seven days', (now) => ({ exp: now + 7 * 86_400 }), 'too-long-lived'],
    ['of ten minutes and a second', (now) => ({ exp: now + 601 }), 'too-long-lived'],
    ['that has expired', (now) => ({ iat: now - 400, exp: now - 61 }), 'expired'],
    ['of the future', (now) => ({ iat: now + 120, exp: now + 300 }), 'not-yet-valid'],
    ['that is not valid yet', (now) => ({ nbf: now + 120 }), 'not-yet-valid'],
    ['without jti', () => ({ jti: undefined }), 'missing-jti'],
    ['without sub', () => ({ sub: undefined }), 'missing-sub'],
    ['without iat', () => ({ iat: undefined }), 'missing-iat'],
    ['without exp', () => ({ exp: undefined }), 'missing-exp'],
    ['without an address to go back to', () => ({ redirect_uri: undefined }), 'missing-redirect_uri'],
    [
      'with a foreign address to go back to',
      () => ({ redirect_uri: 'https://evil.example.com/' }),
      'field:redirect_uri',
    ],
    ['with a name as sub', () => ({ sub: 'john' }), 'field:sub'],
    ['with a control character as jti', () => ({ jti: 'a\nb' }), 'field:jti'],
    ['with a reference with a blank', () => ({ reference: 'a b' }), 'field:reference'],
    ['without a payment', () => ({ authorization_details: undefined }), 'field:authorization_details'],
    ['with two payments', () => ({ authorization_details: [PAYMENT, PAYMENT] }), 'field:authorization_details'],
    [
      'with an unknown member',
      () => ({ authorization_details: [{ ...PAYMENT, x: 1 }] }),
      'field:authorization_details',
    ],
    ['with both forms of a payment', () => FLAT, 'field:authorization_details'],
    [
      'with a flat amount with its sign',
      () => ({ authorization_details: undefined, ...FLAT, amount: '$500' }),
      'field:amount',
    ],
    [
      'without a flat currency',
      () => ({ authorization_details: undefined, ...FLAT, currency: undefined }),
      'field:currency',
    ],
    [
      'with an IBAN with wrong check digits',
      () => ({ authorization_details: undefined, ...FLAT, accountnumber: 'DE03100100109307118603' }),
      'field:accountnumber',
    ],
    [
      'with an IBAN in small letters, with wrong check digits',
      () => ({ authorization_details: undefined, ...FLAT, accountnumber: 'de03100100109307118603' }),
      'field:accountnumber',
    ],
  ])('a hint %s is a neutral 400 page, and the log names client and check', async (_name, patch, flaw) => {
    const bank = await world();
    const page = await bank.open(await bank.sign(patch(bank.now())));
    expect(page).toMatchObject({ status: 400, location: undefined });
    expect(page.body).toContain('This link to a payment does not work');
    expect(bank.refusals()).toEqual([expect.objectContaining({ client: BANK.id, seen: flaw })]);
    expect(await bank.ctx.ledger.transactions.listOf(bank.payer, 10)).toEqual([]);
  });

  it('a hint without a signature, signed with a secret or with a foreign key is refused', async () => {
    const bank = await world();
    const foreign = await startEidIssuer();
    const claims = bank.claims();
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const none = `${part({ alg: 'none' })}.${part(claims)}.`;
    const secret = new TextEncoder().encode('x'.repeat(32));
    const hs256 = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: '1' }).sign(secret);
    for (const hint of [none, hs256, await foreign.sign(claims), await foreign.sign(claims, { kid: '9' }), 'x'])
      expect(await bank.open(hint)).toMatchObject({ status: 400, location: undefined });
    expect(bank.refusals().map(({ seen }) => seen)).toEqual([
      'algorithm',
      'algorithm',
      'signature',
      'unknown-key',
      'unreadable',
    ]);
  });

  it('a hint that is signed with the public key as a secret, or brings its own key, is refused, and nothing is fetched for it', async () => {
    const bank = await world();
    const claims = bank.claims();
    const { keys } = publishedKeys.parse(await (await fetch(`${bank.issuer.issuer}/jwks`)).json());
    const [jwk = {}] = keys;
    const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();
    const byPublicKey = [pem, pem.trim(), JSON.stringify(jwk), JSON.stringify({ keys })].map((secret) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: '1' }).sign(new TextEncoder().encode(secret)),
    );
    const own = await generateKeyPair('ES256', { extractable: true });
    const ownJwk = { ...(await exportJWK(own.publicKey)), kid: '1', alg: 'ES256' };
    const elsewhere = await startEidIssuer();
    const sign = (header: object) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: '1', ...header }).sign(own.privateKey);
    const bringsKey = [{ jwk: ownJwk }, { jku: `${elsewhere.issuer}/jwks` }, { x5u: `${elsewhere.issuer}/jwks` }].map(
      sign,
    );
    // What a verifier does not understand, and must: `jose` signs none such.
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const critical = `${part({ alg: 'ES256', kid: '1', crit: ['exp'], exp: 1 })}.${part(claims)}.${'A'.repeat(86)}`;
    const before = bank.issuer.requestedPaths.length;
    for (const hint of [...(await Promise.all([...byPublicKey, ...bringsKey])), critical])
      expect(await bank.open(hint)).toMatchObject({ status: 400, location: undefined });
    const seen = bank.refusals().map((line) => line.seen);
    expect(seen.slice(0, 4)).toEqual(['algorithm', 'algorithm', 'algorithm', 'algorithm']);
    expect(seen.slice(4, 7)).toEqual(['signature', 'signature', 'signature']);
    expect(seen).toHaveLength(8);
    expect(elsewhere.requestedPaths).toEqual([]);
    expect(bank.issuer.requestedPaths.slice(before)).toEqual(['/.well-known/openid-configuration', '/jwks']);
  });

  it('a hint of one client is not brought as another one’s that has the same issuer', async () => {
    const bank = await world({ isShared: true });
    const redirect_uri = BANK.redirectUri;
    const hint = await bank.sign({ client_id: BANK.id, redirect_uri });
    expect((await bank.open(hint)).status).toBe(303);
    expect((await bank.open(hint, SHOP.id)).status).toBe(400);
    expect((await bank.open(await bank.sign({ redirect_uri }), SHOP.id)).status).toBe(400);
    expect(bank.refusals().map(({ client, seen }) => [client, seen])).toEqual([
      [SHOP.id, 'client'],
      [SHOP.id, 'missing-client_id'],
    ]);
    expect(await bank.ctx.ledger.transactions.listOf(bank.payer, 10)).toHaveLength(1);
  });

  it('a hint that names another client is refused, also where its client has an issuer of its own', async () => {
    const bank = await world();
    expect((await bank.open(await bank.sign({ client_id: SHOP.id }))).status).toBe(400);
    expect(bank.refusals()).toEqual([expect.objectContaining({ seen: 'client' })]);
  });

  it('a hint of a key that was published a moment ago is refused: strangers must not make the issuer answer at will', async () => {
    const bank = await world();
    await bank.open(await bank.sign());
    await bank.issuer.rotate();
    expect((await bank.open(await bank.sign())).status).toBe(400);
    expect(bank.refusals().at(-1)).toMatchObject({ seen: 'unknown-key' });
  });

  it('the same jti with another content is refused, and the first stays', async () => {
    const bank = await world();
    const { location = '' } = await bank.open(await bank.sign({ jti: 'jti-1' }));
    expect((await bank.open(await bank.sign({ jti: 'jti-1', reference: 'order-1' }))).status).toBe(400);
    expect(bank.refusals()).toEqual([expect.objectContaining({ seen: 'replayed-with-other-content' })]);
    expect((await bank.browser.get(location)).status).toBe(200);
  });

  it('a hint that is loaded again after its time is refused, and the page of before says how it ended', async () => {
    const bank = await world();
    const hint = await bank.sign();
    const { location = '' } = await bank.open(hint);
    bank.clock.advance(11 * MINUTE);
    expect((await bank.open(hint)).status).toBe(400);
    expect((await bank.browser.get(location)).body).toContain('The time for this payment is over');
    bank.clock.advance(DAY);
  });

  it.each([
    ['an unknown client', 'nobody'],
    ['a client that signs none', SHOP.id],
    ['a client like a member of objects', '__proto__'],
  ])('a hint for %s is refused without a call', async (_name, client) => {
    const bank = await world();
    expect((await bank.open(await bank.sign(), client)).status).toBe(400);
    expect(bank.issuer.requestedPaths).toEqual([]);
  });

  it.each(['', '?client_id=bank-web', '?id_token_hint=x', '?client_id=bank-web&client_id=shop&id_token_hint=x'])(
    'the address /approve%s is the same 400 page',
    async (query) => {
      const bank = await world();
      expect((await bank.browser.get(`/approve${query}`)).status).toBe(400);
    },
  );

  it('while the keys cannot be read there is a 503 page, and nothing is recorded', async () => {
    const bank = await world();
    bank.issuer.instead['/jwks'] = raw(500);
    expect((await bank.open(await bank.sign())).status).toBe(503);
    expect(await bank.ctx.ledger.transactions.listOf(bank.payer, 10)).toEqual([]);
  });

  it('no byte of a hint is in a log line', async () => {
    const bank = await world();
    const hint = await bank.sign({ reference: 'canary-of-a-reference' });
    await bank.open(hint);
    await bank.open(await bank.sign({ sub: 'canary-of-a-sub' }));
    expect(bank.logs.text()).not.toMatch(/canary-of|50\.00/);
    expect(bank.logs.text()).not.toContain(hint.slice(0, 40));
  });
});
