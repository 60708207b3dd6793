import type { Identity, IdentityRecord, Verification } from '../../model.ts';

/** Nothing of an eID is to be read. */
export const NO_EID_CHECK = {
  eidCheck: 0,
  eidReportedSince: null,
  eidReportedAt: null,
  eidDue: null,
  eidFailures: 0,
} as const satisfies Partial<Identity>;

/** What of an identity is not known when we meet it, and is forgotten when it is erased. */
export const BLANK_IDENTITY = {
  returnTo: null,
  schemaId: null,
  locale: null,
  consentVersion: null,
  consentLanguage: null,
  consentAt: null,
  declinedAt: null,
  awaitingConsent: 0,
  attemptGrantedAt: null,
  ...NO_EID_CHECK,
  eidInsufficient: 0,
  content: null,
  priority: 0,
} as const satisfies Partial<Identity>;

/** What an attempt has not got when it is asked for, and has no more when its identity is erased. */
export const BLANK_ATTEMPT = {
  level: null,
  decisionLabel: null,
  riskScore: null,
  reason: null,
  claimedStatus: null,
  renewalRequested: 0,
  createRefused: 0,
  prefill: 0,
  link: null,
  linkEndsAt: null,
  sdkToken: null,
  transactionToken: null,
  prefillDue: null,
  prefillTries: 0,
  prefillUrl: null,
} as const satisfies Partial<Verification>;

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
export function tombstone(record: IdentityRecord, now: number): IdentityRecord {
  if (record.identity.erasedAt === null) return record;
  const verifications = record.verifications.map((row) => forgotten(row, now));
  return { identity: { ...record.identity, ...BLANK_IDENTITY }, verifications };
}
