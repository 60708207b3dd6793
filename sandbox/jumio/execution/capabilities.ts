import { randomUUID } from 'node:crypto';
import type { Settings } from '../settings.ts';
import { BUILDS_ON, type Finding, LABELS } from './labels.ts';
import type { Capability, Category, Credential } from './workflows.ts';

export type Verdict = 'pass' | 'warn' | 'reject' | 'not-executed';

/** The one capability that carries the reason of an outcome. */
export interface Reason {
  readonly capability: Capability;
  readonly finding: Finding;
  readonly label: string;
}

export interface CapabilityEntry {
  readonly id: string;
  readonly credentials: readonly { readonly id: string; readonly category: string }[];
  readonly decision: { readonly type: string; readonly details: { readonly label: string } };
  readonly data?: Readonly<Record<string, unknown>>;
}

export type Capabilities = Partial<Record<Capability, readonly CapabilityEntry[]>>;

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
