import { randomUUID } from 'node:crypto';
import type { Settings } from '../state.ts';
import type { Capabilities, CapabilityEntry } from './execution.ts';
import type { Reason, Verdict } from './outcome.ts';
import type { Category, Credential } from './workflows.ts';

const CAPABILITIES = [
  'usability',
  'imageChecks',
  'extraction',
  'dataChecks',
  'liveness',
  'similarity',
  'authentication',
  'watchlistScreening',
  'addressValidation',
  'proofOfResidency',
  'drivingLicenseVerification',
] as const;

export type Capability = (typeof CAPABILITIES)[number];

export type Finding = 'PASSED' | 'REJECTED' | 'WARNING' | 'NOT_EXECUTED';

export type Labels = Readonly<Record<Finding, readonly string[]>>;

const NOT_REACHED = ['PRECONDITION_NOT_FULFILLED', 'TECHNICAL_ERROR'];

const OPEN: Labels = { PASSED: ['OK'], REJECTED: [], WARNING: [], NOT_EXECUTED: NOT_REACHED };

const UNUSABLE = words(
  'BLURRED BAD_QUALITY BAD_QUALITY_IMAGE PART_OF_DOCUMENT_MISSING PART_OF_DOCUMENT_HIDDEN DAMAGED_DOCUMENT GLARE',
  'MISSING_MANDATORY_DATAPOINTS BLACK_WHITE MISSING_PAGE MISSING_SIGNATURE NOT_A_DOCUMENT PHOTOCOPY',
);

const MANIPULATED = words(
  'PHOTO EXPIRY NAME ADDRESS SECURITY_CHECKS SIGNATURE PERSONAL_NUMBER PLACE_OF_BIRTH GENDER ISSUING_DATE',
).map((part) => `MANIPULATED_DOCUMENT_${part}`);

const FORGED = words(
  'DIGITAL_COPY WATERMARK OTHER_REJECTION GHOST_IMAGE_DIFFERENT PUNCHED SAMPLE FAKE CHIP_MISSING',
  'DIGITAL_MANIPULATION MISMATCH_FRONT_BACK',
);

const INCONSISTENT = words(
  'MISMATCHING_DATAPOINTS NFC_CERTIFICATE MRZ_CHECKSUM MISMATCHING_DATA_REPEATED_FACE MISMATCH_HRZ_MRZ_DATA',
  'HIGH_FRAUD_RISK CUSTOMER_FEEDBACK',
);

const NOT_ALIVE = words(
  'LIVENESS_UNDETERMINED ID_USED_AS_SELFIE MULTIPLE_PEOPLE DIGITAL_COPY PHOTOCOPY MANIPULATED NO_FACE_PRESENT',
  'FACE_NOT_FULLY_VISIBLE BLACK_WHITE',
);

const NOT_SCREENED = words(
  'NOT_ENOUGH_DATA VALIDATION_FAILED INVALID_MERCHANT_SETTINGS TECHNICAL_ERROR EXTRACTION_NOT_DONE',
  'NO_VALID_ID_CREDENTIAL PRECONDITION_NOT_FULFILLED',
);

/** docs/reference/jumio.md#75-capability-labels, in the order in which a label is looked for. Jumio's lists grow: a label outside them may be named too. */
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

/** What each capability builds on: where that failed, it is not executed. */
export const BUILDS_ON: Readonly<Record<Capability, Capability | undefined>> = {
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

/** Whether a word names a capability. */
export function isCapability(word: string): word is Capability {
  return CAPABILITIES.some((capability) => capability === word);
}

function words(...lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split(' '));
}

const LOOKS_AT: Readonly<Record<Capability, readonly Category[]>> = {
  usability: ['ID', 'SELFIE', 'FACEMAP'],
  imageChecks: ['ID'],
  extraction: ['ID'],
  dataChecks: ['ID'],
  liveness: ['FACEMAP'],
  similarity: ['ID', 'SELFIE'],
  authentication: ['SELFIE', 'FACEMAP'],
  watchlistScreening: ['ID', 'DATA'],
  addressValidation: ['ID'],
  proofOfResidency: ['ID'],
  drivingLicenseVerification: ['ID'],
};

