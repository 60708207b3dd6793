import fc from 'fast-check';
import { operatorOf, parseOperators, reasonsFor } from '../../../webhook/operators/index.ts';
import { anyJson, anyText, mostly } from '../grammar.ts';
import { accepted, mustHold, refused, type Target } from '../target.ts';
import { wordsOf, YAML_WORDS } from '../words.ts';
import { DOCUMENT } from './policy.ts';

const WORDS = wordsOf(`
  people name role viewer reviewer approver second_person approve reject new_attempt fresh 15m 8h 0m 9999h level aal1 aal2
  reasons key for text proxy header issuer audience jwks cookie x-pomerium-jwt-assertion https://a.example/jwks __proto__
`);

const person = fc.record({
  name: mostly('A. Jansen', '', '<b>', '\u202e'),
  role: mostly('viewer', 'reviewer', 'approver'),
});

const documents = fc.record(
  {
    people: fc.dictionary(fc.constantFrom('6f2c9d0e', '1c1a3a52', '__proto__', 'a b', 'constructor'), person),
    second_person: mostly(['approve'], ['reject', 'new_attempt'], []),
    fresh: mostly('15m', '0m', '99999h'),
    level: mostly('aal1', 'aal2', 'aal3'),
    reasons: mostly(
      [{ key: 'a', for: ['approve', 'reject', 'new_attempt'] }],
      [{ key: 'a', for: ['approve'] }],
      [{ key: 'A', for: [] }],
    ),
  },
  { requiredKeys: ['people'] },
);

/** The document of `OPERATORS`: what is accepted has a reason for each act, and two people where two must decide. */
export const operators: Target = {
  name: 'operators',
  share: 1,
  ...DOCUMENT,
  dictionary: [...WORDS, ...YAML_WORDS],
  fresh: fc.oneof(
    { weight: 3, arbitrary: fc.oneof(documents, anyJson).map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...YAML_WORDS), anyText).map((parts) => parts.join('')) },
  ),
  run: (input) => {
    const parsed = parseOperators(input);
    if (!('settings' in parsed)) {
      mustHold(parsed.problems.length > 0, 'neither settings nor a problem');
      return refused(`refused: ${parsed.problems.map(({ path }) => path.split('.')[0]).join()}`, parsed.problems);
    }
    const { settings } = parsed;
    for (const act of ['approve', 'reject', 'new_attempt'] as const)
      mustHold(reasonsFor(settings, act).length > 0, 'an act without a reason');
    mustHold(Number.isFinite(settings.fresh) && settings.fresh > 0, 'a sign-in that is never recent, or always');
    const known = Object.keys(settings.people).flatMap((id) => operatorOf(settings, id) ?? []);
    mustHold(known.length > 0 && known.every(({ role }) => WORDS.includes(role)), 'somebody without a role');
    mustHold(operatorOf(settings, 'toString') === undefined, 'an operator whom nobody listed');
    const deciders = known.filter(({ role }) => role !== 'viewer');
    if (settings.second_person.length > 0)
      mustHold(deciders.length > 1 && deciders.some(({ role }) => role === 'approver'), 'nobody who could be second');
    return accepted(settings);
  },
};
