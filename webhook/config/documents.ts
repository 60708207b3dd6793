import { parse } from 'yaml';
import { z } from 'zod';
import { type EidProviders, eidProviders } from '../eid/providers.ts';
import { type Overrides, readOverrides } from '../texts/overrides.ts';
import { defaultPolicy, type Policy, type PolicyMistake, parsePolicy } from '../verification/policy/index.ts';
import { PREFILL_FIELDS, type PrefillMapping } from '../verification/prefill-data.ts';
import type { ConfigProblem } from './problem.ts';

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

export function unknownLevels(providers: EidProviders, id: string, levels: readonly string[]): string[] {
  return levels.filter((level) => !providers[id]?.levels.includes(level));
}

/** Every level that the policy names of a provider, under the place where it does. */
export function named(policy: Policy): { place: string; id: string; levels: readonly string[] }[] {
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

/** A mistake in the policy, as one of the configuration. A policy holds no secret: what was seen is shown. */
function problemOf({ line, path, expected, seen }: PolicyMistake): ConfigProblem {
  const name = path === '' ? `POLICY line ${line}` : `POLICY line ${line}, ${path}`;
  return { name, expected, seen };
}

/** The policy of `POLICY`; without one the published contract's. */
export function readPolicy(text: string | undefined, problems: ConfigProblem[]): Policy | undefined {
  if (text === undefined) return defaultPolicy;
  const { policy, mistakes = [] } = parsePolicy(text);
  problems.push(...mistakes.map(problemOf));
  return policy;
}

export interface Addresses {
  readonly PUBLIC_URL?: string | undefined;
  readonly KRATOS_PUBLIC_URL?: string | undefined;
}

const EXPECTED = `YAML that names, for some of ${PREFILL_FIELDS.join(', ')}, a JSON pointer into the traits`;

const mapping = z.partialRecord(z.enum(PREFILL_FIELDS), pointer());

function read(yaml: string): unknown {
  try {
    return parse(yaml);
  } catch {
    return undefined;
  }
}

/** Which traits go to Jumio: its field's name, and where the trait stands. */
export function preparedData() {
  return z.string().transform((yaml, context): PrefillMapping => {
    const parsed = mapping.safeParse(read(yaml));
    if (parsed.success && Object.keys(parsed.data).length > 0) return parsed.data;
    const places = parsed.error?.issues.map(({ path }) => path.join('.')).filter((place) => place !== '') ?? [];
    const where = places.length > 0 ? `, and not as at ${places.join(', ')}` : '';
    context.addIssue({ code: 'custom', message: `${EXPECTED}${where}` });
    return z.NEVER;
  });
}

/** The operator's texts, a YAML document; each thing that is wrong with it is a problem of its own. */
export function texts() {
  return z.string().transform((yaml, context): Overrides => {
    const read = readOverrides(yaml);
    if (!('problems' in read)) return read;
    for (const problem of read.problems)
      context.addIssue({ code: 'custom', message: `texts as webhook/texts/en.ts names them (${problem})` });
    return z.NEVER;
  });
}

/** A JSON pointer into the traits (RFC 6901). */
export function pointer() {
  return z.string().regex(/^(\/([^/~]|~[01])*)+$/, 'a JSON pointer into the traits, e.g. /locale');
}