interface Case {
  readonly runs: readonly Capability[];
  readonly credentials: readonly Credential[];
  readonly verdict: Verdict;
  readonly reason: Reason | undefined;
  readonly extractedData: Settings['extractedData'];
}

/** Every capability the workflow runs, with what the reason did to it and to those that build on it. */
export function capabilitiesOf(found: Case): Capabilities {
  return Object.fromEntries(found.runs.map((capability) => [capability, entriesOf(capability, found)]));
}

function entriesOf(capability: Capability, found: Case): CapabilityEntry[] {
  const looked = found.credentials.filter(({ category }) => LOOKS_AT[capability].includes(category));
  // Usability is judged per credential: the reason belongs to the first.
  if (capability !== 'usability') return [entryOf(capability, looked, found, found.reason)];
  return looked.map((one, index) => entryOf(capability, [one], found, index === 0 ? found.reason : undefined));
}

function entryOf(
  capability: Capability,
  looked: readonly Credential[],
  found: Case,
  reason: Reason | undefined,
): CapabilityEntry {
  const [type, label] = judge(capability, found.verdict, reason);
  const data = capabilityData(capability, type, label, found.extractedData);
  const credentials = looked.map(({ id, category }) => ({ id, category }));
  return { id: randomUUID(), credentials, decision: { type, details: { label } }, ...(data ? { data } : {}) };
}

function judge(capability: Capability, verdict: Verdict, reason: Reason | undefined): [Finding, string] {
  if (reason?.capability === capability) return [reason.finding, reason.label];
  const blocked = verdict !== 'warn' && reason !== undefined && buildsOn(capability, reason.capability);
  return blocked ? ['NOT_EXECUTED', 'PRECONDITION_NOT_FULFILLED'] : ['PASSED', LABELS[capability].PASSED[0] ?? 'OK'];
}

function buildsOn(capability: Capability, base: Capability): boolean {
  const below = BUILDS_ON[capability];
  return below !== undefined && (below === base || buildsOn(below, base));
}

type Data = Readonly<Record<string, unknown>>;

const SIMILARITY: Readonly<Record<string, string>> = { MATCH: 'MATCH', NO_MATCH: 'NOT_MATCH' };

/** An invented document: nobody's. */
const DOCUMENT: Data = {
  type: 'ID_CARD',
  subType: 'NATIONAL_ID',
  issuingCountry: 'AUT',
  firstName: 'ROBIN',
  lastName: 'SAMPLE',
  dateOfBirth: '1990-02-03',
  expiryDate: '2033-04-05',
  issuingDate: '2023-04-05',
  documentNumber: 'X0000001',
  gender: 'X',
  nationality: 'AUT',
  dateOfBirthParts: { year: '1990', month: '02', day: '03' },
  expiryDateParts: { year: '2033', month: '04', day: '05' },
  issuingDateParts: { year: '2023', month: '04', day: '05' },
  currentAge: '35',
};

/** The `data` of a capability entry (docs/reference/jumio.md#75-capability-labels, docs/reference/jumio.md#76-extracted-data); none where it was not executed. */
export function capabilityData(
  capability: Capability,
  finding: Finding,
  label: string,
  extracted: Settings['extractedData'],
): Data | undefined {
  if (finding === 'NOT_EXECUTED') return undefined;
  if (capability === 'extraction') return extractedData(extracted);
  if (capability === 'similarity') return { similarity: SIMILARITY[label] ?? 'NOT_POSSIBLE' };
  if (capability === 'liveness') return { type: 'JUMIO_STANDARD', predictedAge: 35 };
  if (capability === 'watchlistScreening') return { searchStatus: 'SUCCESS' };
  if (capability !== 'imageChecks') return undefined;
  return { faceSearchFindings: { status: 'DONE', findings: label === 'REPEATED_FACE' ? [randomUUID()] : [] } };
}

function extractedData(form: Settings['extractedData']): Data {
  if (form === 'empty') return {};
  return form === 'full' ? DOCUMENT : { ...DOCUMENT, firstName: 'N/A', lastName: 'N/A' };
}
