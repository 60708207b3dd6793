import type { JumioResult } from '../../jumio/result.ts';
import type { FactorResult } from '../factor.ts';
import type { ApprovalAttempt, ApprovedFactors } from '../model.ts';
import type { FacePress } from './kept.ts';

/** The password of the session, and the face that Jumio compared (RFC 8176). */
const FACTORS: ApprovedFactors = {
  amr: ['pwd', 'face', 'mfa'],
  authenticationFactors: [{ knowledge: 'password' }, { inherence: 'face_external' }],
};

/** What a status of Jumio means for a comparison. `ended`: nobody used the link. */
export type FaceStatus = 'progress' | 'processed' | 'ended' | 'unknown';

/** Returns what a status means (docs/reference/jumio.md#63-status-values). */
export function meaningOf(status: string): FaceStatus {
  switch (status) {
    case 'INITIATED':
    case 'ACQUISITION_STARTED':
    case 'ACQUIRED':
      return 'progress';
    case 'PROCESSED':
      return 'processed';
    case 'SESSION_EXPIRED':
    case 'TOKEN_EXPIRED':
      return 'ended';
    default:
      return 'unknown';
  }
}

/** What a result is compared with. */
export interface Expected {
  readonly attempt: Pick<ApprovalAttempt, 'accountId' | 'executionId' | 'identityId'>;
  /** By every key that the attempt may have been started with. */
  readonly references: readonly string[];
  /** Undefined: the attempt has ended, and keeps it no more. */
  readonly press: FacePress | undefined;
}

/** Whether a result is of this comparison: its execution, account, references and workflow. Any other decides nothing. */
export function isOurs(result: JumioResult, { attempt, references, press }: Expected): boolean {
  return (
    result.executionId === attempt.executionId &&
    result.accountId === attempt.accountId &&
    result.customerInternalReference === attempt.identityId &&
    result.userReference !== undefined &&
    references.includes(result.userReference) &&
    (press === undefined || result.definitionKey === press.workflowKey)
  );
}

/**
 * Returns what a processed comparison means for its attempt; undefined: no word that is documented, so nothing. A warning is no
 * approval: nobody reviews it while the person waits.
 * @param authTime of the password beside it, epoch milliseconds
 */
export function judgeFace({ decision }: Pick<JumioResult, 'decision'>, authTime: number): FactorResult | undefined {
  if (decision === undefined) return undefined;
  switch (decision.type) {
    case 'PASSED':
      return { kind: 'passed', factors: FACTORS, authTime };
    case 'WARNING':
    case 'REJECTED':
      return { kind: 'failed', isLast: true };
    // Jumio has no face to compare with, or could not compare: it is no failure of the person.
    case 'NOT_EXECUTED':
      return { kind: 'unanswered', ends: 'unavailable' };
    case 'UNKNOWN':
      return undefined;
    default:
      return decision.type satisfies never;
  }
}
