import { CHECKS } from './checks.ts';
import type { Facts } from './facts.ts';
import type { Finding, Group } from './finding.ts';
import { NEVER_CHECKABLE } from './never-checkable.ts';

export interface Report {
  /** Neither an error nor a warning. */
  readonly green: boolean;
  readonly passed: readonly { readonly group: Group; readonly says: string }[];
  readonly findings: readonly (Finding & { readonly group: Group })[];
  readonly notCheckable: readonly { readonly what: string; readonly reason: string }[];
}

/** Judges what was seen: a pure function. */
export function examine(facts: Facts): Report {
  const asked = CHECKS.filter(({ applies }) => applies === undefined || applies(facts));
  const results = asked.map((check) => ({ ...check, result: check.look(facts) }));
  const looked = results.flatMap(({ result, ...check }) => ('notCheckable' in result ? [] : [{ ...check, result }]));
  const findings = looked.flatMap(({ group, result }) => result.map((finding) => ({ ...finding, group })));
  const skipped = results.flatMap(({ says, result }) =>
    'notCheckable' in result ? [{ what: says, reason: result.notCheckable }] : [],
  );
  return {
    green: findings.every(({ severity }) => severity === 'info'),
    passed: looked.filter(({ result }) => result.length === 0).map(({ group, says }) => ({ group, says })),
    findings,
    notCheckable: [...skipped, ...NEVER_CHECKABLE],
  };
}
