import type { Problem } from './config.ts';
import type { Policy } from './verification/policy.ts';
import { type PolicyMistake, parsePolicy, publishedPolicy } from './verification/policy-file.ts';

/** A mistake in the policy, as one of the configuration. A policy holds no secret: what was seen is shown. */
function problemOf({ line, path, expected, seen }: PolicyMistake): Problem {
  const name = path === '' ? `POLICY line ${line}` : `POLICY line ${line}, ${path}`;
  return { name, expected, seen };
}

/** The policy of `POLICY`; without one the published contract's. */
export function readPolicy(text: string | undefined, problems: Problem[]): Policy | undefined {
  if (text === undefined) return publishedPolicy;
  const { policy, mistakes = [] } = parsePolicy(text);
  problems.push(...mistakes.map(problemOf));
  return policy;
}

interface Addresses {
  readonly PUBLIC_URL?: string | undefined;
  readonly KRATOS_PUBLIC_URL?: string | undefined;
}

/** A way on leads to a page of ours. */
export function wayOnWithoutPages({ rules, otherwise }: Policy, values: Addresses): Problem[] {
  if (![...rules, otherwise].some(({ decision }) => decision === 'block_with_way_on')) return [];
  const missing = (['PUBLIC_URL', 'KRATOS_PUBLIC_URL'] as const).filter((name) => values[name] === undefined);
  return missing.map((name) => ({ name, expected: 'a URL, because the policy offers a way on', seen: 'nothing' }));
}
