import { createHash } from 'node:crypto';
import type { Transaction } from '../model.ts';

/** The name of this way to make a challenge. Another way gets another name, so that no signature fits both. */
const SCHEME = 'approve/1';

/**
 * Returns what a passkey signs to approve a payment, base64url: the SHA-256 of scheme, id, details and nonce as they are
 * recorded, with a zero byte between them, which none of them has. Whoever knows them can verify later that this key
 * signed exactly this payment (docs/payments.md#what-a-passkey-signs).
 */
export function approvalChallenge({ id, nonce }: Pick<Transaction, 'id' | 'nonce'>, details: string): string {
  return createHash('sha256').update([SCHEME, id, details, nonce].join('\0')).digest('base64url');
}
