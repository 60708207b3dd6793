import fc from 'fast-check';
import { parsePolicy } from '../../../webhook/verification/policy/index.ts';
import { policyRules } from '../../support/builders/policies.ts';
import { anyJson, anyText } from '../grammar.ts';
import { accepted, mustHold, refused, type Target } from '../target.ts';
import { POLICY_WORDS, YAML_WORDS } from '../words.ts';

/**
 * The limits of documents, which an operator writes and the start reads once: `yaml` makes an error with its stack for each
 * wrong token, some 25 µs, and reports all of them.
 */
export const DOCUMENT = { longest: 1_500, limitMs: 100 } as const;

const fresh = fc.oneof(
  { weight: 3, arbitrary: policyRules.map((rules) => `{"verdict_lifetime":"1d","rules":[${rules.join()}]}`) },
  { weight: 2, arbitrary: anyJson.map((value) => `{"rules":[{"then":"allow"}],"evidence":${JSON.stringify(value)}}`) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...YAML_WORDS), anyText).map((parts) => parts.join('')) },
);

/** The document of `POLICY`. */
export const policy: Target = {
  name: 'policy',
  share: 3,
  ...DOCUMENT,
  dictionary: [...POLICY_WORDS, ...YAML_WORDS],
  fresh,
  run: (input) => {
    const parsed = parsePolicy(input);
    if (parsed.policy !== undefined) return accepted(parsed.policy);
    mustHold(parsed.mistakes.length > 0, 'neither a policy nor a mistake');
    for (const { expected, seen, line } of parsed.mistakes) {
      mustHold(expected !== '' && seen !== '', 'a mistake without a text');
      mustHold(line >= 0 && line <= input.split('\n').length + 1, 'a mistake at no line of the document');
    }
    return refused(`refused: ${parsed.mistakes[0]?.expected}`, parsed.mistakes);
  },
};
