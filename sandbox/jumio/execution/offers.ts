import { type Capability, type Finding, isCapability, LABELS } from './labels.ts';
import { type Outcome, outcomeSchema } from './outcome.ts';
import { workflowOf } from './workflows.ts';

/** jumio.md §5. */
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
