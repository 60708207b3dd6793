import type { Problem } from './config.ts';
import type { PolicyMistake } from './verification/policy-file.ts';

/** A mistake in the policy, as one of the configuration. A policy holds no secret: what was seen is shown. */
export function policyProblems(mistakes: readonly PolicyMistake[]): Problem[] {
  return mistakes.map(({ line, path, expected, seen }) => {
    const name = path === '' ? `POLICY line ${line}` : `POLICY line ${line}, ${path}`;
    return { name, expected, seen };
  });
}
