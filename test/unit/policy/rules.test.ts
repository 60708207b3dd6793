import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateGate } from '../../../webhook/verification/gate/decide.ts';
import { decisionOf, type PolicyFacts, ruleFor } from '../../../webhook/verification/policy/rules.ts';
import { readPublishedCopy } from '../../../webhook/verification/record/published-copy.ts';
import { NOW } from '../../support/builders/history.ts';
import {
  gateRequests,
  gateRows,
  mayServe,
  policyFacts,
  policyOf,
  policyOfRules,
  policyRules,
  publishedCopies,
} from '../../support/builders/policies.ts';

/** A rule that matches everything. */
const ANY = '{"then":"allow"}';

const DAY = 86_400_000;

/** Facts with status none, all else unknown, and the given ones. */
function known(some: Partial<PolicyFacts>): PolicyFacts {
  const nothing = {
    waitingOn: null,
    flow: null,
    method: null,
    schema: null,
    source: null,
    level: null,
    accountAge: null,
    verdictAge: null,
  };
  return { status: 'none', ...nothing, ...some };
}

describe('policies in general', () => {
  it('every policy gives exactly one decision for every input, from one of its rules', () => {
    fc.assert(
      fc.property(policyRules, gateRows, publishedCopies, gateRequests, (rules, row, shown, request) => {
        const policy = policyOfRules(rules);
        const verdict = evaluateGate(policy, row, readPublishedCopy(shown), request, NOW);
        const isUnknown = row === 'unreadable' && readPublishedCopy(shown).statuses.length === 0;
        expect(['allow', 'block', 'block_with_way_on']).toContain(verdict.decision);
        expect(verdict.rule === null).toBe(isUnknown);
        if (verdict.rule !== null) expect([...policy.rules, policy.otherwise]).toContain(verdict.rule);
        expect(evaluateGate(policy, row, readPublishedCopy(shown), request, NOW)).toEqual(verdict);
      }),
    );
  });

  it('a policy is decided by its first matching rule, whatever rules follow', () => {
    fc.assert(
      fc.property(policyRules, policyRules, policyFacts, (rules, other, facts) => {
        const policy = policyOfRules(rules);
        const rule = ruleFor(policy, facts);
        for (const one of rules.slice(0, rule.index)) expect(ruleFor(policyOfRules([one, ANY]), facts).index).toBe(1);
        if (rule === policy.otherwise) return;
        const longer = [...rules.slice(0, rule.index + 1), ...other];
        // Two policies that may serve can make one that may not.
        fc.pre(mayServe(longer));
        expect(ruleFor(policyOfRules(longer), facts)).toEqual(rule);
      }),
    );
  });

  it('a policy uses its last rule if no other matches', () => {
    const policy = policyOf('rules: [{ when: { status: rejected }, then: allow }, { name: rest, then: block }]');
    expect(ruleFor(policy, known({ status: 'none' })).name).toBe('rest');
  });

  it('a rejected person gets a continuation link only by a rule that names rejected', () => {
    fc.assert(
      fc.property(policyRules, policyFacts, (rules, facts) => {
        const rule = ruleFor(policyOfRules(rules), { ...facts, status: 'rejected' });
        const isNamed = rule.when.status?.includes('rejected') === true;
        if (!isNamed) expect(decisionOf(rule, 'rejected')).not.toBe('block_with_way_on');
      }),
    );
  });
});

describe('conditions of rules', () => {
  it.each<[string, Partial<PolicyFacts>]>([
    ['status: approved', { status: 'approved' }],
    ['status: [pending, approved]', { status: 'approved' }],
    ['waiting_on: jumio', { waitingOn: 'jumio' }],
    ['flow: [refresh, recovery]', { flow: 'recovery' }],
    ['method: password', { method: 'password' }],
    ['schema: [staff, default]', { schema: 'default' }],
    ['source: eid:itsme', { source: 'eid:itsme' }],
    ['source: [eid:itsme, eid:idemia], level: [loa-3, loa-4]', { source: 'eid:idemia', level: 'loa-4' }],
    ['account_younger_than: 7d', { accountAge: 7 * DAY - 1 }],
    ['account_older_than: 7d', { accountAge: 7 * DAY }],
    ['verdict_younger_than: 12h', { verdictAge: DAY / 2 - 1 }],
    ['verdict_older_than: 365d', { verdictAge: 365 * DAY }],
    ['status: approved, flow: login, schema: staff', { status: 'approved', flow: 'login', schema: 'staff' }],
  ])('a rule on %s matches if every key does, and not if a value differs or is unknown', (when, some) => {
    const policy = policyOf(
      `verdict_lifetime: 1d\nrules: [{ name: it, when: { ${when} }, then: block }, { then: allow }]`,
    );
    expect(ruleFor(policy, known(some)).name).toBe('it');
    for (const key of Object.keys(some)) {
      const other = key === 'status' ? { status: 'none' as const } : { [key]: null };
      expect(ruleFor(policy, known({ ...some, ...other })).name, key).toBe(null);
    }
  });

  it.each<[string, Partial<PolicyFacts>]>([
    ['account_younger_than: 7d', { accountAge: 7 * DAY }],
    ['account_older_than: 7d', { accountAge: 7 * DAY - 1 }],
    ['verdict_younger_than: 60s', { verdictAge: 60_000 }],
    ['verdict_older_than: 5m', { verdictAge: 299_999 }],
    ['method: password', { method: 'code' }],
    ['source: jumio', { source: 'operator' }],
    ['source: eid:idemia, level: loa-4', { source: 'eid:idemia', level: 'loa-3' }],
    ['flow: login', { flow: 'refresh' }],
  ])('a rule on %s does not match just outside of its limit', (when, some) => {
    const policy = policyOf(
      `verdict_lifetime: 1s\nrules: [{ name: it, when: { ${when} }, then: block }, { then: allow }]`,
    );
    expect(ruleFor(policy, known(some)).name).toBe(null);
  });
});
