import { describe, expect, it } from 'vitest';
import { de } from '../../../webhook/texts/de.ts';
import { en } from '../../../webhook/texts/en.ts';
import { es } from '../../../webhook/texts/es.ts';
import { fr } from '../../../webhook/texts/fr.ts';

/** What no label of an action is, in small letters: it says neither what is done nor to what. */
const EMPTY_LABELS: Readonly<Record<string, readonly string[]>> = {
  en: [
    'start',
    'continue',
    'go on',
    'go back',
    'back',
    'try again',
    'start again',
    'look again',
    'click here',
    'submit',
  ],
  de: ['starten', 'weiter', 'zurück', 'noch einmal', 'noch einmal versuchen', 'erneut versuchen', 'neu beginnen'],
  fr: ['commencer', 'continuer', 'retour', 'revenir', 'réessayer', 'recommencer', 'actualiser', 'cliquez ici'],
  es: ['empezar', 'continuar', 'volver', 'intentarlo de nuevo', 'volver a empezar', 'comprobar de nuevo', 'reintentar'],
};

/** What no text says, in small letters: nobody speaks like that, or it has no agent. */
const STILTED: Readonly<Record<string, readonly string[]>> = {
  en: [
    'go on',
    'goes on',
    'need not',
    'in a moment',
    'cannot do this',
    'somebody',
    'anybody',
    'look again',
    'try again',
    'no longer good',
    'it is being',
    'tries',
  ],
  de: [
    'geht von selbst weiter',
    'weitermachen bei',
    'das nicht können',
    'umentscheiden',
    'es wird geprüft',
    'erneut nachsehen',
    'unter dieser adresse',
  ],
  fr: ['toute seule', 'ne pouvez pas le faire', 'réessayez', 'se prépare', 'à cette adresse', 'veuillez donc'],
  es: ['por sí sola', 'no puede hacerlo', 'inténtelo', 'se está preparando', 'en esta dirección', 'le está esperando'],
};

const LANGUAGES: Readonly<Record<string, Readonly<Record<string, string>>>> = { en, de, fr, es };

/** The labels of links and buttons that are not called `button.…`. */
const OTHER_ACTIONS = new Set([
  'footer.support',
  'foreign_link.continue',
  'consent.policy',
  'consent.agree',
  'consent.decline',
  'consent.withdraw',
  'declined.reconsider',
  'cannot.title',
  'phone.show',
  'phone.follow',
  'phone.here',
]);

const isAction = (key: string): boolean => key.startsWith('button.') || OTHER_ACTIONS.has(key);

const isHeading = (key: string): boolean => /^(title|problem)\.|\.title$/.test(key);

/** Characters: a heading is two lines on a phone, a label one or two, a text a short paragraph. */
const longest = (key: string): number => (isHeading(key) ? 64 : isAction(key) ? 40 : 300);

describe.each(Object.entries(LANGUAGES))('the wording in %s', (language, texts) => {
  const entries = Object.entries(texts);

  it(`each action in ${language} says what is done to what`, () => {
    const labels = entries.filter(([key]) => isAction(key));
    expect(labels.length).toBeGreaterThan(20);
    for (const [key, label] of labels) {
      expect(label.trim().split(/[\s’]+/).length, `${key}: ${label}`).toBeGreaterThan(1);
      expect(EMPTY_LABELS[language]).not.toContain(label.toLowerCase());
      expect(label, key).not.toMatch(/[.!:]$/);
    }
  });

  it(`no text in ${language} is stilted`, () => {
    const found = entries.flatMap(([key, text]) =>
      (STILTED[language] ?? [])
        .filter((phrase) => new RegExp(`(?<!\\p{L})${phrase}(?!\\p{L})`, 'u').test(text.toLowerCase()))
        .map((phrase) => `${key}: ${phrase}`),
    );
    expect(found).toEqual([]);
  });

  it(`every text in ${language} fits its place, begins with a capital where it is a sentence, and has no stray space`, () => {
    for (const [key, text] of entries) {
      expect(text.length, `${key}: ${text}`).toBeGreaterThan(3);
      expect(text.length, `${key}: ${text}`).toBeLessThanOrEqual(longest(key));
      if (text.endsWith('.')) expect(text, key).toMatch(/^(\p{Lu}|\{\{)/u);
      if (isHeading(key)) expect(text, key).not.toMatch(/[.!?:]$/);
      expect(text, key).toBe(text.trim());
      expect(text, key).not.toMatch(/ {2}|['"]|\.\.\./);
    }
  });

  it(`no heading in ${language} stands twice`, () => {
    const headings = entries.filter(([key]) => isHeading(key)).map(([, text]) => text);
    expect(headings.filter((text, index) => headings.indexOf(text) !== index)).toEqual([]);
  });
});

describe('the wording of one language and another', () => {
  const pairs = Object.keys(LANGUAGES).flatMap((one, index, all) => all.slice(index + 1).map((other) => [one, other]));

  it.each(pairs)('no text of %s is also one of %s', (one = '', other = '') => {
    const others = new Set(Object.values(LANGUAGES[other] ?? {}));
    expect(Object.entries(LANGUAGES[one] ?? {}).filter(([, text]) => others.has(text))).toEqual([]);
  });

  it.each(['de', 'fr', 'es'])('no text in %s is a multiple of the English one, or a fraction of it', (language) => {
    for (const [key, english] of Object.entries(en)) {
      const { length } = LANGUAGES[language]?.[key] ?? '';
      expect(length, key).toBeGreaterThan(english.length * 0.5);
      expect(length, key).toBeLessThan(english.length * 2 + 15);
    }
  });
});
