import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { Passkey } from '../../../webhook/kratos/types.ts';
import type { Assertion } from '../../../webhook/passkey/verify.ts';

/** What a browser and its authenticator are asked for, and how they may behave. */
export interface Asked {
  /** base64url. */
  readonly challenge: string;
  readonly origin: string;
  readonly rpId: string;
}

/** How this authenticator behaves; by default well. */
export interface Behaviour {
  readonly isUserPresent?: boolean;
  readonly isUserVerified?: boolean;
  readonly isSynchronisable?: boolean;
  readonly counter?: number;
  readonly type?: string;
  readonly userHandle?: string;
}

/** An authenticator in software: one ES256 key, and assertions as WebAuthn describes them, written with `node:crypto` alone. */
export interface Authenticator {
  readonly passkey: Passkey;
  readonly userHandle: string;
  readonly get: (asked: Asked, behaviour?: Behaviour) => Assertion;
}

const [PRESENT, VERIFIED, ELIGIBLE] = [0x01, 0x04, 0x08];

/** A COSE key (RFC 9052): `{1: 2, 3: -7, -1: 1, -2: x, -3: y}`, as CBOR by hand. */
function coseKey(x: Buffer, y: Buffer): Buffer {
  const head = Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01]);
  return Buffer.concat([head, Buffer.from([0x21, 0x58, 0x20]), x, Buffer.from([0x22, 0x58, 0x20]), y]);
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function authenticatorData({ rpId }: Asked, behaviour: Behaviour): Buffer {
  const { isUserPresent = true, isUserVerified = true, isSynchronisable = false, counter = 0 } = behaviour;
  const flags = (isUserPresent ? PRESENT : 0) | (isUserVerified ? VERIFIED : 0) | (isSynchronisable ? ELIGIBLE : 0);
  const tail = Buffer.alloc(5);
  tail.writeUInt8(flags, 0);
  tail.writeUInt32BE(counter, 1);
  return Buffer.concat([sha256(Buffer.from(rpId)), tail]);
}

/**
 * Makes an authenticator with one passkey.
 * @param stored how Kratos keeps it, beside id and key
 */
export function createAuthenticator(stored: Partial<Passkey> = {}): Authenticator {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const id = randomBytes(32).toString('base64url');
  const owner = randomBytes(64).toString('base64url');
  const cose = coseKey(Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url'));
  return {
    userHandle: owner,
    passkey: {
      id,
      publicKey: cose.toString('base64url'),
      signCount: 0,
      addedAt: 0,
      isSynchronisable: false,
      ...stored,
    },
    get: (asked, behaviour = {}) => {
      const { type = 'webauthn.get', userHandle = owner } = behaviour;
      const { challenge, origin } = asked;
      const clientData = Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
      const data = authenticatorData(asked, behaviour);
      const signature = sign('sha256', Buffer.concat([data, sha256(clientData)]), privateKey);
      return {
        credentialId: id,
        authenticatorData: data.toString('base64url'),
        clientDataJSON: clientData.toString('base64url'),
        signature: signature.toString('base64url'),
        userHandle,
      };
    },
  };
}
