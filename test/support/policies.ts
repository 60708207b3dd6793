import { type PolicyMistake, parsePolicy } from '../../webhook/verification/policy/parse.ts';
import type { Policy } from '../../webhook/verification/policy/rules.ts';

/** A policy of these lines of YAML. */
export function policyOf(text: string): Policy {
  const { policy, mistakes } = parsePolicy(text);
  if (policy === undefined) throw new Error(JSON.stringify(mistakes));
  return policy;
}

export function mistakesOf(text: string): readonly PolicyMistake[] {
  return parsePolicy(text).mistakes ?? [];
}

/** Blocks these statuses and lets everybody else in. */
export function blocking(...statuses: readonly string[]): Policy {
  return policyOf(`rules: [{ when: { status: [${statuses.join()}] }, then: block }, { then: allow }]`);
}
