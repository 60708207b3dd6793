import { randomUUID } from 'node:crypto';
import type { Settings } from '../settings.ts';
import type { Capability, Finding } from './labels.ts';

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

/** The `data` of a capability entry (jumio.md §7.5, §7.6); none where it was not executed. */
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
