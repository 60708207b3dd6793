import { generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { verifyAssertion } from '../../../webhook/passkey/verify.ts';
import { createAuthenticator } from '../../support/passkey/authenticator.ts';
import { median } from '../load.ts';
import { PUBLIC_URL } from './settings.ts';

const RUNS = Number(process.env.BENCH_LOADS ?? 300) * 5;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** An assertion of a passkey beside a signature that `jose` verifies, in turns. */
export async function benchVerifying(print: (line: string) => void): Promise<void> {
  const phone = createAuthenticator();
  const asked = { challenge: 'dGhlIHBheW1lbnQ', origin: PUBLIC_URL, rpId: 'example.com' };
  const expected = { ...asked, key: phone.passkey, userHandle: phone.userHandle, isDeviceBound: false };
  const assertion = phone.get(asked);
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const token = await new SignJWT({ sub: 'x' }).setProtectedHeader({ alg: 'ES256' }).sign(privateKey);
  const works = {
    passkey: async () => {
      if ((await verifyAssertion(assertion, expected)).kind !== 'verified') throw new Error('it was refused');
    },
    jose: () => jwtVerify(token, publicKey),
  };
  const times = { passkey: [] as number[], jose: [] as number[] };
  for (let n = 0; n < 2 * RUNS; n += 1)
    for (const name of ['passkey', 'jose'] as const) {
      const ms = await timed(works[name]);
      if (n >= RUNS) times[name].push(ms);
    }
  const [ours, theirs] = [median(times.passkey), median(times.jose)];
  print(
    `an assertion of a passkey / ES256 by jose    ${(ours / theirs).toFixed(1)}  (${ours.toFixed(2)} ms / ${theirs.toFixed(2)} ms)  aim under 10`,
  );
}
