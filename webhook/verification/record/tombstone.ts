import { forgottenOf } from '../../columns.ts';
import {
  type Identity,
  type IdentityRecord,
  identityColumns,
  type Verification,
  verificationColumns,
} from '../../model.ts';

/** Nothing of an eID is to be read. */
export const NO_EID_CHECK = {
  eidCheck: 0,
  eidReportedSince: null,
  eidReportedAt: null,
  eidDue: null,
  eidFailures: 0,
} as const satisfies Partial<Identity>;

const FORGOTTEN_IDENTITY = forgottenOf(identityColumns);

const FORGOTTEN_VERIFICATION = forgottenOf(verificationColumns);

/** The longest pause between two tries to delete an account at Jumio. */
const LONGEST_MS = 15 * 60_000;

/** An account that Jumio still has is a debt: to be deleted, whatever else was planned for the attempt. */
function deletionDue({ accountId, readDue }: Verification, now: number): number | null {
  return accountId === null ? null : Math.min(readDue ?? now, now + LONGEST_MS);
}

function forgotten(row: Verification, now: number): Verification {
  const state = row.decision === null ? 'expired' : 'decided';
  return { ...row, ...FORGOTTEN_VERIFICATION, state, readDue: deletionDue(row, now) };
}

/**
 * What may be left of an erased identity: its standing, and what is still owed. Applied to every change, so that
 * whatever was under way when it was erased, or comes later, brings nothing back.
 */
export function tombstone(record: IdentityRecord, now: number): IdentityRecord {
  if (record.identity.erasedAt === null) return record;
  const verifications = record.verifications.map((row) => forgotten(row, now));
  return { identity: { ...record.identity, ...FORGOTTEN_IDENTITY }, verifications };
}
