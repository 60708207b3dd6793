import type { Mistake, Path, PolicyDocument } from './schema.ts';

type RuleDocument = PolicyDocument['rules'][number];

function meetsApproved({ when = {} }: RuleDocument): boolean {
  return when.status === undefined || when.status.includes('approved');
}

function isUnconditional({ when }: RuleDocument): boolean {
  return when === undefined || Object.keys(when).length === 0;
}

function conditionMistakes(rules: readonly RuleDocument[], index: number): Mistake[] {
  const isLast = index === rules.length - 1;
  const rule = rules[index];
  if (rule === undefined || isUnconditional(rule) === isLast) return [];
  return isLast
    ? [{ path: ['rules', index, 'when'], expected: 'no condition on the last rule, so that every sign-in is decided' }]
    : [{ path: ['rules', index], expected: 'a `when` with at least one key: only the last rule is without' }];
}

function ageMistakes({ when = {} }: RuleDocument, path: Path): Mistake[] {
  const pairs = [
    ['account_older_than', when.account_younger_than, when.account_older_than],
    ['verdict_older_than', when.verdict_younger_than, when.verdict_older_than],
  ] as const;
  const empty = pairs.filter(([, younger, older]) => younger !== undefined && older !== undefined && older >= younger);
  return empty.map(([key]) => ({ path: [...path, 'when', key], expected: 'less than its `…_younger_than`' }));
}

/** A rule that refuses an approved person whose pages say that they are verified: the pages would send them back to sign in. */
function loopMistakes(rule: RuleDocument, path: Path, lifetime: number | undefined): Mistake[] {
  const age = rule.when?.verdict_older_than;
  if (
    rule.then === 'allow' ||
    age === undefined ||
    !meetsApproved(rule) ||
    (lifetime ?? Number.POSITIVE_INFINITY) <= age
  )
    return [];
  const expected = 'a `verdict_lifetime` that is not longer, so that the pages let an approved person verify again';
  return [{ path: [...path, 'when', 'verdict_older_than'], expected }];
}

function redundancyMistakes(
  rules: readonly RuleDocument[],
  { text, then, name }: RuleDocument,
  index: number,
): Mistake[] {
  const path = ['rules', index];
  const isTaken = name !== undefined && rules.findIndex((rule) => rule.name === name) < index;
  return [
    ...(text !== undefined && then === 'allow'
      ? [{ path: [...path, 'text'], expected: 'no text beside `allow`' }]
      : []),
    ...(isTaken ? [{ path: [...path, 'name'], expected: 'a name that no other rule has' }] : []),
  ];
}

/** Keys that mean nothing at the decision endpoints: they show no text, make no link and know no method. */
function apiMistakes({ when = {}, then, text }: RuleDocument, path: Path): Mistake[] {
  if (when.flow === undefined || when.flow.some((flow) => flow !== 'api')) return [];
  return [
    ...(then === 'block_with_way_on'
      ? [{ path: [...path, 'then'], expected: 'allow or block: an API gets no link' }]
      : []),
    ...(text === undefined ? [] : [{ path: [...path, 'text'], expected: 'no text beside `flow: api`' }]),
    ...(when.method === undefined
      ? []
      : [{ path: [...path, 'when', 'method'], expected: 'no method beside `flow: api`: it never matches' }]),
  ];
}

/** A level is one of an eID provider. */
function levelMistakes({ when = {} }: RuleDocument, path: Path): Mistake[] {
  const { source, level: levels } = when;
  const isOfEid = source?.every((each) => each.startsWith('eid:')) === true;
  if (levels === undefined || isOfEid) return [];
  return [{ path: [...path, 'when', 'level'], expected: 'a `source` beside it that names eID providers alone' }];
}

/** Whether a rule asks for nothing but a status, approved among others: no approved person gets past it. */
function isForEveryApproved(rule: RuleDocument): boolean {
  return meetsApproved(rule) && Object.keys(rule.when ?? {}).every((key) => key === 'status');
}

function asksOrigin({ when = {} }: RuleDocument): boolean {
  return when.source !== undefined || when.level !== undefined;
}

/**
 * A way on for approved people whom a source or level shuts out, here or in an earlier rule that lets the others in: no page leads
 * an approved person to another verification, so they would be sent back and forth.
 */
function originMistakes(
  rules: readonly RuleDocument[],
  rule: RuleDocument,
  index: number,
  lifetime: number | undefined,
): Mistake[] {
  if (rule.then !== 'block_with_way_on' || !meetsApproved(rule)) return [];
  const path = ['rules', index, 'then'];
  const verified = 'the pages tell an approved person that they are verified';
  if (rule.when?.source !== undefined) return [{ path, expected: `allow or block: ${verified}` }];
  const isExpired = (rule.when?.verdict_older_than ?? 0) >= (lifetime ?? Number.POSITIVE_INFINITY);
  const earlier = rules.slice(0, index);
  const other = earlier.findIndex((one) => one.then === 'allow' && meetsApproved(one) && asksOrigin(one));
  if (isExpired || other === -1 || earlier.some(isForEveryApproved)) return [];
  const expected = `allow or block, or a \`status\` without approved: who is approved by another source or level than rules[${other}] asks for ends here, and ${verified}`;
  return [{ path, expected }];
}

/** Returns the mistakes of a file that the schema accepts. */
export function policyMistakes({ rules, verdict_lifetime: lifetime }: PolicyDocument): Mistake[] {
  return rules.flatMap((rule, index) => {
    const path = ['rules', index];
    const ofRule = [
      ...ageMistakes(rule, path),
      ...loopMistakes(rule, path, lifetime),
      ...redundancyMistakes(rules, rule, index),
      ...apiMistakes(rule, path),
      ...levelMistakes(rule, path),
      ...originMistakes(rules, rule, index, lifetime),
    ];
    return [...conditionMistakes(rules, index), ...ofRule];
  });
}
