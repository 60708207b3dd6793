import { z } from 'zod';
import type { Settings } from '../settings.ts';
import { type Capabilities, capabilitiesOf, type Reason, type Verdict } from './capabilities.ts';
import { type Finding, LABELS } from './labels.ts';
import { type Capability, type Credential, isCapability, workflowOf } from './workflows.ts';

/** The outcome that a tester chooses. The first four end the capture; the other two leave it open. */
export const outcomeSchema = z.strictObject({
  outcome: z.enum(['pass', 'warn', 'reject', 'not-executed', 'abandon', 'error']),
  capability: z.string().refine(isCapability, 'no such capability').optional(),
  /** Any text, because Jumio's lists grow. A label that is in no list needs `capability`. */
  label: z.string().min(1).optional(),
  errorCode: z
    .string()
    .regex(/^\d{4}$/)
    .optional(),
  score: z.number().optional(),
  /** Replace the decision's own label and type, as a ruleset may, or as Jumio may add a value. */
  decisionLabel: z.string().optional(),
  decisionType: z.string().optional(),
  /** How long Jumio takes; by default as the setting says. */
  processingSeconds: z.coerce.number().nonnegative().max(3_600).optional(),
});

export type Outcome = z.infer<typeof outcomeSchema>;

export interface Decision {
  readonly type: string;
  readonly details: { readonly label: string };
  readonly risk: { readonly score: number };
}

/** What was found, once PROCESSED. */
export interface Findings {
  readonly decision: Decision;
  readonly capabilities: Capabilities;
}

/** An outcome that this workflow cannot have; the message says why. */
export class ImpossibleOutcome extends Error {
  override readonly name = 'ImpossibleOutcome';
}

const FINDING: Readonly<Record<Verdict, Finding>> = {
  pass: 'PASSED',
  warn: 'WARNING',
  reject: 'REJECTED',
  'not-executed': 'NOT_EXECUTED',
};

const COLUMNS: readonly Finding[] = ['REJECTED', 'WARNING', 'NOT_EXECUTED'];

const DEFAULT_REASONS: Readonly<Record<Verdict, readonly [Capability, string][]>> = {
  pass: [],
  warn: [
    ['imageChecks', 'REPEATED_FACE'],
    ['watchlistScreening', 'ALERT'],
  ],
  reject: [
    ['imageChecks', 'MANIPULATED_DOCUMENT'],
    ['authentication', 'FAILED'],
    ['usability', 'BLURRED'],
  ],
  'not-executed': [
    ['usability', 'TECHNICAL_ERROR'],
    ['watchlistScreening', 'TECHNICAL_ERROR'],
  ],
};

/** The capability that carries an outcome's label, among those that the workflow runs; undefined for a pass. */
function reasonOf(outcome: Outcome, verdict: Verdict, runs: readonly Capability[]): Reason | undefined {
  if (verdict === 'pass') return undefined;
  const [capability, label] = capabilityAndLabel(outcome, verdict, runs) ?? [];
  if (!capability || !label) return undefined;
  return { capability, label, finding: columnOf(capability, label, FINDING[verdict]) };
}

function capabilityAndLabel(
  outcome: Outcome,
  verdict: Verdict,
  runs: readonly Capability[],
): [Capability, string] | undefined {
  const { capability, label } = outcome;
  if (capability && !runs.includes(capability)) throw new ImpossibleOutcome(`this workflow does not run ${capability}`);
  if (capability) return [capability, label ?? LABELS[capability][FINDING[verdict]][0] ?? `OTHER_${FINDING[verdict]}`];
  if (!label) return DEFAULT_REASONS[verdict].find(([candidate]) => runs.includes(candidate));
  const found = search(label, FINDING[verdict], runs);
  if (!found) throw new ImpossibleOutcome(`label ${label} is in no list of this workflow: name its capability`);
  return [found, label];
}

function search(label: string, own: Finding, runs: readonly Capability[]): Capability | undefined {
  return [own, ...COLUMNS]
    .map((column) => runs.find((capability) => LABELS[capability][column].includes(label)))
    .find((capability) => capability !== undefined);
}

/** An unsupported document is a WARNING of usability even where the whole is REJECTED (docs/reference/jumio.md#75-capability-labels). */
function columnOf(capability: Capability, label: string, own: Finding): Finding {
  const labels = LABELS[capability];
  if (labels[own].includes(label)) return own;
  return COLUMNS.find((column) => labels[column].includes(label)) ?? own;
}

interface Band {
  readonly type: string;
  readonly from: number;
  readonly to: number;
  readonly default: number;
}

