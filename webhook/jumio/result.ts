import type { CapabilitiesWire, DetailsWire } from './wire.ts';

type ActionableReason = Exclude<Reason, 'other'>;

type Labels = Readonly<Record<string, ActionableReason>>;

/**
 * The closed list of findings that the person can act on, by capability and label (docs/reference/jumio.md#75-capability-labels). The capability
 * counts: a photo of the document in black and white is a bad photo, a selfie in black and white may be a printout.
 *
 * Left out on purpose, so that a person of the operator looks first. PHOTOCOPY and DIGITAL_COPY: somebody showed a copy
 * in place of the document, which is how a stolen one is used. NOT_A_DOCUMENT: nothing that a better photo would mend,
 * and it costs a paid execution each time. MISSING_SIGNATURE: the document is what it is; a signature that appears on the
 * second photo is no evidence. All of liveness, similarity, imageChecks, watchlistScreening: they speak of the person
 * or of forgery.
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
  // Front and back were needed, one of them came.
  MISSING_PAGE: 'unreadable',
  PART_OF_DOCUMENT_HIDDEN: 'unreadable',
  PART_OF_DOCUMENT_MISSING: 'unreadable',
  NOT_UPLOADED: 'not_finished',
  UNSUPPORTED_COUNTRY: 'unsupported_document',
  UNSUPPORTED_DOCUMENT_TYPE: 'unsupported_document',
};

const dataChecks: Labels = {
  // Named for the limit before the date; Jumio's text says near or past it. No other label speaks of the date.
  DOCUMENT_EXPIRY_WITHIN_CONFIGURED_LIMIT: 'expired_document',
};

const ACTIONABLE = new Map<string, Labels>(Object.entries({ usability, dataChecks }));

/** Where several apply, the one that another photo of the same document would not mend comes first. */
const URGENCY: readonly ActionableReason[] = ['unsupported_document', 'expired_document', 'unreadable', 'not_finished'];

/**
 * Why Jumio rejected, from the capabilities' findings. Actionable only where every finding is: one that is not, or that
 * we do not know, makes the whole `other`. So does an answer without any finding that we can read.
 */
export function toReason(capabilities: CapabilitiesWire): Reason {
  const found = new Set(Object.entries(capabilities ?? {}).flatMap(([name, entries]) => findings(name, entries)));
  return found.has('other') ? 'other' : (URGENCY.find((reason) => found.has(reason)) ?? 'other');
}

function findings(capability: string, entries: NonNullable<CapabilitiesWire>[string]): Reason[] {
  return entries.flatMap(({ decision }) => finding(capability, decision.type, decision.details?.label ?? ''));
}

function finding(capability: string, type: string, label: string): Reason[] {
  if (type === 'PASSED') return [];
  const labels = ACTIONABLE.get(capability) ?? {};
  const reason = Object.hasOwn(labels, label) ? labels[label] : undefined;
  if (reason !== undefined) return [reason];
  // What did not run, because of an error or of another finding, says nothing of the person or the document.
  return type === 'NOT_EXECUTED' ? [] : ['other'];
}

/**
 * Why an execution was rejected, as a closed list of ours (docs/design.md#reasons-of-a-rejection).
 * The first four are reasons a person can act on; `other` is everything else and everything unknown.
 */
export type Reason = 'unreadable' | 'expired_document' | 'unsupported_document' | 'not_finished' | 'other';

/** Jumio's decision types, and `UNKNOWN` for a word that is not documented. */
export type DecisionType = 'PASSED' | 'WARNING' | 'REJECTED' | 'NOT_EXECUTED' | 'UNKNOWN';

/** Jumio's retrieval answer, minimised: no names, no documents, nothing extracted. Times are epoch milliseconds. */
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

/** A ruleset of the tenant can make the label any text (docs/reference/jumio.md#74-decision), and it is published: our objects stay small. */
const LONGEST_LABEL = 100;

/** Minimises a details answer. The status is passed on beside the decision: an expired execution may carry REJECTED. */
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

function toDecisionType(word: string): DecisionType {
  switch (word) {
    case 'PASSED':
    case 'WARNING':
    case 'REJECTED':
    case 'NOT_EXECUTED':
      return word;
    default:
      return 'UNKNOWN';
  }
}
