import type { JumioResult } from '../jumio/result.ts';
import type { Reason, Verdict } from '../ledger/types.ts';

/** What an answer of Jumio's retrieval API means for the verification that it belongs to (the table of design §3). */
export type Decision =
  | { readonly kind: 'decided'; readonly status: string; readonly verdict: Verdict; readonly reason: Reason | null }
  | { readonly kind: 'expired'; readonly status: string }
  | { readonly kind: 'progress'; readonly status: string }
  /** A word that is not documented: changes nothing. */
  | { readonly kind: 'unknown'; readonly word: string };

/** Reads Jumio's word alone, as the status call gives it. A terminal one says nothing yet: the details do. */
export function readStatus(status: string): Decision {
  switch (status) {
    case 'INITIATED':
    case 'ACQUISITION_STARTED':
    case 'ACQUIRED':
    case 'PROCESSED':
      return { kind: 'progress', status };
    case 'SESSION_EXPIRED':
    case 'TOKEN_EXPIRED':
      return { kind: 'expired', status };
    default:
      return { kind: 'unknown', word: status };
  }
}

function readDecision(status: string, decision: JumioResult['decision']): Decision {
  if (decision === undefined) return { kind: 'unknown', word: 'PROCESSED without a decision' };
  switch (decision.type) {
    case 'PASSED':
      return { kind: 'decided', status, verdict: 'PASSED', reason: null };
    case 'WARNING':
      return { kind: 'decided', status, verdict: 'WARNING', reason: null };
    case 'REJECTED':
      return { kind: 'decided', status, verdict: 'FAILED', reason: decision.reason ?? 'other' };
    case 'NOT_EXECUTED':
      return { kind: 'expired', status };
    case 'UNKNOWN':
      return { kind: 'unknown', word: `decision ${decision.label ?? ''}`.trim() };
    default:
      return decision.type satisfies never;
  }
}

/**
 * Reads the details. `workflow.status` comes before `decision`: an expired execution may still carry REJECTED / 100.
 * Branches on the decision's type, never on label or score, which tenants can change (jumio.md §7.4).
 */
export function decide(result: Pick<JumioResult, 'status' | 'decision'>): Decision {
  const read = readStatus(result.status);
  const processed = read.kind === 'progress' && read.status === 'PROCESSED';
  return processed ? readDecision(result.status, result.decision) : read;
}
