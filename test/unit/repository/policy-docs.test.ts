import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultPolicyWithPages as defaultPolicy } from '../../../webhook/verification/policy/parse.ts';
import { policySchema } from '../../../webhook/verification/policy/schema.ts';
import { mistakesOf, policyOf } from '../../support/builders/policies.ts';

const page = readFileSync(new URL('../../../docs/policy.md', import.meta.url), 'utf8');

const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text);

describe('docs/policy.md', () => {
  it('docs/policy.md shows only valid policies', () => {
    expect(blocks.length).toBeGreaterThan(4);
    for (const text of blocks) expect(mistakesOf(text), text).toEqual([]);
  });

  it('docs/policy.md shows the default rules first, then the other defaults', () => {
    const [rules = '', rest = ''] = blocks;
    expect(policyOf(rules)).toEqual(defaultPolicy);
    const { startAgain, onRejected } = policyOf(rest);
    expect({ startAgain, onRejected }).toEqual({
      startAgain: defaultPolicy.startAgain,
      onRejected: defaultPolicy.onRejected,
    });
  });

  it('docs/policy.md explains every key', () => {
    const { rules, start_again: again, on_rejected: rejected, verdict_lifetime: _ } = policySchema.shape;
    const when = rules.element.shape.when.unwrap();
    const keys = [...Object.keys(when.shape), ...Object.keys(rules.element.shape), 'verdict_lifetime'];
    const inner = [...Object.keys(again.unwrap().shape), ...Object.keys(rejected.unwrap().shape)];
    for (const key of [...keys, ...inner]) expect(page, key).toMatch(new RegExp(`\\b${key}\\b`));
  });
});
