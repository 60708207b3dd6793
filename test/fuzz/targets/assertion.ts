import fc from 'fast-check';
import { type Assertion, verifyAssertion } from '../../../webhook/passkey/verify.ts';
import { readAssertion } from '../../../webhook/transactions/index.ts';
import { createAuthenticator } from '../../support/passkey/authenticator.ts';
import { mostly } from '../grammar.ts';
import { accepted, mustHold, refused, type Target } from '../target.ts';

const ASKED = { challenge: 'dGhlIHBheW1lbnQ', origin: 'https://verify.example.com', rpId: 'example.com' };

const phone = createAuthenticator();

const genuine = phone.get(ASKED, { counter: 7 });

/** What this key signs for somebody else's purposes. */
const others: readonly Assertion[] = [
  phone.get({ ...ASKED, challenge: 'YW5vdGhlcg' }),
  phone.get({ ...ASKED, origin: 'https://evil.example.com' }),
  phone.get({ ...ASKED, rpId: 'evil.example.com' }),
  phone.get(ASKED, { isUserVerified: false }),
  phone.get(ASKED, { isSynchronisable: true }),
];

function bytesOf({ authenticatorData, clientDataJSON }: Assertion): string {
  return [authenticatorData, clientDataJSON].map((text) => Buffer.from(text, 'base64url').toString('hex')).join();
}

function either(member: keyof Assertion) {
  return mostly(...[genuine, ...others].map((assertion) => assertion[member] ?? ''));
}

/** The field in which a browser sends what an authenticator signed: nothing that was not signed for this page is verified. */
export async function assertions(): Promise<Target> {
  const expected = { ...ASKED, key: phone.passkey, userHandle: phone.userHandle, isDeviceBound: true };
  // The library is loaded with the first one, which takes longer than a case may.
  mustHold((await verifyAssertion(genuine, expected)).kind === 'verified', 'a genuine assertion is refused');
  return {
    name: 'assertion',
    share: 2,
    seeds: [genuine, ...others].map((assertion) => JSON.stringify(assertion)),
    dictionary: ['userHandle', 'null', 'webauthn.get', genuine.signature, genuine.clientDataJSON],
    fresh: fc
      .record({
        credentialId: either('credentialId'),
        authenticatorData: either('authenticatorData'),
        clientDataJSON: either('clientDataJSON'),
        signature: either('signature'),
        userHandle: either('userHandle'),
      })
      .map((assertion) => JSON.stringify(assertion)),
    longest: 16_384,
    limitMs: 100,
    run: async (input) => {
      const assertion = readAssertion(input);
      if (assertion === undefined) return refused('no-answer');
      const judged = await verifyAssertion(assertion, expected);
      if (judged.kind === 'refused') return refused(judged.flaw);
      mustHold(bytesOf(assertion) === bytesOf(genuine), 'something is verified that was not signed for this');
      return accepted(judged);
    },
  };
}
