import type { z } from 'zod';
import type { PolicyDocument } from './policy-schema.ts';

export type Path = readonly PropertyKey[];

/** What is wrong at one place of the file. */
export interface Mistake {
  readonly path: Path;
  readonly expected: string;
}

type Rule = PolicyDocument['rules'][number];

function isUnconditional({ when }: Rule): boolean {
  return when === undefined || Object.keys(when).length === 0;
}

function place(rules: readonly Rule[], index: number): Mistake[] {
  const isLast = index === rules.length - 1;
  const rule = rules[index];
  if (rule === undefined || isUnconditional(rule) === isLast) return [];
  return isLast
    ? [{ path: ['rules', index, 'when'], expected: 'no condition on the last rule, so that every sign-in is decided' }]
    : [{ path: ['rules', index], expected: 'a `when` with at least one key: only the last rule is without' }];
}

function never({ when = {} }: Rule, path: Path): Mistake[] {
  const pairs = [
    ['account_older_than', when.account_younger_than, when.account_older_than],
    ['verdict_older_than', when.verdict_younger_than, when.verdict_older_than],
  ] as const;
  const empty = pairs.filter(([, younger, older]) => younger !== undefined && older !== undefined && older >= younger);
  return empty.map(([key]) => ({ path: [...path, 'when', key], expected: 'less than its `…_younger_than`' }));
}

/** The page would tell whom such a rule refuses that they are verified, and send them back to sign in. */
function circle({ when = {}, then }: Rule, path: Path, lifetime: number | undefined): Mistake[] {
  const { verdict_older_than: age, status } = when;
  const meetsApproved = status === undefined || status.includes('approved');
  if (then === 'allow' || age === undefined || !meetsApproved || (lifetime ?? Number.POSITIVE_INFINITY) <= age)
    return [];
  const expected = 'a `verdict_lifetime` that is not longer, so that the pages let an approved person verify again';
  return [{ path: [...path, 'when', 'verdict_older_than'], expected }];
}

function useless(rules: readonly Rule[], { text, then, name }: Rule, index: number): Mistake[] {
  const path = ['rules', index];
  const isTaken = name !== undefined && rules.findIndex((rule) => rule.name === name) < index;
  return [
    ...(text !== undefined && then === 'allow'
      ? [{ path: [...path, 'text'], expected: 'no text beside `allow`' }]
      : []),
    ...(isTaken ? [{ path: [...path, 'name'], expected: 'a name that no other rule has' }] : []),
  ];
}

/** What is wrong with a file that has the right shape. */
export function policyMistakes({ rules, verdict_lifetime: lifetime }: PolicyDocument): Mistake[] {
  return rules.flatMap((rule, index) => {
    const path = ['rules', index];
    const ofRule = [...never(rule, path), ...circle(rule, path, lifetime), ...useless(rules, rule, index)];
    return [...place(rules, index), ...ofRule];
  });
}

/** What is wrong with the shape, one mistake for each place. */
export function shapeMistakes({ issues }: z.ZodError): Mistake[] {
  return issues.flatMap((issue): Mistake[] => {
    const path = issue.path;
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({ path: [...path, key], expected: 'a key that policies have (docs/policy.md)' }));
    const isMapping = issue.code === 'invalid_type' && issue.expected === 'object';
    return [{ path, expected: isMapping ? 'keys with values' : issue.message }];
  });
}
