import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { de } from '../../../webhook/texts/de.ts';
import { en } from '../../../webhook/texts/en.ts';
import { es } from '../../../webhook/texts/es.ts';
import { fr } from '../../../webhook/texts/fr.ts';
import { toText } from '../../../webhook/texts/messages.ts';
import { createTexts } from '../../../webhook/texts/texts.ts';
import { modulesBelow } from '../../support/repository/modules.ts';

const LANGUAGES = { de, fr, es };

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{\{([^}]*)\}\}/g)].map(([, name = '']) => name).sort();
}

describe.each(Object.entries(LANGUAGES))('the texts in %s', (language, messages) => {
  const given: Readonly<Record<string, string>> = messages;

  it(`the texts in ${language} have exactly the keys of English`, () => {
    expect(Object.keys(given)).toEqual(Object.keys(en));
  });

  it.each(Object.entries(en))(`the text %s in ${language} has the same placeholders as in English`, (key, english) => {
    const text = given[key] ?? '';
    expect(text.trim()).not.toBe('');
    expect(placeholders(text)).toEqual(placeholders(english));
    expect(text.endsWith('.')).toBe(english.endsWith('.'));
  });
});

describe('all texts', () => {
  const sources = modulesBelow('webhook').filter(({ path }) => !path.startsWith('webhook/texts/'));
  const sourceText = sources
    .map(({ path }) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8'))
    .join('\n');

  it('every text is used', () => {
    // Refusal texts are used by the name of their block.
    const others = new Set(['brand.unnamed', 'block.rejected', 'block.review', 'block.unverified', 'block.unknown']);
    const isUsed = (key: string): boolean => sourceText.includes(`'${key.replace(/_unnamed$/, '')}'`);
    expect(Object.keys(en).filter((key) => !others.has(key) && !isUsed(key))).toEqual([]);
  });

  it('the brand stands at the beginning of a sentence only, because it may be "This service", or has a text without it', () => {
    for (const [key, text] of Object.entries(en))
      if (!Object.hasOwn(en, `${key}_unnamed`))
        expect(text.replace(/(^|\. )\{\{brand\}\}/g, '')).not.toContain('{{brand}}');
  });

  it.each([
    ['Acme', 'Continue to Acme', 'Zurück zu Acme'],
    [undefined, 'Continue to your account', 'Identitätsprüfung verlassen'],
  ])('where the operator is called %s, the actions say: %s, %s', (brand, onwards, back) => {
    const texts = createTexts({ brand });
    expect(texts.translate('en', toText('button.to_application'))).toBe(onwards);
    expect(texts.translate('de', toText('button.go_back'))).toBe(back);
  });

  it('French punctuation stays on the line of its word', () => {
    for (const text of Object.values(fr)) expect(text).not.toMatch(/ [;:?!»]|[^\s\u00a0\u202f][;?!]/);
  });
});

describe('the choice of a language', () => {
  const texts = createTexts();

  it.each([
    [undefined, 'en'],
    ['', 'en'],
    ['de', 'de'],
    ['de-AT', 'de'],
    ['DE-at, en;q=0.8', 'de'],
    ['en-US,en;q=0.9,de;q=0.8', 'en'],
    ['xx, de;q=0.1', 'de'],
    ['xx', 'en'],
    ['*', 'en'],
    ['de;q=0, *', 'en'],
    [';;;,,,=q', 'en'],
    ['de;q="', 'de'],
    [`${'x'.repeat(100_000)},de`, 'en'],
    [`de,${','.repeat(100_000)}`, 'de'],
    [`${'xx,'.repeat(66)}deu`, 'en'],
    ['\u0000\uD800', 'en'],
  ])('the language for Accept-Language %j is %s', (acceptLanguage, language) => {
    const before = performance.now();
    expect(texts.choose({ acceptLanguage })).toBe(language);
    // The choice is fast; an implementation that scans such a header repeatedly takes far longer on any machine.
    expect(performance.now() - before).toBeLessThan(1_000);
  });

  it('the language is one of ours for any input', () => {
    const word = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[a-z*;=q"\\,.0-9 -]{0,60}$/));
    fc.assert(
      fc.property(word, word, (locale, acceptLanguage) => {
        expect(['en', 'de', 'fr', 'es']).toContain(texts.choose({ locale, acceptLanguage }));
      }),
    );
  });

  it.each([
    ['de', 'en', 'de'],
    ['de_CH', 'en', 'de'],
    ['xx', 'de', 'de'],
    ['', 'de', 'de'],
    [null, 'de', 'de'],
    ['not a tag', undefined, 'en'],
  ])('the language for the locale %j before Accept-Language %j is %s', (locale, acceptLanguage, language) => {
    expect(texts.choose({ locale, acceptLanguage })).toBe(language);
  });
});

describe('placeholders in texts', () => {
  it.each([
    ['en', 'You can start a new identity check from 3 February 2026 at 23:59 UTC.'],
    ['de', 'Eine neue Identitätsprüfung können Sie ab dem 3. Februar 2026 um 23:59 UTC starten.'],
    ['fr', 'Vous pourrez commencer une nouvelle vérification à partir du 3 février 2026 à 23:59 UTC.'],
    ['es', 'Podrá empezar una nueva verificación a partir del 3 de febrero de 2026 a las 23:59 UTC.'],
  ])('a time is formatted in its language with its time zone: %s', (language, words) => {
    const text = toText('next.date', { date: new Date('2026-02-03T23:59:00Z') });
    expect(createTexts().translate(language, text)).toBe(words);
  });

  it('the value of a placeholder is inserted as plain text', () => {
    const date = '$t(block.review) {{brand}} <b>&';
    expect(createTexts().translate('en', toText('next.date', { date }))).toBe(
      `You can start a new identity check from ${date}.`,
    );
  });
});
