import { createInstance, type i18n } from 'i18next';
import { de } from './de.ts';
import { CONSENT_VERSION, en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { chooseLanguage, type LanguagePreference } from './language.ts';
import type { Messages, Text, TextKey, Value } from './messages.ts';
import type { Overrides } from './overrides.ts';

/** English first: it is what is spoken where nothing else fits, and where a language lacks a text. */
const SHIPPED: Readonly<Record<string, Messages>> = { en, de, fr, es };
const FALLBACK = 'en';
/** No version of an operator's has a `+`. */
const WITH_TRAITS = '+traits';

/** Every text, in every language. */
export interface Texts {
  /** Of the consent text: who agreed to another one is asked again. */
  readonly consentVersion: string;
  /** The tag of the language to speak to somebody in. */
  choose(wish: LanguagePreference): string;
  /** A text in a language, as plain words: whoever writes HTML escapes them. */
  tell(language: string, text: Text): string;
}

export interface TextsOptions {
  /** The operator's name; without one the texts say "this service". */
  readonly brand?: string | undefined;
  readonly overrides?: Overrides | undefined;
  /** Whether the consent text says that traits go to Jumio; that is another text, and another version. */
  readonly sendsTraits?: boolean;
}

/** Every text by language tag, English first. */
function merged({ languages = {} }: Partial<Overrides> = {}): ReadonlyMap<string, Partial<Messages>> {
  const tags = [...new Set([...Object.keys(SHIPPED), ...Object.keys(languages)])];
  return new Map(tags.map((tag) => [tag, { ...SHIPPED[tag], ...languages[tag] }]));
}

/** Keys hold dots and texts colons. What stands in a placeholder is never read as a text of its own. */
function open(messages: ReadonlyMap<string, Partial<Messages>>): i18n {
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

/** Good wherever it is read: the time zone is named. */
const DAY = { day: 'numeric', month: 'long', year: 'numeric' } as const;
const TIME = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: 'UTC', timeZoneName: 'short' } as const;

/** Times as the language writes them: `14 February 2026 at 12:00 UTC`. English is written as most of the world writes it. */
function written(value: Value, language: string): string | number {
  if (!(value instanceof Date)) return value;
  const locale = language === FALLBACK ? 'en-GB' : language;
  return new Intl.DateTimeFormat(locale, { ...DAY, ...TIME }).format(value);
}

/** A text without placeholders of its own is always the same, and a page holds a dozen: each is put together once. */
function remembering(tell: Texts['tell']): Texts['tell'] {
  const said = new Map<string, string>();
  return (language, text) => {
    if (text.values !== undefined) return tell(language, text);
    const name = `${language} ${text.key}`;
    const known = said.get(name) ?? tell(language, text);
    said.set(name, known);
    return known;
  };
}

export function createTexts({ brand, overrides, sendsTraits = false }: TextsOptions = {}): Texts {
  const messages = merged(overrides);
  const instance = open(messages);
  const others = [...messages.keys()].filter((tag) => tag !== FALLBACK);
  const translate = (language: string, key: TextKey, values: object): string =>
    instance.t(key, { ...values, lng: language, nest: false });
  const tell = remembering((language, { key, values = {} }) => {
    const filled = Object.entries(values).map(([name, value]) => [name, written(value, language)]);
    const name = brand ?? translate(language, 'brand.unnamed', {});
    return translate(language, key, { brand: name, ...Object.fromEntries(filled) });
  });
  return {
    consentVersion: (overrides?.consentVersion ?? CONSENT_VERSION) + (sendsTraits ? WITH_TRAITS : ''),
    choose: (wish) => chooseLanguage([FALLBACK, ...others], wish),
    tell,
  };
}
