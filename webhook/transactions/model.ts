import { count, counter, primaryKey, type RowOf, text, textOrNull, time, timeOrNull } from '../columns.ts';

/*
 * The words of payments that the payer approves (docs/payments.md), as types and tables, as `model.ts` has those of
 * verifications. All times are epoch milliseconds by the service's clock, unless they are said to be Kratos'.
 */

/** The state of a transaction as it is stored. One whose time is over may still be stored as `open` or `approved`. */
export type TransactionState = 'open' | 'approved' | 'consumed' | 'declined' | 'failed' | 'expired' | 'cancelled';

/** What a payer approves with, beside the session. */
export type FactorName = 'passkey' | 'sms' | 'face';

/** The state of an attempt to approve. `unavailable`: the vendor could not be asked, so it is not counted. */
export type AttemptState = 'requested' | 'started' | 'passed' | 'failed' | 'expired' | 'abandoned' | 'unavailable';

/** The table `transactions`: one row per payment. What it says of the payment never changes. */
export const transactionColumns = {
  /** A random UUID. */
  id: primaryKey(),
  clientId: text(),
  /** The payer, by Kratos' id. No reference to `identities`: a payer need not have met a hook. */
  identityId: text(),
  state: text<TransactionState>(),
  /** The payment as canonical JSON; null after its retention. */
  details: textOrNull(),
  /** SHA-256 of `details`, hex. It stays. */
  detailsHash: text(),
  /** The application's own name of the payment; null if it gave none. */
  reference: textOrNull(),
  /** Where the payer goes back to; null after the retention. */
  redirectUri: textOrNull(),
  /** 32 random bytes in base64url: a part of the challenge that a passkey signs. */
  nonce: text(),
  /** Of the request that recorded it; null if it had none. */
  idempotencyKey: textOrNull(),
  /** The `jti` of the signed hint that recorded it; null if an application's back end did. */
  hintJti: textOrNull(),
  createdAt: time(),
  /** Until when it can be approved. */
  expiresAt: time(),
  approvedAt: timeOrNull(),
  /** Until when the approval can be consumed. */
  consumeBy: timeOrNull(),
  /** When it came to an end; of an expired one its last moment, not the time at which that was stored. */
  endedAt: timeOrNull(),
  /** The session of Kratos that approved it. */
  sessionId: textOrNull(),
  /** `ApprovedFactors` as JSON. */
  factors: textOrNull(),
  /** Kratos' time of the authentication that the approval rests on. */
  authTime: timeOrNull(),
  /** The idempotency key that consumed it. */
  consumeKey: textOrNull(),
  /** The authentication code: a random UUID, made when it is consumed. */
  jti: textOrNull(),
  consumedAt: timeOrNull(),
  /** The language in which the payer saw it; null before. */
  locale: textOrNull(),
};

/** A payment that is to be approved, or was. */
export interface Transaction extends RowOf<typeof transactionColumns> {}

/** The table `attempts`: one row per attempt to approve a transaction with a factor. */
export const attemptColumns = {
  /** A random UUID. */
  id: primaryKey(),
  transactionId: text(),
  identityId: text(),
  factor: text<FactorName>(),
  state: text<AttemptState>(),
  sessionId: text(),
  startedAt: time(),
  endedAt: timeOrNull(),
  /** Kratos' id of the verified address that the code went to. */
  addressId: textOrNull(),
  /** Amount and payee as they were sent to the vendor, to be sent again at the check. */
  sentAmount: textOrNull(),
  sentPayee: textOrNull(),
  /** Codes sent so far. */
  sends: count(),
  /** Answers that were given to the vendor to check, the one under way included. */
  checks: count(),
  /** The vendor's id of a verification by SMS. */
  sid: textOrNull(),
  /** Jumio's ids of a comparison of the face. */
  accountId: textOrNull(),
  executionId: textOrNull(),
  /** Jumio's hosted link: a secret. */
  link: textOrNull(),
  linkEndsAt: timeOrNull(),
  /** When the worker next asks Jumio; null if nothing is due. */
  due: timeOrNull(),
  /** Raised with each claim, as that of an identity. */
  lease: counter(),
  leasedUntil: timeOrNull(),
  /** Callbacks of Jumio, and reads that they caused. */
  nudges: count(),
  looks: count(),
  /** What proves the approval later, as JSON: the assertion of a passkey. */
  evidence: textOrNull(),
  lastError: textOrNull(),
};

/** One attempt of a payer to approve a transaction. */
export interface ApprovalAttempt extends RowOf<typeof attemptColumns> {}

/** The table `payers`: the failures in a row of a payer, over all transactions, factors and replicas. */
export const payerColumns = {
  identityId: primaryKey(),
  /** Failures in a row, those that are being checked included. */
  failures: count(),
  /** Until when the payer approves nothing; null: not blocked. */
  blockedUntil: timeOrNull(),
  /** The day (UTC, `2026-01-31`) of `sends`; null: no code was sent. */
  sendsDay: textOrNull(),
  /** Codes sent to the payer on that day. */
  sends: count(),
};

/** The failures and the block of a payer. */
export interface PayerRow extends RowOf<typeof payerColumns> {}

/** The table `signing_keys`: the ES256 keys of approvals. */
export const signingKeyColumns = {
  /** Random, so that a ledger that was restored never gives one id to two keys. */
  kid: primaryKey(),
  /** The private key as a JWK (RFC 7517): a secret. */
  privateJwk: text(),
  publicJwk: text(),
  madeAt: time(),
  /** Before this time it is only published, so that every verifier knows it by then. */
  signsFrom: time(),
  /** From this time on it is no longer published; null: a newer key does not sign yet. */
  publishedUntil: timeOrNull(),
  /** When an operator withdrew it; null: nobody did. */
  revokedAt: timeOrNull(),
};

/** A key that signs approvals. */
export interface SigningKeyRow extends RowOf<typeof signingKeyColumns> {}

/** One element of an authentication, by its category and its kind, e.g. `{possession: 'sms_otp'}`. */
export type AuthenticationFactor = Readonly<Record<string, string>>;

/** What approved a transaction, as the approval says it: RFC 8176's words, and the elements by category. */
export interface ApprovedFactors {
  readonly amr: readonly string[];
  readonly authenticationFactors: readonly AuthenticationFactor[];
}