/** docs/reference/jumio.md#74-decision: the default score bands. */
const BANDS: Readonly<Record<Verdict, Band>> = {
  pass: { type: 'PASSED', from: 0, to: 30, default: 0 },
  warn: { type: 'WARNING', from: 31, to: 70, default: 50 },
  reject: { type: 'REJECTED', from: 71, to: 100, default: 100 },
  'not-executed': { type: 'NOT_EXECUTED', from: -1, to: -1, default: -1 },
};

/** The overall decision. Throws ImpossibleOutcome for a score outside the outcome's band. */
function decisionOf(outcome: Outcome, verdict: Verdict, reason: Reason | undefined): Decision {
  const band = BANDS[verdict];
  const score = outcome.score ?? band.default;
  if (score < band.from || score > band.to) {
    throw new ImpossibleOutcome(`the score of ${band.type} is ${band.from} to ${band.to}`);
  }
  const type = outcome.decisionType ?? band.type;
  const label = verdict === 'not-executed' ? (reason?.label ?? 'TECHNICAL_ERROR') : type;
  return { type, details: { label: outcome.decisionLabel ?? label }, risk: { score } };
}

/** The decision of an expired execution: as documented now, or as observed in 2023 (docs/reference/jumio.md#74-decision). */
export function expiredDecision(form: 'NOT_EXECUTED' | 'REJECTED'): Decision {
  return form === 'REJECTED'
    ? { type: 'REJECTED', details: { label: 'REJECTED' }, risk: { score: 100 } }
    : { type: 'NOT_EXECUTED', details: { label: 'TOKEN_EXPIRED' }, risk: { score: -1 } };
}

/** What a verdict depends on, of an execution. */
interface Examined {
  readonly definitionKey: string;
  readonly credentials: readonly Credential[];
  /** False where an authentication has no earlier face on its account to compare with. */
  readonly hasReferenceFace: boolean;
}

/** What Jumio finds in an execution with this outcome. Throws ImpossibleOutcome. */
export function findingsOf(execution: Examined, outcome: Outcome, verdict: Verdict, settings: Settings): Findings {
  if (!execution.hasReferenceFace) return withoutFace(execution, settings);
  const runs = workflowOf(execution.definitionKey, settings.customWorkflowKeys)?.capabilities ?? [];
  return assemble(execution, settings, outcome, verdict, reasonOf(outcome, verdict, runs));
}

/** What Jumio does here is undocumented (docs/reference/jumio.md#12-what-the-docs-do-not-say, 11); this is one of the two values of the setting `authenticationWithoutFace`. */
function withoutFace(execution: Examined, settings: Settings): Findings {
  const reason: Reason = {
    capability: 'authentication',
    finding: 'NOT_EXECUTED',
    label: 'PRECONDITION_NOT_FULFILLED',
  };
  return assemble(execution, settings, { outcome: 'not-executed' }, 'not-executed', reason);
}

function assemble(
  { definitionKey, credentials }: Examined,
  { customWorkflowKeys, extractedData }: Settings,
  outcome: Outcome,
  verdict: Verdict,
  reason: Reason | undefined,
): Findings {
  const runs = workflowOf(definitionKey, customWorkflowKeys)?.capabilities ?? [];
  return {
    decision: decisionOf(outcome, verdict, reason),
    capabilities: capabilitiesOf({ runs, credentials, verdict, reason, extractedData }),
  };
}

/** docs/reference/jumio.md#5-web-client-redirect. */
export const ERROR_CODES = '9100 9200 9210 9300 9400 9800 9801 9810 9820 9821 9822 9835 9836'.split(' ');

/** The reasons that a page offers for this workflow, each as `capability/label`. */
export function reasonsFor(key: string, customKeys: readonly string[], columns: readonly Finding[]): string[] {
  const runs = workflowOf(key, customKeys)?.capabilities ?? [];
  return columns.flatMap((column) => runs.flatMap((capability) => namesOf(capability, column)));
}

function namesOf(capability: Capability, column: Finding): string[] {
  return LABELS[capability][column].map((label) => `${capability}/${label}`);
}

/** The outcome that a form chose. Throws a ZodError. */
export function readChoice(form: Readonly<Record<string, string>>): Outcome {
  const { outcome, errorCode, reason = '', seconds } = form;
  const [capability = '', label] = reason.split('/');
  const withReason = isCapability(capability) && (outcome === 'reject' || outcome === 'warn');
  return outcomeSchema.parse({
    outcome,
    ...(withReason ? { capability, label } : {}),
    ...(outcome === 'error' ? { errorCode } : {}),
    ...(seconds === undefined ? {} : { processingSeconds: seconds }),
  });
}
