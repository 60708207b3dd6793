import type { CapabilitiesWire } from './wire.ts';

/**
 * The labels that Jumio documents for a check that did not pass, by capability (docs/reference/jumio.md#75-capability-labels).
 * The list is closed, because a tenant's ruleset can make a label any text, which could hold a person's data: of any other
 * label only its capability is kept.
 */
const LABELS: Readonly<Record<string, readonly string[]>> = {
  usability: [
    'BAD_QUALITY',
    'BAD_QUALITY_IMAGE',
    'BLACK_WHITE',
    'BLURRED',
    'DAMAGED_DOCUMENT',
    'GLARE',
    'LIVENESS_UNDETERMINED',
    'MISSING_MANDATORY_DATAPOINTS',
    'MISSING_PAGE',
    'MISSING_SIGNATURE',
    'NOT_A_DOCUMENT',
    'NOT_UPLOADED',
    'PART_OF_DOCUMENT_HIDDEN',
    'PART_OF_DOCUMENT_MISSING',
    'PHOTOCOPY',
    'UNSUPPORTED_COUNTRY',
    'UNSUPPORTED_DOCUMENT_TYPE',
  ],
  imageChecks: [
    'CHIP_MISSING',
    'DIFFERENT_PERSON',
    'DIGITAL_COPY',
    'DIGITAL_MANIPULATION',
    'FAKE',
    'GHOST_IMAGE_DIFFERENT',
    'MANIPULATED_DOCUMENT',
    'MANIPULATED_DOCUMENT_ADDRESS',
    'MANIPULATED_DOCUMENT_EXPIRY',
    'MANIPULATED_DOCUMENT_GENDER',
    'MANIPULATED_DOCUMENT_ISSUING_DATE',
    'MANIPULATED_DOCUMENT_NAME',
    'MANIPULATED_DOCUMENT_PERSONAL_NUMBER',
    'MANIPULATED_DOCUMENT_PHOTO',
    'MANIPULATED_DOCUMENT_PLACE_OF_BIRTH',
    'MANIPULATED_DOCUMENT_SECURITY_CHECKS',
    'MANIPULATED_DOCUMENT_SIGNATURE',
    'MISMATCH_FRONT_BACK',
    'OTHER_REJECTION',
    'PUNCHED',
    'REPEATED_FACE',
    'SAMPLE',
    'WATERMARK',
  ],
  extraction: [],
  dataChecks: [
    'CUSTOMER_FEEDBACK',
    'DOCUMENT_EXPIRY_WITHIN_CONFIGURED_LIMIT',
    'HIGH_FRAUD_RISK',
    'MISMATCHING_DATAPOINTS',
    'MISMATCHING_DATA_REPEATED_FACE',
    'MISMATCH_HRZ_MRZ_DATA',
    'MRZ_CHECKSUM',
    'NFC_CERTIFICATE',
  ],
  liveness: [
    'AGE_DIFFERENCE',
    'BAD_QUALITY',
    'BLACK_WHITE',
    'DIGITAL_COPY',
    'FACE_NOT_FULLY_VISIBLE',
    'ID_USED_AS_SELFIE',
    'LIVENESS_UNDETERMINED',
    'MANIPULATED',
    'MULTIPLE_PEOPLE',
    'NO_FACE_PRESENT',
    'PHOTOCOPY',
  ],
  similarity: ['NOT_POSSIBLE', 'NO_MATCH'],
  authentication: ['FAILED'],
  watchlistScreening: [
    'ALERT',
    'EXTRACTION_NOT_DONE',
    'INVALID_MERCHANT_SETTINGS',
    'NOT_ENOUGH_DATA',
    'NO_VALID_ID_CREDENTIAL',
    'VALIDATION_FAILED',
  ],
  addressValidation: [],
  proofOfResidency: [],
  drivingLicenseVerification: [],
};

/** Any check may fail for it. */
const TECHNICAL = 'TECHNICAL_ERROR';

/** It says only that another check did not pass, which is a finding of its own. */
const CONSEQUENCE = 'PRECONDITION_NOT_FULFILLED';

/** The word for a capability, or a label of one, that is not documented. */
const OTHER = 'other';

function wordOf(capability: string, label: string): string {
  const labels = Object.hasOwn(LABELS, capability) ? LABELS[capability] : undefined;
  if (labels === undefined) return OTHER;
  return `${capability}.${labels.includes(label) || label === TECHNICAL ? label : OTHER}`;
}

/**
 * Returns what Jumio found, for the operator alone: one word for each check that did not pass, e.g. `usability.BLURRED`.
 * Every word is of a closed list. Sorted, each once.
 */
export function toFindings(capabilities: CapabilitiesWire): string[] {
  const words = Object.entries(capabilities ?? {}).flatMap(([capability, entries]) =>
    entries.flatMap(({ decision: { type, details } }) => {
      const label = details?.label ?? '';
      return type === 'PASSED' || label === CONSEQUENCE ? [] : [wordOf(capability, label)];
    }),
  );
  return [...new Set(words)].sort();
}
