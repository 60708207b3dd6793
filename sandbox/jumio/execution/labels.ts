import type { Capability } from './workflows.ts';

export type Finding = 'PASSED' | 'REJECTED' | 'WARNING' | 'NOT_EXECUTED';

export type Labels = Readonly<Record<Finding, readonly string[]>>;

const NOT_REACHED = ['PRECONDITION_NOT_FULFILLED', 'TECHNICAL_ERROR'];

const OPEN: Labels = { PASSED: ['OK'], REJECTED: [], WARNING: [], NOT_EXECUTED: NOT_REACHED };

const UNUSABLE = namesIn(
  'BLURRED BAD_QUALITY BAD_QUALITY_IMAGE PART_OF_DOCUMENT_MISSING PART_OF_DOCUMENT_HIDDEN DAMAGED_DOCUMENT GLARE',
  'MISSING_MANDATORY_DATAPOINTS BLACK_WHITE MISSING_PAGE MISSING_SIGNATURE NOT_A_DOCUMENT PHOTOCOPY',
);

const MANIPULATED = namesIn(
  'PHOTO EXPIRY NAME ADDRESS SECURITY_CHECKS SIGNATURE PERSONAL_NUMBER PLACE_OF_BIRTH GENDER ISSUING_DATE',
).map((part) => `MANIPULATED_DOCUMENT_${part}`);

const FORGED = namesIn(
  'DIGITAL_COPY WATERMARK OTHER_REJECTION GHOST_IMAGE_DIFFERENT PUNCHED SAMPLE FAKE CHIP_MISSING',
  'DIGITAL_MANIPULATION MISMATCH_FRONT_BACK',
);

const INCONSISTENT = namesIn(
  'MISMATCHING_DATAPOINTS NFC_CERTIFICATE MRZ_CHECKSUM MISMATCHING_DATA_REPEATED_FACE MISMATCH_HRZ_MRZ_DATA',
  'HIGH_FRAUD_RISK CUSTOMER_FEEDBACK',
);

const NOT_ALIVE = namesIn(
  'LIVENESS_UNDETERMINED ID_USED_AS_SELFIE MULTIPLE_PEOPLE DIGITAL_COPY PHOTOCOPY MANIPULATED NO_FACE_PRESENT',
  'FACE_NOT_FULLY_VISIBLE BLACK_WHITE',
);

const NOT_SCREENED = namesIn(
  'NOT_ENOUGH_DATA VALIDATION_FAILED INVALID_MERCHANT_SETTINGS TECHNICAL_ERROR EXTRACTION_NOT_DONE',
  'NO_VALID_ID_CREDENTIAL PRECONDITION_NOT_FULFILLED',
);

/** docs/reference/jumio.md#75-capability-labels, in the order in which a label is searched. Jumio's lists grow: a test may also name a label outside them. */
export const LABELS: Readonly<Record<Capability, Labels>> = {
  usability: {
    PASSED: ['OK'],
    REJECTED: UNUSABLE,
    WARNING: ['UNSUPPORTED_DOCUMENT_TYPE', 'UNSUPPORTED_COUNTRY', 'LIVENESS_UNDETERMINED'],
    NOT_EXECUTED: ['TECHNICAL_ERROR', 'NOT_UPLOADED'],
  },
  imageChecks: {
    PASSED: ['OK'],
    REJECTED: ['MANIPULATED_DOCUMENT', ...MANIPULATED, ...FORGED],
    WARNING: ['REPEATED_FACE', 'DIFFERENT_PERSON'],
    NOT_EXECUTED: NOT_REACHED,
  },
  extraction: OPEN,
  dataChecks: {
    PASSED: ['OK'],
    REJECTED: INCONSISTENT,
    WARNING: ['DOCUMENT_EXPIRY_WITHIN_CONFIGURED_LIMIT'],
    NOT_EXECUTED: NOT_REACHED,
  },
  liveness: {
    PASSED: ['OK'],
    REJECTED: NOT_ALIVE,
    WARNING: ['AGE_DIFFERENCE', 'BAD_QUALITY'],
    NOT_EXECUTED: NOT_REACHED,
  },
  similarity: {
    PASSED: ['MATCH'],
    REJECTED: ['NO_MATCH'],
    WARNING: ['NOT_POSSIBLE'],
    NOT_EXECUTED: NOT_REACHED,
  },
  authentication: { PASSED: ['OK'], REJECTED: ['FAILED'], WARNING: [], NOT_EXECUTED: NOT_REACHED },
  watchlistScreening: { PASSED: ['OK'], REJECTED: [], WARNING: ['ALERT'], NOT_EXECUTED: NOT_SCREENED },
  addressValidation: OPEN,
  proofOfResidency: OPEN,
  drivingLicenseVerification: OPEN,
};

/** The capability that each one depends on: if that one failed, it is not executed. */
export const DEPENDS_ON: Readonly<Record<Capability, Capability | undefined>> = {
  usability: undefined,
  imageChecks: 'usability',
  extraction: 'imageChecks',
  dataChecks: 'extraction',
  liveness: 'usability',
  similarity: 'usability',
  authentication: 'usability',
  watchlistScreening: 'extraction',
  addressValidation: 'extraction',
  proofOfResidency: 'extraction',
  drivingLicenseVerification: 'extraction',
};

function namesIn(...lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split(' '));
}
