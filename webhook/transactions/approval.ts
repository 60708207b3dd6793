import { z } from 'zod';
import type { ApprovedFactors, Transaction } from './model.ts';
import type { Payment } from './payment/details.ts';

/** An approval is valid for so many seconds: the application verifies it and pays at once. */
const VALID_S = 300;

/** The `typ` of an approval. */
export const APPROVAL_TYPE = 'approval+jwt';

/** The claims of an approval, by the registered names (docs/payments.md#the-approval). */
export type ApprovalClaims = {
  readonly iss: string;
  readonly aud: string;
  readonly sub: string;
  readonly sid: string;
  readonly iat: number;
  readonly exp: number;
  /** The authentication code. */
  readonly jti: string;
  readonly txn: string;
  readonly reference?: string;
  readonly auth_time: number;
  readonly acr: string;
  readonly amr: readonly string[];
  readonly authentication_factors: ApprovedFactors['authenticationFactors'];
  readonly authorization_details: readonly [Payment];
};

const factorsWire = z.object({
  amr: z.array(z.string()),
  authenticationFactors: z.array(z.record(z.string(), z.string())),
});

/** Returns what approved a transaction as it is stored. */
export function storedFactors({ amr, authenticationFactors }: ApprovedFactors): string {
  return JSON.stringify({ amr, authenticationFactors });
}

function seconds(ms: number): number {
  return Math.floor(ms / 1_000);
}

/**
 * Returns the claims of the approval of a consumed transaction: the same ones however often it is asked.
 * @param payment what the application is about to pay, which was compared with the record
 * @throws Error if the row is not that of a consumed transaction
 */
export function approvalClaims(
  transaction: Transaction,
  payment: Payment,
  { issuer, acr }: { readonly issuer: string; readonly acr: string },
): ApprovalClaims {
  const { id, clientId, identityId, reference, sessionId, factors, authTime, jti, consumedAt } = transaction;
  if (sessionId === null || factors === null || authTime === null || jti === null || consumedAt === null)
    throw new Error('a consumed transaction lacks what it was approved with');
  const approved = factorsWire.parse(JSON.parse(factors));
  return {
    iss: issuer,
    aud: clientId,
    sub: identityId,
    sid: sessionId,
    iat: seconds(consumedAt),
    exp: seconds(consumedAt) + VALID_S,
    jti,
    txn: id,
    ...(reference === null ? {} : { reference }),
    auth_time: seconds(authTime),
    acr,
    amr: approved.amr,
    authentication_factors: approved.authenticationFactors,
    authorization_details: [payment],
  };
}
