import fc from 'fast-check';
import { toText } from '../../../webhook/texts/messages.ts';
import { readOverrides } from '../../../webhook/texts/overrides.ts';
import { createTexts } from '../../../webhook/texts/texts.ts';
import { anyJson, anyText } from '../grammar.ts';
import { accepted, mustHold, refused, type Target } from '../target.ts';
import { YAML_WORDS } from '../words.ts';
import { DOCUMENT } from './policy.ts';

const LANGUAGES = [
  'de',
  'en',
  'pt-br',
  'de-AT',
  'tostring',
  'zh-Hant-TW',
  '__proto__',
  'constructor',
  'i-default',
] as const;

const KEYS = [
  'button.start',
  'status.approved',
  'consent.why',
  'block.rejected',
  'block.support',
  'next.date',
  'x',
] as const;

const text = fc.oneof(
  fc.constantFrom('{{brand}}', '{{date}}', '{{ brand }}', '{{-brand}}', '{{{brand}}}', '$t(x)'),
  anyText,
);

const fresh = fc
  .tuple(
    fc.dictionary(
      fc.constantFrom(...LANGUAGES),
      fc.dictionary(fc.constantFrom(...KEYS), fc.oneof(text, text, anyJson)),
    ),
    fc.constantFrom({}, { consent_version: '2' }, { consent_version: 2 }),
  )
  .map((parts) => JSON.stringify(Object.assign({}, ...parts)));

/** The document of `TEXTS`, and, if it is accepted, what people are shown by it. */
export const texts: Target = {
  name: 'texts',
  share: 2,
  ...DOCUMENT,
  dictionary: [...LANGUAGES, ...KEYS, ...YAML_WORDS, 'consent_version', '{{brand}}', '{{date}}'],
  fresh,
  run: (input) => {
    const overrides = readOverrides(input);
    if ('problems' in overrides) {
      mustHold(overrides.problems.length > 0 && !overrides.problems.includes(''), 'neither texts nor a problem');
      return refused(`refused: ${overrides.problems[0]?.split(' ').slice(-4).join(' ')}`, overrides.problems);
    }
    const made = createTexts({ overrides, brand: 'Acme' });
    const values = [toText('button.start'), toText('block.support', { address: '{{brand}} $t(button.start)' })];
    const shown = Object.keys(overrides.languages).map((language) =>
      values.map((one) => made.translate(language, one)),
    );
    mustHold(
      shown.flat().every((one) => one !== ''),
      'a text that is empty',
    );
    return accepted([overrides, made.consentVersion, shown], `accepted: ${Object.keys(overrides.languages).length}`);
  },
};
