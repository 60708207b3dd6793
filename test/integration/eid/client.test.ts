import { createSecretKey, generateKeyPairSync, sign } from 'node:crypto';
import { CompactEncrypt, type JWTPayload, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { createEidClient, type EidClient } from '../../../webhook/eid/client.ts';
import { type EidIssuer, startEidIssuer } from '../../support/fakes/eid-issuer.ts';
import { json, type Responder, raw } from '../../support/fakes/http-server.ts';

const HOOK = Date.UTC(2026, 0, 20, 12);

const HOOKS = { since: HOOK, until: HOOK };

function client({ issuer }: EidIssuer, now = () => HOOK): EidClient {
  const providers = { mine: { issuer, client_id: 'bridge', levels: ['loa-2', 'loa-3'] } };
  return createEidClient({ providers, userAgent: 'Test/1', deadline: 1_000, now });
}

function claims({ issuer }: EidIssuer, over: JWTPayload = {}): JWTPayload {
  const iat = HOOK / 1000 - 2;
  return { iss: issuer, aud: 'bridge', sub: 'anna', acr: 'loa-3', iat, exp: iat + 300, ...over };
}

async function verified(over: JWTPayload = {}) {
  const issuer = await startEidIssuer();
  return client(issuer).verify('mine', await issuer.sign(claims(issuer, over)), HOOKS);
}

describe('valid ID tokens', () => {
  it('a valid ID token yields subject, level and time', async () => {
    const issuer = await startEidIssuer();
    const token = await client(issuer).verify('mine', await issuer.sign(claims(issuer)), HOOKS);
    expect(token).toEqual({ issuer: issuer.issuer, subject: 'anna', level: 'loa-3', issuedAt: HOOK - 2_000 });
  });

  it('a valid ID token read hours after the hook is judged as at the hook', async () => {
    const iat = HOOK / 1000 - 9 * 60;
    expect((await verified({ iat, exp: iat + 300 })).subject).toBe('anna');
  });

  it('an ID token is accepted for any time between two hooks that were not read yet', async () => {
    const issuer = await startEidIssuer();
    const day = { since: HOOK - 86_400_000, until: HOOK };
    for (const ago of [-540, 0, 43_200, 86_400 + 540]) {
      const iat = HOOK / 1000 - ago;
      const token = await issuer.sign(claims(issuer, { iat, exp: iat + 300 }));
      expect((await client(issuer).verify('mine', token, day)).subject).toBe('anna');
    }
    const iat = HOOK / 1000 - 86_400 - 660;
    const tooOld = await issuer.sign(claims(issuer, { iat, exp: iat + 300 }));
    await expect(client(issuer).verify('mine', tooOld, day)).rejects.toMatchObject({ flaw: 'stale' });
  });

  it.each([[undefined], [['loa-3']], [3], [null], [{ a: 1 }]])(
    'an ID token with the acr %j has no level',
    async (acr) => {
      expect((await verified({ acr })).level).toBeNull();
    },
  );

  it.each<[string, JWTPayload]>([
    ['for this client alone, as a list', { aud: ['bridge'] }],
    ['that names this client twice', { azp: 'bridge' }],
    ['for several clients, issued to this one', { aud: ['other', 'bridge'], azp: 'bridge' }],
  ])('an ID token %s is valid', async (_name, over) => {
    expect((await verified(over)).subject).toBe('anna');
  });

  it('many ID tokens cost one discovery call and one call for the keys', async () => {
    const issuer = await startEidIssuer();
    const mine = client(issuer);
    const token = await issuer.sign(claims(issuer));
    for (const _ of [1, 2, 3]) await mine.verify('mine', token, HOOKS);
    expect(issuer.requestedPaths).toEqual(['/.well-known/openid-configuration', '/jwks']);
  });
});

describe('invalid ID tokens', () => {
  it.each<[string, JWTPayload, string]>([
    ['of another issuer', { iss: 'https://elsewhere.example' }, 'issuer'],
    ['for another client', { aud: 'somebody' }, 'audience'],
    ['for another client among several', { aud: ['a', 'b'] }, 'audience'],
    ['for several clients without azp', { aud: ['bridge', 'b'] }, 'audience'],
    ['for several clients, issued to another', { aud: ['bridge', 'b'], azp: 'b' }, 'audience'],
    ['for this client, issued to another', { azp: 'somebody' }, 'audience'],
    ['for this client, issued to no text', { azp: 7 }, 'audience'],
    ['for this client, issued to null', { azp: null }, 'audience'],
    ['issued eleven minutes before the hook', { iat: HOOK / 1000 - 660 }, 'stale'],
    ['issued eleven minutes after the hook', { iat: HOOK / 1000 + 660, exp: HOOK / 1000 + 900 }, 'stale'],
    ['that had expired long before the hook', { exp: HOOK / 1000 - 3_600 }, 'stale'],
    ['without a subject', { sub: '' }, 'subject'],
  ])('an ID token %s is no evidence', async (_name, over, flaw) => {
    await expect(verified(over)).rejects.toMatchObject({ name: 'EidRefused', flaw });
  });

  it('an ID token changed by a byte is no evidence', async () => {
    const issuer = await startEidIssuer();
    const [head, body, mac = ''] = (await issuer.sign(claims(issuer))).split('.');
    const other = `${mac.startsWith('A') ? 'B' : 'A'}${mac.slice(1)}`;
    await expect(client(issuer).verify('mine', `${head}.${body}.${other}`, HOOKS)).rejects.toMatchObject({
      flaw: 'signature',
    });
  });

  it('an ID token signed by a key that the provider no longer publishes is no evidence', async () => {
    const issuer = await startEidIssuer();
    const token = await issuer.sign(claims(issuer));
    await issuer.rotate();
    await expect(client(issuer).verify('mine', token, HOOKS)).rejects.toMatchObject({ flaw: 'unknown-key' });
  });

  it.each([1024, 2047])('an ID token signed by an RSA key of %d bits is refused for good', async (modulusLength) => {
    const issuer = await startEidIssuer();
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'weak', alg: 'RS256', use: 'sig' };
    issuer.instead['/jwks'] = json(200, { keys: [jwk] });
    const input = [{ alg: 'RS256', kid: 'weak' }, claims(issuer)]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const signature = sign('sha256', Buffer.from(input), privateKey).toString('base64url');
    await expect(client(issuer).verify('mine', `${input}.${signature}`, HOOKS)).rejects.toMatchObject({
      name: 'EidRefused',
      flaw: 'weak-key',
    });
  });

  it.each(['HS256', 'none'])('an ID token signed with %s is no evidence', async (alg) => {
    const issuer = await startEidIssuer();
    const unsigned = [{ alg }, claims(issuer)].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
    const secret = createSecretKey(Buffer.from('bridge-secret-of-the-client-00001'));
    const token =
      alg === 'none'
        ? `${unsigned.join('.')}.`
        : await new SignJWT(claims(issuer)).setProtectedHeader({ alg, kid: '1' }).sign(secret);
    await expect(client(issuer).verify('mine', token, HOOKS)).rejects.toMatchObject({ flaw: 'algorithm' });
  });

  it('an encrypted ID token, as itsme sends it by default, is no evidence', async () => {
    const issuer = await startEidIssuer();
    const jwe = await new CompactEncrypt(Buffer.from('x'))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .encrypt(Buffer.alloc(32));
    await expect(client(issuer).verify('mine', jwe, HOOKS)).rejects.toMatchObject({ flaw: 'encrypted' });
  });

  it.each(['', 'x', 'a.b.c', '..', 'eyJhbGciOiJSUzI1NiJ9.e30.'])(
    'an ID token that is %j is no evidence',
    async (token) => {
      const issuer = await startEidIssuer();
      await expect(client(issuer).verify('mine', token, HOOKS)).rejects.toMatchObject({ name: 'EidRefused' });
    },
  );
});

