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

/** Whether a text is the name of a capability. */
export function isCapability(text: string): text is Capability {
  return CAPABILITIES.some((capability) => capability === text);
}

export type Category = 'ID' | 'SELFIE' | 'FACEMAP' | 'DATA' | 'DOCUMENT';

export interface Credential {
  readonly id: string;
  readonly category: Category;
}

interface Workflow {
  readonly credentials: readonly Category[];
  readonly capabilities: readonly Capability[];
  /** API-only workflows answer without `web` and `sdk`. */
  readonly hosted: boolean;
}

const PERSON: readonly Category[] = ['ID', 'SELFIE', 'FACEMAP'];
const IDENTITY: readonly Capability[] = [
  'usability',
  'imageChecks',
  'extraction',
  'dataChecks',
  'liveness',
  'similarity',
];
const SCREENED: readonly Capability[] = [
  ...IDENTITY,
  'watchlistScreening',
  'addressValidation',
  'proofOfResidency',
  'drivingLicenseVerification',
];

/** docs/reference/jumio.md#4-workflow-keys-credentials-prepared-data. Keys whose credentials are undocumented are left out; a tenant's own keys are a setting. */
const WORKFLOWS: Readonly<Record<string, Workflow>> = {
  10010: { credentials: ['DATA'], capabilities: ['watchlistScreening'], hosted: false },
  10011: { credentials: PERSON, capabilities: IDENTITY, hosted: true },
  10013: { credentials: PERSON, capabilities: SCREENED, hosted: true },
  10014: { credentials: ['SELFIE', 'FACEMAP'], capabilities: ['usability', 'authentication'], hosted: true },
  10031: { credentials: ['ID'], capabilities: [], hosted: true },
  10163: { credentials: [...PERSON, 'DATA'], capabilities: IDENTITY, hosted: true },
  10164: { credentials: [...PERSON, 'DATA'], capabilities: IDENTITY, hosted: true },
  10170: { credentials: ['DATA', 'DOCUMENT'], capabilities: [], hosted: true },
  10172: { credentials: ['ID'], capabilities: ['usability', 'extraction'], hosted: true },
};

/** Compares with a face that was stored before, so it is only possible as a further execution of an account. */
export const AUTHENTICATION = '10014';
/** Needs a `userReference`. */
export const SCREENING = '10010';

/** The workflow of a key; a tenant's own key behaves as 10011. Undefined for an unknown key. */
export function workflowOf(key: string, customKeys: readonly string[]): Workflow | undefined {
  return customKeys.includes(key) ? WORKFLOWS[10011] : WORKFLOWS[key];
}
