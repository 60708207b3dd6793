import { z } from 'zod';
import { type Capability, type Finding, isCapability, LABELS } from './labels.ts';

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
export type Verdict = 'pass' | 'warn' | 'reject' | 'not-executed';

/** The one capability that carries the reason of an outcome. */
export interface Reason {
  readonly capability: Capability;
  readonly finding: Finding;
  readonly label: string;
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

/** An unsupported document is a WARNING of usability even where the whole is REJECTED (jumio.md §7.5). */
function columnOf(capability: Capability, label: string, own: Finding): Finding {
  const labels = LABELS[capability];
  if (labels[own].includes(label)) return own;
  return COLUMNS.find((column) => labels[column].includes(label)) ?? own;
}
