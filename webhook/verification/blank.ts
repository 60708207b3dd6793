import type { Identity, Verification } from '../ledger/types.ts';

/** Nothing of an eID is to be read. */
export const NOTHING_OWED = {
  evidence: 0,
  evidenceSince: null,
  evidenceAt: null,
  evidenceDue: null,
  evidenceTries: 0,
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
  invited: 0,
  grantedFrom: null,
  ...NOTHING_OWED,
  evidenceShort: 0,
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
  renew: 0,
  parked: 0,
  prepared: 0,
  link: null,
  linkEndsAt: null,
  sdkToken: null,
  transactionToken: null,
  preparedDue: null,
  preparedTries: 0,
  preparedUrl: null,
} as const satisfies Partial<Verification>;