describe('ID tokens while the provider is unreachable', () => {
  const DISCOVERY = '/.well-known/openid-configuration';
  it.each<[string, string, Responder]>([
    ['discovery is down', DISCOVERY, raw(503)],
    ['discovery is HTML', DISCOVERY, raw(200, '<html>')],
    [
      'discovery speaks of another issuer',
      DISCOVERY,
      raw(200, '{"issuer":"https://x.example","jwks_uri":"https://x.example/k"}'),
    ],
    ['the keys are down', '/jwks', raw(503)],
    ['the keys are HTML', '/jwks', raw(200, '<html>')],
    ['the keys are none', '/jwks', raw(200, '{"keys":{}}')],
  ])('%s', async (_name, path, respond) => {
    const issuer = await startEidIssuer();
    let now = HOOK;
    const mine = client(issuer, () => now);
    const token = await issuer.sign(claims(issuer));
    issuer.instead[path] = respond;
    await expect(mine.verify('mine', token, HOOKS)).rejects.toMatchObject({
      name: 'UpstreamError',
      facts: { upstream: 'eid' },
    });
    delete issuer.instead[path];
    now += 5_000;
    expect((await mine.verify('mine', token, HOOKS)).subject).toBe('anna');
  });

  it.each([DISCOVERY, '/jwks'])(
    'many concurrent ID tokens cost one failed call of %s, and for some seconds none',
    async (path) => {
      const issuer = await startEidIssuer();
      let now = HOOK;
      const mine = client(issuer, () => now);
      const token = await issuer.sign(claims(issuer));
      issuer.instead[path] = raw(503);
      const ask = () => mine.verify('mine', token, HOOKS).catch((error: unknown) => error);
      const failures = new Set(await Promise.all(Array.from({ length: 20 }, ask)));
      failures.add(await ask());
      expect([failures.size, issuer.requestedPaths.filter((asked) => asked === path).length]).toEqual([1, 1]);
      now += 5_000;
      expect(failures).not.toContain(await ask());
      expect(issuer.requestedPaths.filter((asked) => asked === path)).toHaveLength(2);
    },
  );

  it('a new key is fetched as soon as a token is signed with it', async () => {
    const issuer = await startEidIssuer();
    const mine = client(issuer);
    await mine.verify('mine', await issuer.sign(claims(issuer)), HOOKS);
    await issuer.rotate();
    const failure = await mine
      .verify('mine', await issuer.sign(claims(issuer)), HOOKS)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ subject: 'anna' });
  });
});
