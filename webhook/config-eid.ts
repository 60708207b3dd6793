import { parse } from 'yaml';
import { z } from 'zod';
import type { Problem } from './config.ts';
import { type EidProviders, eidProviders } from './eid/providers.ts';
import type { Policy } from './verification/policy.ts';

/** The eID providers that are believed, a YAML document (eid/README.md). */
export function eid() {
  return z.string().transform((text, context): EidProviders => {
    const parsed = eidProviders.safeParse(readYaml(text));
    if (parsed.success) return parsed.data;
    for (const { path, message } of parsed.error.issues)
      context.addIssue({ code: 'custom', message: `providers as eid/README.md shows (${path.join('.')}: ${message})` });
    return z.NEVER;
  });
}

function readYaml(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

function unknownLevels(providers: EidProviders, id: string, levels: readonly string[]): string[] {
  return levels.filter((level) => !providers[id]?.levels.includes(level));
}

/** Every level that the policy names of a provider, under the place where it does. */
function named(policy: Policy): { place: string; id: string; levels: readonly string[] }[] {
  const evidence = Object.entries(policy.evidence).map(([id, levels]) => {
    return { place: `POLICY evidence.${id}`, id, levels: levels === 'any' ? [] : levels };
  });
  const required = Object.entries(policy.requiredLevels).flatMap(([schema, byProvider]) =>
    Object.entries(byProvider).map(([id, level]) => {
      return { place: `POLICY required_level.${schema}.${id}`, id, levels: [level] };
    }),
  );
  return [...evidence, ...required];
}

/** A policy can only speak of providers and levels that EID_PROVIDERS has. */
export function eidProblems(providers: EidProviders, policy: Policy): Problem[] {
  return named(policy).flatMap(({ place, id, levels }): Problem[] => {
    if (!Object.hasOwn(providers, id))
      return [{ name: place, expected: 'a provider that EID_PROVIDERS describes', seen: JSON.stringify(id) }];
    const seen = unknownLevels(providers, id, levels);
    const expected = 'levels that EID_PROVIDERS lists for it';
    return seen.length === 0 ? [] : [{ name: place, expected, seen: JSON.stringify(seen) }];
  });
}
