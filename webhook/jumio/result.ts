import type { ActionableReason, Reason } from '../model.ts';
import type { CapabilitiesWire, DetailsWire } from './wire.ts';

type Labels = Readonly<Record<string, ActionableReason>>;

/**
 * The closed list of findings that the person can act on, by capability and label
 * (docs/reference/jumio.md#75-capability-labels). The capability matters: a photo of the document in black and white is a
 * bad photo, a selfie in black and white may be a printout.
 *
 * Left out on purpose, so that the operator reviews them first. PHOTOCOPY and DIGITAL_COPY: a copy in place of the
 * document, which is how a stolen document is used. NOT_A_DOCUMENT: a better photo would not help, and each attempt costs a
 * paid execution. MISSING_SIGNATURE: a signature that appears on the second photo proves nothing. All of liveness,
 * similarity, imageChecks, watchlistScreening: they concern the person, or forgery.
 */
const usability: Labels = {
  BAD_QUALITY: 'unreadable',
  BAD_QUALITY_IMAGE: 'unreadable',
  BLACK_WHITE: 'unreadable',
  BLURRED: 'unreadable',
  DAMAGED_DOCUMENT: 'unreadable',
  GLARE: 'unreadable',
  // Name or date of birth could not be extracted from the image.
  MISSING_MANDATORY_DATAPOINTS: 'unreadable',
  // Front and back were needed, and only one was captured.
  MISSING_PAGE: 'unreadable',
  PART_OF_DOCUMENT_HIDDEN: 'unreadable',
  PART_OF_DOCUMENT_MISSING: 'unreadable',
  NOT_UPLOADED: 'not_finished',
  UNSUPPORTED_COUNTRY: 'unsupported_document',
  UNSUPPORTED_DOCUMENT_TYPE: 'unsupported_document',
};

const dataChecks: Labels = {
  // Named after the limit before the date; by Jumio's text near or past it. No other label concerns the date.
  DOCUMENT_EXPIRY_WITHIN_CONFIGURED_LIMIT: 'expired_document',
};

const ACTIONABLE = new Map<string, Labels>(Object.entries({ usability, dataChecks }));

/** If several apply, the first of these counts: those that another photo of the same document would not resolve. */
const PRECEDENCE: readonly ActionableReason[] = [
  'unsupported_document',
  'expired_document',
  'unreadable',
  'not_finished',
];

/**
 * Returns why Jumio rejected, from the capabilities' findings. `other` if any finding is not actionable or not known, and
 * if no finding can be read.
 */
export function toReason(capabilities: CapabilitiesWire): Reason {
  const found = new Set(Object.entries(capabilities ?? {}).flatMap(([name, entries]) => findings(name, entries)));
  return found.has('other') ? 'other' : (PRECEDENCE.find((reason) => found.has(reason)) ?? 'other');
}

function findings(capability: string, entries: NonNullable<CapabilitiesWire>[string]): Reason[] {
  return entries.flatMap(({ decision }) => finding(capability, decision.type, decision.details?.label ?? ''));
}

function finding(capability: string, type: string, label: string): Reason[] {
  if (type === 'PASSED') return [];
  const labels = ACTIONABLE.get(capability) ?? {};
  const reason = Object.hasOwn(labels, label) ? labels[label] : undefined;
  if (reason !== undefined) return [reason];
  // A check that did not run, because of an error or of another finding, says nothing about the person or the document.
  return type === 'NOT_EXECUTED' ? [] : ['other'];
}

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
  return {
    type,
    ...(label !== undefined && { label }),
    ...(score !== undefined && { score }),
    ...(type === 'REJECTED' && { reason: toReason(capabilities) }),
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
