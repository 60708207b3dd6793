import { forgottenOf } from '../../columns.ts';
import {
  type Identity,
  type IdentityRecord,
  identityColumns,
  type Verification,
  verificationColumns,
} from '../../model.ts';

/** The columns of the check of eIDs when no check is due. */
export const NO_EID_CHECK = {
  eidCheck: 'none',
  eidReportedSince: null,
  eidReportedAt: null,
  eidDue: null,
  eidFailures: 0,
} as const satisfies Partial<Identity>;

/** The columns that model.ts marks as `forgotten`, with their blank values. */
const FORGOTTEN_IDENTITY = forgottenOf(identityColumns);

const FORGOTTEN_VERIFICATION = forgottenOf(verificationColumns);

/** The longest pause between two tries to delete an account at Jumio, in milliseconds. */
const LONGEST_MS = 15 * 60_000;

/** When to delete the account that Jumio still has, whatever else was due for the attempt; null if it has none. */
function deletionDue({ accountId, readDue }: Verification, now: number): number | null {
  return accountId === null ? null : Math.min(readDue ?? now, now + LONGEST_MS);
}

function forgetAttempt(row: Verification, now: number): Verification {
  const state = row.decision === null ? 'expired' : 'decided';
  return { ...row, ...FORGOTTEN_VERIFICATION, state, readDue: deletionDue(row, now) };
}

/**
 * Returns what may be left of an erased identity: its standing, and what is still to be done at Jumio and Kratos. Any other
 * record is returned as it is. Applied to every change, so that results of work that was under way store nothing again.
 */
export function tombstone(record: IdentityRecord, now: number): IdentityRecord {
  if (record.identity.erasedAt === null) return record;
  const verifications = record.verifications.map((row) => forgetAttempt(row, now));
  return { identity: { ...record.identity, ...FORGOTTEN_IDENTITY }, verifications };
}
