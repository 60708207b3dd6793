import { parse } from 'yaml';
import { z } from 'zod';
import { CONSENT_VERSION, en } from './en.ts';
import type { TextKey } from './messages.ts';

/** What the operator says otherwise than we do. */
export interface Overrides {
  /** Of the consent text: who agreed to another version is asked again. */
  readonly consentVersion?: string | undefined;
  /** By language tag, e.g. `de` or `pt-BR`; what a language of the operator's lacks is said in English. */
  readonly languages: Readonly<Record<string, Partial<Record<TextKey, string>>>>;
}

type Given = Readonly<Record<string, string>>;

const version = z
  .string({ error: 'must be in quotes' })
  .regex(/^[\w.-]{1,40}$/, 'must be 1 to 40 letters, digits, . or -');
const word = z.string({ error: 'must be a text' }).trim().min(1, 'must not be empty');
const texts = z.record(z.string(), word, { error: 'must have texts by name below it' });
const document = z
  .object({ consent_version: version.optional() }, { error: 'must have languages, e.g. `de`, with texts below them' })
  .catchall(texts);

/** The names between double braces, in alphabetical order. `{{brand}}` may stand, or not, wherever it likes. */
function placeholders(text: string): string {
  const names = [...text.matchAll(/\{\{(.*?)\}\}/g)].map(([, name = '']) => name.trim());
  return [...new Set(names)]
    .filter((name) => name !== 'brand')
    .sort()
    .map((name) => `{{${name}}}`)
    .join(' ');
}

function wrongText(key: string, text: string): string | undefined {
  const ours: string | undefined = new Map<string, string>(Object.entries(en)).get(key);
  if (ours === undefined) return 'is no text of ours: webhook/texts/en.ts names them all';
  const needed = placeholders(ours);
  if (placeholders(text) === needed) return undefined;
  return needed === '' ? 'must have no placeholder but {{brand}}' : `must have ${needed}, and no other but {{brand}}`;
}

/** `pt-br` is `pt-BR`; undefined for what is no language tag. */
function canonicalTag(language: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(language)[0];
  } catch {
    return undefined;
  }
}

function wrongLanguage(language: string, given: Given): string[] {
  if (canonicalTag(language) === undefined) return [`${language} must be a language tag, e.g. pt or pt-BR`];
  return Object.entries(given).flatMap(([key, text]) => {
    const wrong = wrongText(key, text);
    return wrong === undefined ? [] : [`${language}: ${key} ${wrong}`];
  });
}

function changesConsent(given: Given): boolean {
  return Object.keys(given).some((key) => key.startsWith('consent.'));
}

/** A consent that was given to one text must not count for another. */
function wrongVersion(consentVersion: string | undefined, languages: readonly Given[]): string[] {
  if (!languages.some(changesConsent)) return [];
  if (consentVersion === undefined)
    return ['consent_version must be there where a consent text is changed, so that people are asked again'];
  const isOurs = consentVersion === CONSENT_VERSION;
  return isOurs
    ? [`consent_version must be another than that of our text ("${CONSENT_VERSION}"), so that people are asked again`]
    : [];
}

function load(yaml: string): { readonly loaded: unknown } | { readonly problem: string } {
  try {
    return { loaded: parse(yaml, { logLevel: 'error' }) ?? {} };
  } catch (error) {
    return {
      problem: `it must be YAML: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unreadable'}`,
    };
  }
}

/** Reads the document of the variable `TEXTS`; or says all that is wrong with it, at once. */
export function readOverrides(yaml: string): Overrides | { readonly problems: readonly string[] } {
  const read = load(yaml);
  if ('problem' in read) return { problems: [read.problem] };
  const parsed = document.safeParse(read.loaded);
  if (!parsed.success)
    return { problems: parsed.error.issues.map(({ path, message }) => `${path.join(': ') || 'it'} ${message}`) };
  const { consent_version: consentVersion, ...given } = parsed.data;
  const wrong = Object.entries(given).flatMap(([language, words]) => wrongLanguage(language, words));
  const problems = [...wrong, ...wrongVersion(consentVersion, Object.values(given))];
  if (problems.length > 0) return { problems };
  const canonical = Object.entries(given).map(([tag, words]): [string, Given] => [canonicalTag(tag) ?? tag, words]);
  return { consentVersion, languages: Object.fromEntries(canonical) };
}
