import { randomUUID } from 'node:crypto';
import type { Settings } from '../settings.ts';
import { capabilityData } from './capability-data.ts';
import type { Capabilities, CapabilityEntry } from './execution.ts';
import { BUILDS_ON, type Capability, type Finding, LABELS } from './labels.ts';
import type { Reason, Verdict } from './outcome.ts';
import type { Category, Credential } from './workflows.ts';

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
