import { z } from 'zod';
import { type EidProviders, eidProviders } from '../eid/providers.ts';
import { type WebhookSettings, webhookSettings } from '../events/settings.ts';
import { type OperatorSettings, parseOperators } from '../operators/index.ts';
import { type Overrides, readOverrides } from '../texts/overrides.ts';
import { type TransactionSettings, transactionSettings } from '../transactions/settings.ts';
import {
  defaultPolicy,
  defaultPolicyWithPages,
  type Policy,
  type PolicyMistake,
  parsePolicy,
} from '../verification/policy/index.ts';
import { PREFILL_FIELDS, type PrefillMapping } from '../verification/prefill-data.ts';
import { parseYaml } from '../yaml-nesting.ts';
import type { ConfigProblem } from './problem.ts';

/** The document of `EID_PROVIDERS`: the providers whose ID tokens are evidence (eid/README.md). */
export function eidDocument() {
  return z.string().transform((yaml, context): EidProviders => {
    const parsed = eidProviders.safeParse(parseYaml(yaml));
    if (parsed.success) return parsed.data;
    for (const { path, message } of parsed.error.issues)
      context.addIssue({ code: 'custom', message: `providers as eid/README.md shows (${path.join('.')}: ${message})` });
    return z.NEVER;
  });
}

/** Returns those of the levels that `EID_PROVIDERS` does not list for a provider. */
export function unknownLevels(providers: EidProviders, id: string, levels: readonly string[]): string[] {
  return levels.filter((level) => !providers[id]?.levels.includes(level));
}

interface NamedLevels {
  /** Where the policy names them, as printed in a problem. */
  readonly place: string;
  /** The provider's id. */
  readonly id: string;
  readonly levels: readonly string[];
}

/** Returns the providers that a policy names, with the levels that it names of each. */
export function levelsNamedBy(policy: Policy): NamedLevels[] {
  const evidence = Object.entries(policy.evidence).map(([id, levels]) => {
    return { place: `POLICY evidence.${id}`, id, levels: levels === 'any' ? [] : levels };
  });
  const required = Object.entries(policy.requiredLevels).flatMap(([schema, byProvider]) =>
    Object.entries(byProvider).map(([id, level]) => {
      return { place: `POLICY required_level.${schema}.${id}`, id, levels: [level] };
    }),
  );
  const ofRules = policy.rules.flatMap(({ index, when }) =>
    (when.source ?? [])
      .filter((source) => source.startsWith('eid:'))
      .map((source) => {
        return { place: `POLICY rules[${index}].when`, id: source.slice('eid:'.length), levels: when.level ?? [] };
      }),
  );
  return [...evidence, ...required, ...ofRules];
}

/** A policy holds no secret, so its problems show the value. */
function toProblem({ line, path, expected, seen }: PolicyMistake): ConfigProblem {
  const name = path === '' ? `POLICY line ${line}` : `POLICY line ${line}, ${path}`;
  return { name, expected, seen };
}

/**
 * Parses the document of `POLICY`; without one, returns the default policy.
 * @param hasPages whether a refusal can lead to a page
 * @param problems receives what is wrong with the document; then the result is undefined
 */
export function readPolicy(yaml: string | undefined, hasPages: boolean, problems: ConfigProblem[]): Policy | undefined {
  if (yaml === undefined) return hasPages ? defaultPolicyWithPages : defaultPolicy;
  const { policy, mistakes = [] } = parsePolicy(yaml);
  problems.push(...mistakes.map(toProblem));
  return policy;
}

/** A JSON pointer into the traits (RFC 6901). */
export function pointer() {
  return z.string().regex(/^(\/([^/~]|~[01])*)+$/, 'a JSON pointer into the traits, e.g. /locale');
}

const MAPPING_EXPECTED = `YAML that names, for some of ${PREFILL_FIELDS.join(', ')}, a JSON pointer into the traits`;

const mapping = z.partialRecord(z.enum(PREFILL_FIELDS), pointer());

/** The document of `PREPARED_DATA`: which traits go to Jumio, by Jumio's field names. */
export function prefillMapping() {
  return z.string().transform((yaml, context): PrefillMapping => {
    const parsed = mapping.safeParse(parseYaml(yaml));
    if (parsed.success && Object.keys(parsed.data).length > 0) return parsed.data;
    const places = parsed.error?.issues.map(({ path }) => path.join('.')).filter((place) => place !== '') ?? [];
    const where = places.length > 0 ? `, and not as at ${places.join(', ')}` : '';
    context.addIssue({ code: 'custom', message: `${MAPPING_EXPECTED}${where}` });
    return z.NEVER;
  });
}

/** The document of `TEXTS`: texts and languages of the operator. Each mistake in it is a problem of its own. */
export function textOverrides() {
  return z.string().transform((yaml, context): Overrides => {
    const result = readOverrides(yaml);
    if (!('problems' in result)) return result;
    for (const problem of result.problems)
      context.addIssue({ code: 'custom', message: `texts as webhook/texts/en.ts names them (${problem})` });
    return z.NEVER;
  });
}

/** The document of `TRANSACTIONS`: who may have payments approved, and how. It holds hashes, and no secret. */
export function transactionsDocument() {
  return z.string().transform((yaml, context): TransactionSettings => {
    const parsed = transactionSettings.safeParse(parseYaml(yaml));
    if (parsed.success) return parsed.data;
    for (const { path, message } of parsed.error.issues)
      context.addIssue({
        code: 'custom',
        message: `transactions as docs/payments.md shows (${path.join('.')}: ${message})`,
      });
    return z.NEVER;
  });
}

/** The document of `WEBHOOKS`: who is told of changes. Its secrets are in files of their own, which are read here. */
export function webhooksDocument() {
  return z.string().transform((yaml, context): WebhookSettings => {
    const parsed = webhookSettings.safeParse(parseYaml(yaml));
    if (parsed.success) return parsed.data;
    for (const { path, message } of parsed.error.issues)
      context.addIssue({
        code: 'custom',
        message: `endpoints as docs/events.md shows (${path.join('.')}: ${message})`,
      });
    return z.NEVER;
  });
}

/** The document of `OPERATORS`: who works at the console, and by which rules. It holds no secret. */
export function operatorsDocument() {
  return z.string().transform((yaml, context): OperatorSettings => {
    const parsed = parseOperators(yaml);
    if ('settings' in parsed) return parsed.settings;
    for (const { path, message } of parsed.problems)
      context.addIssue({ code: 'custom', message: `operators as docs/console.md shows (${path}: ${message})` });
    return z.NEVER;
  });
}
