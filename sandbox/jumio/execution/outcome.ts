import { z } from 'zod';
import type { Settings } from '../settings.ts';
import { type Capabilities, capabilitiesOf, type Reason, type Verdict } from './capabilities.ts';
import { type Finding, LABELS } from './labels.ts';
import { type Capability, type Credential, isCapability, workflowOf } from './workflows.ts';

/** What a tester may pick. The first four end the capture; the other two leave it open. */
export const outcomeSchema = z.strictObject({
  outcome: z.enum(['pass', 'warn', 'reject', 'not-executed', 'abandon', 'error']),
  capability: z.string().refine(isCapability, 'no such capability').optional(),
  /** Open: Jumio's lists grow. A label that is in no list needs its capability named. */
  label: z.string().min(1).optional(),
  errorCode: z
    .string()
    .regex(/^\d{4}$/)
    .optional(),
  score: z.number().optional(),
  /** Stand in for a ruleset's own label, or for a word that Jumio may add one day. */
  decisionLabel: z.string().optional(),
  decisionType: z.string().optional(),
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

/** An outcome that cannot be: the text says why. */
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

const USUAL: Readonly<Record<Verdict, readonly [Capability, string][]>> = {
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

/** Where an outcome's label belongs among the capabilities a workflow runs; undefined where nothing is amiss. */
export function reasonOf(outcome: Outcome, verdict: Verdict, runs: readonly Capability[]): Reason | undefined {
  if (verdict === 'pass') return undefined;
  const [capability, label] = place(outcome, verdict, runs) ?? [];
  if (!capability || !label) return undefined;
  return { capability, label, finding: columnOf(capability, label, FINDING[verdict]) };
}

function place(outcome: Outcome, verdict: Verdict, runs: readonly Capability[]): [Capability, string] | undefined {
  const { capability, label } = outcome;
  if (capability && !runs.includes(capability)) throw new ImpossibleOutcome(`this workflow does not run ${capability}`);
  if (capability) return [capability, label ?? LABELS[capability][FINDING[verdict]][0] ?? `OTHER_${FINDING[verdict]}`];
  if (!label) return USUAL[verdict].find(([usual]) => runs.includes(usual));
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
  readonly usual: number;
}

/** docs/reference/jumio.md#74-decision: the score bands of a tenant that changed nothing. */
const BANDS: Readonly<Record<Verdict, Band>> = {
  pass: { type: 'PASSED', from: 0, to: 30, usual: 0 },
  warn: { type: 'WARNING', from: 31, to: 70, usual: 50 },
  reject: { type: 'REJECTED', from: 71, to: 100, usual: 100 },
  'not-executed': { type: 'NOT_EXECUTED', from: -1, to: -1, usual: -1 },
};

/** The overall decision; refuses a score outside the outcome's band. */
export function decisionOf(outcome: Outcome, verdict: Verdict, reason: Reason | undefined): Decision {
  const band = BANDS[verdict];
  const score = outcome.score ?? band.usual;
  if (score < band.from || score > band.to) {
    throw new ImpossibleOutcome(`the score of ${band.type} is ${band.from} to ${band.to}`);
  }
  const type = outcome.decisionType ?? band.type;
  const label = verdict === 'not-executed' ? (reason?.label ?? 'TECHNICAL_ERROR') : type;
  return { type, details: { label: outcome.decisionLabel ?? label }, risk: { score } };
}

/** What retrieval says of an expired execution: as documented now, or as one was seen in 2023 (docs/reference/jumio.md#74-decision). */
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

/** What Jumio would find in an execution of which a tester picked this outcome. Throws ImpossibleOutcome. */
export function findingsOf(execution: Examined, outcome: Outcome, verdict: Verdict, settings: Settings): Findings {
  if (!execution.hasReferenceFace) return withoutFace(execution, settings);
  const runs = workflowOf(execution.definitionKey, settings.customWorkflowKeys)?.capabilities ?? [];
  return assemble(execution, settings, outcome, verdict, reasonOf(outcome, verdict, runs));
}

/** What Jumio does here is undocumented (docs/reference/jumio.md#12-what-the-docs-do-not-say, 11); this is one of the two ways the setting offers. */
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

/** The reasons a page may offer for this workflow, each as `capability/label`. */
export function reasonsFor(key: string, customKeys: readonly string[], columns: readonly Finding[]): string[] {
  const runs = workflowOf(key, customKeys)?.capabilities ?? [];
  return columns.flatMap((column) => runs.flatMap((capability) => namesOf(capability, column)));
}

function namesOf(capability: Capability, column: Finding): string[] {
  return LABELS[capability][column].map((label) => `${capability}/${label}`);
}

/** What a page's form picked. Throws ZodError. */
export function readPick(form: Readonly<Record<string, string>>): Outcome {
  const { outcome, errorCode, reason = '' } = form;
  const [capability = '', label] = reason.split('/');
  const withReason = isCapability(capability) && (outcome === 'reject' || outcome === 'warn');
  return outcomeSchema.parse({
    outcome,
    ...(withReason ? { capability, label } : {}),
    ...(outcome === 'error' ? { errorCode } : {}),
  });
}
