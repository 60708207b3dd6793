import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateGate } from '../../../webhook/verification/gate/decide.ts';
import { apiPolicy, onlyApproved } from '../../../webhook/verification/policy/api-rules.ts';
import { defaultPolicy } from '../../../webhook/verification/policy/parse.ts';
import { readPublishedCopy } from '../../../webhook/verification/record/published-copy.ts';
import { NOW } from '../../support/builders/history.ts';
import {
  gateRequests,
  gateRows,
  policyOf,
  policyOfRules,
  policyRules,
  publishedCopies,
} from '../../support/builders/policies.ts';

const asApi = gateRequests.map((request) => ({ ...request, flow: 'api' as const }));

describe('the rules of the decision endpoints', () => {
  it('whatever the policy, an API is answered by a rule that names the flow api, or only approved people are allowed', () => {
    fc.assert(
      fc.property(policyRules, gateRows, publishedCopies, asApi, (rules, row, shown, request) => {
        const policy = policyOfRules(rules);
        const { decision, status, rule } = evaluateGate(apiPolicy(policy), row, readPublishedCopy(shown), request, NOW);
        if (rule === null) expect(status).toBe('unknown');
        else if (rule.name !== 'only approved') expect(rule.when.flow).toContain('api');
        else expect(decision).toBe(status === 'approved' ? 'allow' : 'block');
      }),
    );
  });

  it('whatever the policy, a verified person is one whom ledger and copy show as approved', () => {
    fc.assert(
      fc.property(policyRules, gateRows, publishedCopies, asApi, (rules, row, shown, request) => {
        const policy = onlyApproved(policyOfRules(rules));
        const { decision, status } = evaluateGate(policy, row, readPublishedCopy(shown), request, NOW);
        expect(decision).toBe(status === 'approved' ? 'allow' : 'block');
      }),
    );
  });

  it('a rule that names the flow api beside others counts for both, and one that names api alone for no sign-in', () => {
    const policy = policyOf(`rules:
      - { name: both, when: { flow: [login, api], status: review }, then: allow }
      - { name: api, when: { flow: api, status: none }, then: allow }
      - { name: rest, then: block }`);
    const ruleOf = (flow: 'login' | 'api', status: string, given = policy) =>
      evaluateGate(given, 'none', readPublishedCopy({ metadata_public: { jumio: { status } } }), { flow }, NOW).rule
        ?.name;
    expect([ruleOf('login', 'review'), ruleOf('api', 'review', apiPolicy(policy))]).toEqual(['both', 'both']);
    expect([ruleOf('login', 'none'), ruleOf('api', 'none', apiPolicy(policy))]).toEqual(['rest', 'api']);
  });

  it('the rules of the decision endpoints keep the hash of the policy', () => {
    expect(apiPolicy(defaultPolicy).hash).toBe(defaultPolicy.hash);
  });
});
