import { describe, expect, it } from 'vitest';
import { type Assertion, type ExpectedAssertion, verifyAssertion } from '../../../webhook/passkey/verify.ts';
import { type Asked, type Behaviour, createAuthenticator } from '../../support/passkey/authenticator.ts';

const ASKED: Asked = { challenge: 'dGhlIHBheW1lbnQ', origin: 'https://verify.example.com', rpId: 'example.com' };

const phone = createAuthenticator();

function expectedOf(patch: Partial<ExpectedAssertion> = {}): ExpectedAssertion {
  const { passkey: key, userHandle } = phone;
  return { ...ASKED, key, userHandle, isDeviceBound: false, ...patch };
}

function judge(assertion: Assertion, patch: Partial<ExpectedAssertion> = {}) {
  return verifyAssertion(assertion, expectedOf(patch));
}

const refused = (flaw: string) => ({ kind: 'refused', flaw });

/**
 * The places of the numbers r and s in a signature of ECDSA (RFC 3279): sequence, length, and twice integer, length, number.
 * What stands around them is no part of what is signed: one changed bit of a length may still be read as the same numbers.
 */
function placesOfNumbers(signature: Buffer): number[] {
  const r = 4;
  const afterR = r + (signature[r - 1] ?? 0);
  const s = afterR + 2;
  const places = [...signature.keys()];
  return [...places.slice(r, afterR), ...places.slice(s, s + (signature[s - 1] ?? 0))];
}

describe('an assertion', () => {
  it('of the right key for the right page is verified', async () => {
    expect(await judge(phone.get(ASKED))).toEqual({ kind: 'verified', isSynchronisable: false });
  });

  it('of a key that can be copied is verified, and says so', async () => {
    const key = { ...phone.passkey, isSynchronisable: true };
    const assertion = phone.get(ASKED, { isSynchronisable: true });
    expect(await judge(assertion, { key })).toEqual({ kind: 'verified', isSynchronisable: true });
  });

  it('without the owner, as a security key sends it, is verified', async () => {
    const { userHandle: _, ...without } = phone.get(ASKED);
    expect(await judge(without)).toMatchObject({ kind: 'verified' });
  });

  it.each<[string, Partial<Asked>, Behaviour, string]>([
    ['for another challenge', { challenge: 'YW5vdGhlciBwYXltZW50' }, {}, 'challenge'],
    ['for a page of another origin', { origin: 'https://evil.example.com' }, {}, 'origin'],
    ['for the same host over http', { origin: 'http://verify.example.com' }, {}, 'origin'],
    ['for another relying party', { rpId: 'verify.example.com' }, {}, 'relying-party'],
    ['without user verification', {}, { isUserVerified: false }, 'user-verification'],
    ['without the user', {}, { isUserPresent: false }, 'user-verification'],
    ['of a registration', {}, { type: 'webauthn.create' }, 'unreadable'],
    ['of another owner', {}, { userHandle: 'c29tZWJvZHk' }, 'owner'],
    ['of a key that was not synchronisable', {}, { isSynchronisable: true }, 'synchronised'],
  ])('%s is refused', async (_name, asked, behaviour, flaw) => {
    expect(await judge(phone.get({ ...ASKED, ...asked }, behaviour))).toEqual(refused(flaw));
  });

  it('of another credential is refused, under its own id and under the right one', async () => {
    const other = createAuthenticator().get(ASKED, { userHandle: phone.userHandle });
    expect(await judge(other)).toEqual(refused('owner'));
    expect(await judge({ ...other, credentialId: phone.passkey.id })).toEqual(refused('signature'));
  });

  it.each([
    ['below the stored one', 6],
    ['that is the stored one', 7],
    ['that is 0 where the stored one is not', 0],
  ])('with a counter %s is refused', async (_name, counter) => {
    const key = { ...phone.passkey, signCount: 7 };
    expect(await judge(phone.get(ASKED, { counter }), { key })).toEqual(refused('counter'));
  });

  it('with a counter above the stored one, or none where there never was one, is verified', async () => {
    const key = { ...phone.passkey, signCount: 7 };
    expect(await judge(phone.get(ASKED, { counter: 8 }), { key })).toMatchObject({ kind: 'verified' });
    expect(await judge(phone.get(ASKED, { counter: 0 }))).toMatchObject({ kind: 'verified' });
  });

  it('of a synchronised key is refused where keys must be bound to a device, whatever Kratos has stored', async () => {
    const assertion = phone.get(ASKED, { isSynchronisable: true });
    const { isSynchronisable: _, ...old } = phone.passkey;
    for (const key of [{ ...phone.passkey, isSynchronisable: true }, old]) {
      expect(await judge(assertion, { key, isDeviceBound: true })).toEqual(refused('synchronised'));
      expect(await judge(assertion, { key })).toMatchObject({ kind: 'verified' });
    }
    expect(await judge(phone.get(ASKED), { key: old, isDeviceBound: true })).toMatchObject({ kind: 'verified' });
  });

  it.each(['authenticatorData', 'clientDataJSON', 'signature'] as const)(
    'with one changed bit anywhere in its %s is refused',
    async (member) => {
      const assertion = phone.get(ASKED, { counter: 1 });
      const bytes = Buffer.from(assertion[member], 'base64url');
      for (const place of member === 'signature' ? placesOfNumbers(bytes) : bytes.keys()) {
        const changed = Buffer.from(bytes);
        changed.writeUInt8((changed[place] ?? 0) ^ 0x01, place);
        const judged = await judge({ ...assertion, [member]: changed.toString('base64url') });
        expect(judged.kind, `byte ${place}`).toBe('refused');
      }
    },
  );

  it.each([
    ['no authenticator data', { authenticatorData: 'AAAA' }],
    ['no client data', { clientDataJSON: 'AAAA' }],
    ['client data that are JSON of nothing', { clientDataJSON: Buffer.from('null').toString('base64url') }],
    ['a signature that is none', { signature: 'AAAA' }],
    ['a signature that is no base64url', { signature: '€' }],
  ])('with %s is refused, and nothing is thrown', async (_name, patch) => {
    expect(await judge({ ...phone.get(ASKED), ...patch })).toMatchObject({ kind: 'refused' });
  });

  it('for a stored key that is none is refused, and nothing is thrown', async () => {
    const key = { ...phone.passkey, publicKey: 'AAAA' };
    expect(await judge(phone.get(ASKED), { key })).toMatchObject({ kind: 'refused' });
  });
});
