import type { Snapshot, Verification } from '../ledger/types.ts';
import { BLANK_ATTEMPT, BLANK_IDENTITY } from './blank.ts';

/** The longest pause between two tries to delete an account at Jumio. */
const LONGEST_MS = 15 * 60_000;

/** An account that Jumio still has is a debt: to be deleted, whatever else was planned for the attempt. */
function deletionDue({ accountId, readDue }: Verification, now: number): number | null {
  return accountId === null ? null : Math.min(readDue ?? now, now + LONGEST_MS);
}

function forgotten(row: Verification, now: number): Verification {
  const state = row.decision === null ? 'expired' : 'decided';
  return { ...row, ...BLANK_ATTEMPT, state, readDue: deletionDue(row, now) };
}

/**
 * What may be left of an erased identity: its standing, and what is still owed. Applied to every change, so that
 * whatever was under way when it was erased, or comes later, brings nothing back.
 */
export function tombstone(snapshot: Snapshot, now: number): Snapshot {
  if (snapshot.identity.erasedAt === null) return snapshot;
  const verifications = snapshot.verifications.map((row) => forgotten(row, now));
  return { identity: { ...snapshot.identity, ...BLANK_IDENTITY }, verifications };
}
