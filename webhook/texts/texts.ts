import { createInstance, type i18n } from 'i18next';
import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { chooseLanguage, type Wish } from './language.ts';
import type { Messages, Text, Value } from './messages.ts';

/** English first: it is what is spoken where nothing else fits, and where a language lacks a text. */
const SHIPPED: Readonly<Record<string, Messages>> = { en, de, fr, es };
const FALLBACK = 'en';

/** Every text, in every language. */
export interface Texts {
  /** The tag of the language to speak to somebody in. */
  choose(wish: Wish): string;
  /** A text in a language, as plain words: whoever writes HTML escapes them. */
  tell(language: string, text: Text): string;
}

export interface TextsOptions {
  /** The operator's name; without one the texts say "this service". */
  readonly brand?: string | undefined;
}

/** Keys hold dots and texts colons. What stands in a placeholder is never read as a text of its own. */
function open(): i18n {
  const instance = createInstance();
  void instance.init({
    resources: Object.fromEntries(
      Object.entries(SHIPPED).map(([language, translation]) => [language, { translation }]),
    ),
    fallbackLng: FALLBACK,
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
    initAsync: false,
  });
  return instance;
}

/** Days as the language writes them: `14 February 2026`. English is written as most of the world writes it. */
function written(value: Value, language: string): string | number {
  if (!(value instanceof Date)) return value;
  const locale = language === FALLBACK ? 'en-GB' : language;
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(value);
}

export function createTexts({ brand }: TextsOptions = {}): Texts {
  const instance = open();
  const translate = (language: string, key: string, values: object): string =>
    instance.getFixedT(language)(key, { ...values, nest: false });
  return {
    choose: (wish) => chooseLanguage([FALLBACK, ...Object.keys(SHIPPED).filter((tag) => tag !== FALLBACK)], wish),
    tell: (language, { key, values = {} }) => {
      const filled = Object.entries(values).map(([name, value]) => [name, written(value, language)]);
      const name = brand ?? translate(language, 'brand.unnamed', {});
      return translate(language, key, { brand: name, ...Object.fromEntries(filled) });
    },
  };
}
