import type { ActionableReason, Reason } from '../model.ts';
import type { CapabilitiesWire } from './wire.ts';

type Labels = Readonly<Record<string, ActionableReason>>;

/**
 * The closed list of findings that a person can act on, by capability and label. The source of every label is the row of its
 * capability in docs/reference/jumio.md#75-capability-labels. The capability matters: a photocopy in place of the document is a
 * bad picture, one in place of the living face is an attack.
 *
 * Every label that is not here is `other`, which the person reads as one neutral sentence. Left out on purpose:
 * manipulation and forgery (imageChecks, liveness MANIPULATED), a mismatch (similarity NO_MATCH, authentication FAILED,
 * AGE_DIFFERENCE, MISMATCHING_…), watchlists, and pictures that stand in for a face (liveness DIGITAL_COPY, PHOTOCOPY,
 * ID_USED_AS_SELFIE, and BLACK_WHITE, because no camera takes a selfie in black and white).
 */
const ACTIONABLE: Readonly<Record<string, Labels>> = {
  /** Row `usability`, where it judges the document. */
  usability: {
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
    MISSING_SIGNATURE: 'document_unusable',
    NOT_A_DOCUMENT: 'document_unusable',
    PHOTOCOPY: 'document_unusable',
    LIVENESS_UNDETERMINED: 'face_unreadable',
    UNSUPPORTED_COUNTRY: 'unsupported_document',
    UNSUPPORTED_DOCUMENT_TYPE: 'unsupported_document',
    NOT_UPLOADED: 'not_finished',
  },
  /** Row `dataChecks`. */
  dataChecks: {
    // Named after the limit before the date; by Jumio's text near or past it. No other label concerns the date.
    DOCUMENT_EXPIRY_WITHIN_CONFIGURED_LIMIT: 'expired_document',
  },
  /** Row `liveness`. */
  liveness: {
    BAD_QUALITY: 'face_unreadable',
    FACE_NOT_FULLY_VISIBLE: 'face_unreadable',
    LIVENESS_UNDETERMINED: 'face_unreadable',
    // Somebody else was in the picture.
    MULTIPLE_PEOPLE: 'face_unreadable',
    NO_FACE_PRESENT: 'face_unreadable',
  },
  /** Row `similarity`: one of the two pictures was not good enough to be compared. */
  similarity: { NOT_POSSIBLE: 'face_unreadable' },
};

/** Row `usability`, where it judges pictures of the face only (docs/reference/jumio.md#73-details-response: `credentials`). */
const USABILITY_OF_FACE: Labels = {
  BAD_QUALITY: 'face_unreadable',
  BAD_QUALITY_IMAGE: 'face_unreadable',
  BLURRED: 'face_unreadable',
  GLARE: 'face_unreadable',
  LIVENESS_UNDETERMINED: 'face_unreadable',
  NOT_UPLOADED: 'not_finished',
};

/** The categories of credentials that hold pictures of the face (docs/reference/jumio.md#33-workflowdefinitioncredentials). */
const FACE = new Set<string | undefined>(['SELFIE', 'FACEMAP']);

/** If several apply, the first of these counts: those that another photo of the same document would not resolve. */
const PRECEDENCE: readonly ActionableReason[] = [
  'unsupported_document',
  'expired_document',
  'document_unusable',
  'unreadable',
  'face_unreadable',
  'not_finished',
];

type Entry = NonNullable<CapabilitiesWire>[string][number];

function labelsFor(capability: string, { credentials = [] }: Entry): Labels {
  const isOfFace = credentials.length > 0 && credentials.every(({ category }) => FACE.has(category));
  if (capability === 'usability' && isOfFace) return USABILITY_OF_FACE;
  return Object.hasOwn(ACTIONABLE, capability) ? (ACTIONABLE[capability] ?? {}) : {};
}

function finding(capability: string, entry: Entry): Reason[] {
  const { type, details } = entry.decision;
  if (type === 'PASSED') return [];
  const labels = labelsFor(capability, entry);
  const label = details?.label ?? '';
  const reason = Object.hasOwn(labels, label) ? labels[label] : undefined;
  if (reason !== undefined) return [reason];
  // A check that did not run, because of an error or of another finding, says nothing about the person or the document.
  return type === 'NOT_EXECUTED' ? [] : ['other'];
}

/**
 * Returns why Jumio rejected, from the capabilities' findings. `other` if any finding is not actionable or not known, and
 * if no finding can be read.
 */
export function toReason(capabilities: CapabilitiesWire): Reason {
  const entries = Object.entries(capabilities ?? {});
  const found = new Set(entries.flatMap(([name, list]) => list.flatMap((entry) => finding(name, entry))));
  return found.has('other') ? 'other' : (PRECEDENCE.find((reason) => found.has(reason)) ?? 'other');
}
