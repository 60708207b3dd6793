import fc from 'fast-check';
import type { GateRow } from '../../../webhook/ledger/ledger.ts';
import type { Status } from '../../../webhook/model.ts';
import type { GateRequest } from '../../../webhook/verification/gate/decide.ts';
import { type PolicyMistake, parsePolicy } from '../../../webhook/verification/policy/parse.ts';
import type { Policy, PolicyFacts } from '../../../webhook/verification/policy/rules.ts';
import { COPIES, keysOf, rowOf, STANDING_OF_STATUS } from '../decision-table/cells.ts';
import { NOW } from './history.ts';

/** A policy from YAML. */
export function policyOf(text: string): Policy {
  const { policy, mistakes } = parsePolicy(text);
  if (policy === undefined) throw new Error(JSON.stringify(mistakes));
  return policy;
}

/** The mistakes in a policy from YAML; empty for a valid one. */
export function mistakesOf(text: string): readonly PolicyMistake[] {
  return parsePolicy(text).mistakes ?? [];
}

/** A policy that blocks these statuses and allows all others. */
export function blocking(...statuses: readonly string[]): Policy {
  return policyOf(`rules: [{ when: { status: [${statuses.join()}] }, then: block }, { then: allow }]`);
}

const STATUSES: readonly Status[] = keysOf(STANDING_OF_STATUS);

const WAITING = ['person', 'jumio', 'operator', 'nobody'] as const;

const FLOWS = ['login', 'refresh', 'recovery', 'api'] as const;

const METHODS = ['password', 'code', 'oidc'] as const;

const SCHEMAS = ['default', 'staff'] as const;

const SOURCES = ['jumio', 'operator', 'eid:itsme', 'eid:idemia'] as const;

const LEVELS = ['loa-3', 'loa-4'] as const;

function oneOrMore<T extends string>(values: readonly T[]) {
  return fc.oneof(fc.constantFrom(...values), fc.subarray([...values], { minLength: 1 }));
}

const days = fc.integer({ min: 1, max: 400 });

/** At most one of the two, so that a rule can always match; a rule on the verdict’s age needs the lifetime. */
const age = (about: string) =>
  fc.oneof(
    days.map((n) => ({ [`${about}_younger_than`]: `${n}d` })),
    days.map((n) => ({ [`${about}_older_than`]: `${n}d` })),
    fc.constant({}),
  );

const keys = fc.record(
  {
    status: oneOrMore(STATUSES),
    waiting_on: oneOrMore(WAITING),
    flow: oneOrMore(FLOWS),
    method: oneOrMore(METHODS),
    schema: oneOrMore(SCHEMAS),
    source: oneOrMore(SOURCES),
    level: oneOrMore(LEVELS),
  },
  { requiredKeys: [] },
);

const condition = fc
  .tuple(keys, age('account'), age('verdict'))
  .map((parts) => Object.assign({}, ...parts))
  .filter((when) => Object.keys(when).length > 0);

const decision = fc.constantFrom('allow', 'block', 'block_with_way_on');

/** A rule with a condition, as text. */
const conditionalRule = fc
  .tuple(condition, decision)
  .map(([when, outcome]) => `{"when":${JSON.stringify(when)},"then":"${outcome}"}`)
  .filter((rule) => mistakesOf(`{"verdict_lifetime":"1d","rules":[${rule},{"then":"allow"}]}`).length === 0);

/** Whether the service would start with these rules. */
export function mayServe(rules: readonly string[]): boolean {
  return mistakesOf(`{"verdict_lifetime":"1d","rules":[${rules.join()}]}`).length === 0;
}

/** The rules of a policy, each as text: any that the service would start with. */
export const policyRules = fc
  .tuple(fc.array(conditionalRule, { maxLength: 6 }), decision)
  .map(([rules, last]) => [...rules, `{"then":"${last}"}`])
  .filter(mayServe);

/** A policy of these rules with a lifetime of a day, so that a rule may refuse by the age of a verdict. */
export function policyOfRules(rules: readonly string[]): Policy {
  return policyOf(`{"verdict_lifetime":"1d","rules":[${rules.join()}]}`);
}

const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: null });

const someAge = fc.integer({ min: -1, max: 500 * 86_400_000 });

export const policyFacts: fc.Arbitrary<PolicyFacts> = fc.record({
  status: fc.constantFrom(...STATUSES),
  waitingOn: maybe(fc.constantFrom(...WAITING)),
  flow: maybe(fc.constantFrom(...FLOWS)),
  method: maybe(fc.constantFrom(...METHODS)),
  schema: maybe(fc.constantFrom(...SCHEMAS)),
  source: maybe(fc.constantFrom(...SOURCES)),
  level: maybe(fc.constantFrom(...LEVELS)),
  accountAge: maybe(someAge),
  verdictAge: maybe(someAge),
});

export const gateRequests: fc.Arbitrary<GateRequest> = fc.record(
  {
    flow: fc.constantFrom(...FLOWS),
    method: fc.constantFrom(...METHODS),
    schemaId: fc.constantFrom(...SCHEMAS),
    kratosCreatedAt: someAge.map((ms) => NOW - ms),
  },
  { requiredKeys: [] },
);

/** The row that the ledger may return, or `none`, or `unreadable`. */
export const gateRows: fc.Arbitrary<GateRow | 'none' | 'unreadable'> = fc.oneof(
  fc.constantFrom('none', 'unreadable'),
  fc
    .tuple(fc.constantFrom(...STATUSES), fc.boolean(), maybe(fc.constantFrom(...WAITING)), someAge)
    .map(([status, isPublished, attemptWaitsOn, ms]) => {
      const gateRow = rowOf(status, isPublished);
      return { ...gateRow, attemptWaitsOn, decidedAt: gateRow.standing === null ? null : NOW - ms };
    }),
);

export const publishedCopies = fc.constantFrom(...keysOf(COPIES)).map((name) => COPIES[name]);
