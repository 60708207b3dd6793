import type { Reason } from '../model.ts';
import { toFindings } from './findings.ts';
import { toReason } from './reasons.ts';
import type { DetailsWire } from './wire.ts';

/** Jumio's decision types, and `UNKNOWN` for one that is not documented. */
export type DecisionType = 'PASSED' | 'WARNING' | 'REJECTED' | 'NOT_EXECUTED' | 'UNKNOWN';

/** Jumio's retrieval answer, minimised: no names, no documents, no extracted data. Times are epoch milliseconds. */
export interface JumioResult {
  readonly accountId: string;
  readonly executionId: string;
  readonly definitionKey: string;
  readonly status: string;
  readonly userReference?: string;
  readonly customerInternalReference?: string;
  readonly completedAt?: number;
  readonly decision?: {
    readonly type: DecisionType;
    readonly label?: string;
    readonly score?: number;
    /** Only for REJECTED. */
    readonly reason?: Reason;
    /** The checks that did not pass, in closed words (`toFindings`): for the operator alone. Absent: none. */
    readonly findings?: readonly string[];
  };
}

/** A ruleset of the tenant can make the label any text (docs/reference/jumio.md#74-decision). It is published, so its length is limited. */
const LONGEST_LABEL = 100;

/** Returns a details answer, minimised. The status stays beside the decision: an expired execution may carry REJECTED. */
export function toResult(details: DetailsWire): JumioResult {
  const { workflow, account, completedAt } = details;
  return {
    accountId: account.id,
    executionId: workflow.id,
    definitionKey: workflow.definitionKey,
    status: workflow.status,
    ...(workflow.userReference !== undefined && { userReference: workflow.userReference }),
    ...(workflow.customerInternalReference !== undefined && {
      customerInternalReference: workflow.customerInternalReference,
    }),
    ...(completedAt !== undefined && { completedAt }),
    ...(details.decision && { decision: toDecision(details.decision, details) }),
  };
}

function toDecision(wire: NonNullable<DetailsWire['decision']>, { capabilities }: DetailsWire) {
  const type = toDecisionType(wire.type);
  const label = wire.details?.label?.slice(0, LONGEST_LABEL);
  const score = wire.risk?.score;
  const findings = toFindings(capabilities);
  return {
    type,
    ...(label !== undefined && { label }),
    ...(score !== undefined && { score }),
    ...(type === 'REJECTED' && { reason: toReason(capabilities) }),
    ...(findings.length > 0 && { findings }),
  };
}

function toDecisionType(type: string): DecisionType {
  switch (type) {
    case 'PASSED':
    case 'WARNING':
    case 'REJECTED':
    case 'NOT_EXECUTED':
      return type;
    default:
      return 'UNKNOWN';
  }
}
