import { createInstance, type i18n } from 'i18next';
import { de } from './de.ts';
import { CONSENT_VERSION, en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { chooseLanguage, type LanguagePreference } from './language.ts';
import type { Messages, PlaceholderValue, Text, TextKey } from './messages.ts';
import type { Overrides } from './overrides.ts';

/** English is first: it is used if no other language fits, and for a text that a language lacks. */
const SHIPPED: Readonly<Record<string, Messages>> = { en, de, fr, es };

const FALLBACK = 'en';

/** The versions of operators have no `+`, so none is the same by chance. */
const WITH_TRAITS = '+traits';

/** Every text, in every language. */
export interface Texts {
  /** The version of the consent text: a person who agreed to another version is asked again. */
  readonly consentVersion: string;
  /** Returns the tag of the available language that fits best. */
  choose(preference: LanguagePreference): string;
  /** Returns a text in a language, not escaped: the caller escapes it for HTML. */
  translate(language: string, text: Text): string;
}

export interface TextsOptions {
  /** The operator's name; without one the texts use "this service". */
  readonly brand?: string | undefined;
  readonly overrides?: Overrides | undefined;
  /** Whether the consent text names the traits that go to Jumio: another text, so another version. */
  readonly sendsTraits?: boolean;
}

/** The texts by language tag, English first; those of the operator win. */
function mergeOverrides({ languages = {} }: Partial<Overrides> = {}): ReadonlyMap<string, Partial<Messages>> {
  const tags = [...new Set([...Object.keys(SHIPPED), ...Object.keys(languages)])];
  return new Map(tags.map((tag) => [tag, { ...SHIPPED[tag], ...languages[tag] }]));
}

/** No separators, because keys have dots and texts have colons. */
function createI18n(messages: ReadonlyMap<string, Partial<Messages>>): i18n {
  const instance = createInstance();
  void instance.init({
    resources: Object.fromEntries([...messages].map(([tag, translation]) => [tag, { translation }])),
    fallbackLng: FALLBACK,
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
    initAsync: false,
  });
  return instance;
}

/** With the time zone, because the person may live in any. */
const DAY = { day: 'numeric', month: 'long', year: 'numeric' } as const;
const TIME = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: 'UTC', timeZoneName: 'short' } as const;

/** Formats a time as the language does: `14 February 2026 at 12:00 UTC`. English uses the day before the month. */
function format(value: PlaceholderValue, language: string): string | number {
  if (!(value instanceof Date)) return value;
  const locale = language === FALLBACK ? 'en-GB' : language;
  return new Intl.DateTimeFormat(locale, { ...DAY, ...TIME }).format(value);
}

/** Caches the texts without values: they are always the same, and a page has a dozen of them. */
function cached(translate: Texts['translate']): Texts['translate'] {
  const cache = new Map<string, string>();
  return (language, text) => {
    if (text.values !== undefined) return translate(language, text);
    const name = `${language} ${text.key}`;
    const translation = cache.get(name) ?? translate(language, text);
    cache.set(name, translation);
    return translation;
  };
}

/** Returns the shipped texts with the operator's brand and overrides. */
export function createTexts({ brand, overrides, sendsTraits = false }: TextsOptions = {}): Texts {
  const messages = mergeOverrides(overrides);
  const instance = createI18n(messages);
  const others = [...messages.keys()].filter((tag) => tag !== FALLBACK);
  // Without `nest` a value of a placeholder is never read as a key.
  const lookUp = (language: string, key: TextKey, values: object): string =>
    instance.t(key, { ...values, lng: language, nest: false });
  const translate = cached((language, { key, values = {} }) => {
    const filled = Object.entries(values).map(([name, value]) => [name, format(value, language)]);
    if (brand !== undefined) return lookUp(language, key, { brand, ...Object.fromEntries(filled) });
    const unnamed = lookUp(language, 'brand.unnamed', {});
    // i18next looks up the key with `_unnamed` first, and the key itself where there is none.
    return lookUp(language, key, { context: 'unnamed', brand: unnamed, ...Object.fromEntries(filled) });
  });
  return {
    consentVersion: (overrides?.consentVersion ?? CONSENT_VERSION) + (sendsTraits ? WITH_TRAITS : ''),
    choose: (preference) => chooseLanguage([FALLBACK, ...others], preference),
    translate,
  };
}
