import type { IdentityRecord } from '../../model.ts';
import { standingOf } from './standing.ts';

/**
 * Returns Jumio's account that has the face of an approved person; undefined: Jumio did not approve them, or they have withdrawn
 * their consent, or were erased.
 */
export function referenceFace(record: IdentityRecord): string | undefined {
  const { erasedAt, declinedAt } = record.identity;
  if (erasedAt !== null || declinedAt !== null) return undefined;
  const standing = standingOf(record);
  if (standing?.status !== 'approved' || standing.by?.source !== 'jumio') return undefined;
  return standing.by.accountId ?? undefined;
}
