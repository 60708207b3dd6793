import { createHmac, timingSafeEqual } from 'node:crypto';

const SHAPE = /^1\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.[A-Za-z0-9_-]{43}$/;

/**
 * The signed reference that travels to Jumio as `userReference` and back in the callback: `1.<verification id>.<mac>`,
 * 82 characters (docs/design.md#reference).
 */
export function mintReference(key: Buffer, verificationId: string): string {
  const signed = `1.${verificationId}`;
  return `${signed}.${createHmac('sha256', key).update(signed, 'ascii').digest('base64url')}`;
}

/**
 * The verification id of a reference that we minted, or undefined. Compared as text and in constant time: the last
 * base64url character has two unused bits, so that comparing decoded bytes would accept four spellings.
 */
export function readReference(key: Buffer, reference: string): string | undefined {
  const id = SHAPE.exec(reference)?.[1];
  if (id === undefined) return undefined;
  return timingSafeEqual(Buffer.from(mintReference(key, id)), Buffer.from(reference)) ? id : undefined;
}
