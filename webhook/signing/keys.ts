import { randomUUID } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWTPayload, SignJWT } from 'jose';
import { z } from 'zod';
import { LedgerDamaged, LedgerUnavailable } from '../errors.ts';
import type { TransactionLedger } from '../ledger/transactions/transaction-ledger.ts';
import type { SigningKeyRow } from '../transactions/model.ts';
import {
  isNextDue,
  type NewSigningKey,
  publishedKeys,
  type SigningKeyState,
  signingKey,
  stateOfKey,
  withLeak,
  withNextKey,
  withoutKey,
  withRotation,
} from './lifecycle.ts';

/** The one algorithm: ECDSA on P-256 with SHA-256 (RFC 7518 §3.4). */
export const ALGORITHM = 'ES256';

/** Each process reads the keys anew after this time. */
const FRESH_MS = 2_000;

const publicJwk = z.strictObject({ kty: z.literal('EC'), crv: z.literal('P-256'), x: z.string(), y: z.string() });

const privateJwk = publicJwk.extend({ d: z.string() });

/** A key of `/.well-known/jwks.json` (RFC 7517). */
export interface PublishedKey extends z.infer<typeof publicJwk> {
  readonly kid: string;
  readonly use: 'sig';
  readonly alg: typeof ALGORITHM;
}

/** A key as operators see it: never its private part. */
export interface SigningKeyInfo extends Pick<SigningKeyRow, 'kid' | 'madeAt' | 'signsFrom' | 'publishedUntil'> {
  readonly state: SigningKeyState;
  readonly revokedAt: number | null;
}

/** The keys that sign approvals. They are made and rotated by themselves, by whichever replica sees that it is time. */
export interface SigningKeys {
  /** Signs claims as a JWT (RFC 7519) whose header says its `typ`, by the key that the ledger names at this moment. */
  sign(claims: JWTPayload, typ: string, now: number): Promise<string>;
  /** Returns the keys that verify, as of at most two seconds ago. Where the ledger cannot be read: as they were last seen. */
  published(now: number): Promise<PublishedKey[]>;
  list(now: number): Promise<SigningKeyInfo[]>;
  /** Makes the next key before its time; changes nothing if it is published already. `leaked`: a new one signs at once, and every other is withdrawn. */
  rotate(now: number, rotation: { readonly by: string; readonly leaked: boolean }): Promise<SigningKeyInfo[]>;
  /** Withdraws a key at once; undefined: there is no such key, or it is withdrawn or no longer published. */
  revoke(now: number, kid: string, by: string): Promise<SigningKeyInfo[] | undefined>;
}

/** Makes a key, of the members of RFC 7518 §6.2 alone: neither `kid` nor what a runtime adds. */
async function newKey(): Promise<NewSigningKey> {
  const pair = await generateKeyPair(ALGORITHM, { extractable: true });
  const { kty, crv, x, y, d } = await exportJWK(pair.privateKey);
  const whole = privateJwk.parse({ kty, crv, x, y, d });
  return {
    kid: randomUUID(),
    privateJwk: JSON.stringify(whole),
    publicJwk: JSON.stringify(publicJwk.parse({ kty, crv, x, y })),
  };
}

function parsed<T>(schema: z.ZodType<T>, kid: string, text: string): T {
  const expected = `the signing key "${kid}" must be a JWK of P-256`;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new LedgerDamaged(`${expected}, and is none`);
  }
}

function infosOf(rows: readonly SigningKeyRow[], now: number): SigningKeyInfo[] {
  return rows.map((row) => {
    const { kid, madeAt, signsFrom, publishedUntil, revokedAt } = row;
    return { kid, madeAt, signsFrom, publishedUntil, revokedAt, state: stateOfKey(rows, row, now) };
  });
}

/** Returns the signing keys of a ledger. Reads nothing before the first use. */
export function createSigningKeys(ledger: Pick<TransactionLedger, 'signingKeys' | 'changeSigningKeys'>): SigningKeys {
  let known: readonly SigningKeyRow[] | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<readonly SigningKeyRow[]> | undefined;
  const imported = new Map<string, Promise<CryptoKey | Uint8Array>>();

  function keep(rows: readonly SigningKeyRow[]): readonly SigningKeyRow[] {
    known = rows;
    readAt = performance.now();
    return rows;
  }

  async function makeNext(now: number): Promise<readonly SigningKeyRow[]> {
    const made = await newKey();
    return keep(
      await ledger.changeSigningKeys(now, (rows) => {
        const next = withNextKey(rows, made, now);
        return next && { rows: next, event: { kind: 'signing_key_made', detail: { key: made.kid } } };
      }),
    );
  }

  async function read(now: number): Promise<readonly SigningKeyRow[]> {
    const rows = await ledger.signingKeys();
    // Kept once they are whole: whoever comes while the first key is being made waits for it.
    if (!isNextDue(rows, now)) return keep(rows);
    // The next key is due for days before it is needed, so a ledger that cannot be written matters only while there is no key at all.
    return makeNext(now).catch((error: unknown) => {
      if (rows.length > 0 && error instanceof LedgerUnavailable) return keep(rows);
      throw error;
    });
  }

  async function refreshed(now: number): Promise<readonly SigningKeyRow[]> {
    const before = known;
    try {
      return await read(now);
    } catch (error) {
      if (before !== undefined && error instanceof LedgerUnavailable) return keep(before);
      throw error;
    } finally {
      reading = undefined;
    }
  }

  /** Of concurrent requests one reads the keys. */
  async function current(now: number): Promise<readonly SigningKeyRow[]> {
    if (known !== undefined && performance.now() - readAt < FRESH_MS) return known;
    reading ??= refreshed(now);
    return reading;
  }

  function privateKey({ kid, privateJwk: text }: SigningKeyRow): Promise<CryptoKey | Uint8Array> {
    const key = imported.get(kid) ?? importJWK(parsed(privateJwk, kid, text), ALGORITHM);
    imported.set(kid, key);
    return key;
  }

  return {
    sign: async (claims, typ, now) => {
      // Not of what was read before: a key that was revoked a moment ago must not sign, in no replica.
      const row = signingKey(await read(now), now);
      if (row === undefined) throw new LedgerDamaged('the table "signing_keys" has no key that signs');
      return new SignJWT(claims).setProtectedHeader({ alg: ALGORITHM, kid: row.kid, typ }).sign(await privateKey(row));
    },
    published: async (now) =>
      publishedKeys(await current(now), now).map(({ kid, publicJwk: text }) => {
        return { ...parsed(publicJwk, kid, text), kid, use: 'sig', alg: ALGORITHM };
      }),
    list: async (now) => infosOf(await ledger.signingKeys(), now),
    rotate: async (now, { by, leaked }) => {
      const made = await newKey();
      const rows = await ledger.changeSigningKeys(now, (before) => {
        const changed = leaked ? withLeak(before, made, now) : withRotation(before, made, now);
        const detail = { by, leaked, key: made.kid };
        return changed && { rows: changed, event: { kind: 'signing_keys_rotated', detail } };
      });
      return infosOf(keep(rows), now);
    },
    revoke: async (now, kid, by) => {
      // Used only if the key that signs is withdrawn, and no other can take its place.
      const made = await newKey();
      let isRevoked = false;
      const rows = await ledger.changeSigningKeys(now, (before) => {
        const changed = withoutKey(before, kid, made, now);
        isRevoked = changed !== undefined;
        return changed && { rows: changed, event: { kind: 'signing_key_revoked', detail: { by, key: kid } } };
      });
      return isRevoked ? infosOf(keep(rows), now) : undefined;
    },
  };
}
