import { randomUUID } from 'node:crypto';
import type { Settings } from '../settings.ts';
import { DEPENDS_ON, type Finding, LABELS } from './labels.ts';
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

const INPUTS: Readonly<Record<Capability, readonly Category[]>> = {
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

interface CapabilityInput {
  readonly runs: readonly Capability[];
  readonly credentials: readonly Credential[];
  readonly verdict: Verdict;
  readonly reason: Reason | undefined;
  readonly extractedData: Settings['extractedData'];
}

/** The result of each capability that the workflow runs: the reason fails its own, and blocks those that depend on it. */
export function capabilitiesOf(input: CapabilityInput): Capabilities {
  return Object.fromEntries(input.runs.map((capability) => [capability, entriesOf(capability, input)]));
}

function entriesOf(capability: Capability, input: CapabilityInput): CapabilityEntry[] {
  const used = input.credentials.filter(({ category }) => INPUTS[capability].includes(category));
  // Usability is judged per credential: the reason belongs to the first.
  if (capability !== 'usability') return [entryOf(capability, used, input, input.reason)];
  return used.map((one, index) => entryOf(capability, [one], input, index === 0 ? input.reason : undefined));
}

function entryOf(
  capability: Capability,
  used: readonly Credential[],
  input: CapabilityInput,
  reason: Reason | undefined,
): CapabilityEntry {
  const [type, label] = judge(capability, input.verdict, reason);
  const data = capabilityData(capability, type, label, input.extractedData);
  const credentials = used.map(({ id, category }) => ({ id, category }));
  return { id: randomUUID(), credentials, decision: { type, details: { label } }, ...(data ? { data } : {}) };
}

function judge(capability: Capability, verdict: Verdict, reason: Reason | undefined): [Finding, string] {
  if (reason?.capability === capability) return [reason.finding, reason.label];
  const isBlocked = verdict !== 'warn' && reason !== undefined && dependsOn(capability, reason.capability);
  return isBlocked ? ['NOT_EXECUTED', 'PRECONDITION_NOT_FULFILLED'] : ['PASSED', LABELS[capability].PASSED[0] ?? 'OK'];
}

function dependsOn(capability: Capability, base: Capability): boolean {
  const direct = DEPENDS_ON[capability];
  return direct !== undefined && (direct === base || dependsOn(direct, base));
}

type Data = Readonly<Record<string, unknown>>;

const SIMILARITY: Readonly<Record<string, string>> = { MATCH: 'MATCH', NO_MATCH: 'NOT_MATCH' };

/** An invented document. */
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
function capabilityData(
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
