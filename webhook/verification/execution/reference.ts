import { createHmac, timingSafeEqual } from 'node:crypto';

const SHAPE = /^1\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.[A-Za-z0-9_-]{43}$/;

/**
 * Returns the signed reference of a verification: `1.<verification id>.<mac>`, 82 characters (docs/design.md#reference). Jumio
 * gets it as `userReference` and returns it in the callback.
 */
export function mintReference(key: Buffer, verificationId: string): string {
  const signed = `1.${verificationId}`;
  return `${signed}.${createHmac('sha256', key).update(signed, 'ascii').digest('base64url')}`;
}

/**
 * Returns the verification id of a reference, undefined if its MAC is of none of the keys. Compares text, in constant time: the last
 * base64url character has two unused bits, so a comparison of decoded bytes would accept four spellings.
 */
export function readReference(keys: readonly Buffer[], reference: string): string | undefined {
  const id = SHAPE.exec(reference)?.[1];
  if (id === undefined) return undefined;
  const seen = Buffer.from(reference);
  return keys.some((key) => timingSafeEqual(Buffer.from(mintReference(key, id)), seen)) ? id : undefined;
}
