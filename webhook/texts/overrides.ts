import { parse } from 'yaml';
import { z } from 'zod';
import { NOT_EMPTY } from '../accepted-text.ts';
import { DEEPEST, isTooDeep } from '../yaml-nesting.ts';
import { CONSENT_VERSION, en } from './en.ts';
import type { TextKey } from './messages.ts';

/** The operator's own texts, in place of the shipped ones or in further languages. */
export interface Overrides {
  /** The version of the consent text: a person who agreed to another version is asked again. */
  readonly consentVersion?: string | undefined;
  /** By language tag, e.g. `de` or `pt-BR`; a text that a further language lacks is English. */
  readonly languages: Readonly<Record<string, Partial<Record<TextKey, string>>>>;
}

/** The texts of one language, by key. */
type LanguageTexts = Readonly<Record<string, string>>;

const version = z
  .string({ error: 'must be in quotes' })
  .regex(/^[\w.-]{1,40}$/, 'must be 1 to 40 letters, digits, . or -');
const message = z.string({ error: 'must be a text' }).trim().regex(NOT_EMPTY, 'must not be empty');
const languageTexts = z.record(z.string(), message, { error: 'must have texts by name below it' });
const document = z
  .object({ consent_version: version.optional() }, { error: 'must have languages, e.g. `de`, with texts below them' })
  .catchall(languageTexts);

/** The names between double braces, in alphabetical order; without `{{brand}}`, which every text may have. */
function placeholders(text: string): string {
  const names = [...text.matchAll(/\{\{(.*?)\}\}/g)].map(([, name = '']) => name.trim());
  return [...new Set(names)]
    .filter((name) => name !== 'brand')
    .sort()
    .map((name) => `{{${name}}}`)
    .join(' ');
}

/** The mistake of one text; undefined if there is none. */
function textProblem(key: string, text: string): string | undefined {
  const shipped: string | undefined = new Map<string, string>(Object.entries(en)).get(key);
  if (shipped === undefined) return 'is no key of a text: webhook/texts/en.ts has them all';
  const needed = placeholders(shipped);
  if (placeholders(text) === needed) return undefined;
  return needed === '' ? 'must have no placeholder but {{brand}}' : `must have ${needed}, and no other but {{brand}}`;
}

/** Returns `pt-BR` for `pt-br`; undefined for a text that is no language tag. */
function canonicalTag(language: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(language)[0];
  } catch {
    return undefined;
  }
}

function languageProblems(language: string, texts: LanguageTexts): string[] {
  if (canonicalTag(language) === undefined) return [`${language} must be a language tag, e.g. pt or pt-BR`];
  return Object.entries(texts).flatMap(([key, text]) => {
    const problem = textProblem(key, text);
    return problem === undefined ? [] : [`${language}: ${key} ${problem}`];
  });
}

function changesConsent(texts: LanguageTexts): boolean {
  return Object.keys(texts).some((key) => key.startsWith('consent.'));
}

/** A consent to one text must not count for another, so a changed consent text needs another version. */
function versionProblems(consentVersion: string | undefined, languages: readonly LanguageTexts[]): string[] {
  if (!languages.some(changesConsent)) return [];
  if (consentVersion === undefined)
    return ['consent_version must be set if a consent text is changed, so that people are asked again'];
  return consentVersion === CONSENT_VERSION
    ? [
        `consent_version must differ from that of the shipped text ("${CONSENT_VERSION}"), so that people are asked again`,
      ]
    : [];
}

function load(yaml: string): { readonly loaded: unknown } | { readonly problem: string } {
  if (isTooDeep(yaml)) return { problem: `it must be YAML of at most ${DEEPEST} levels` };
  try {
    return { loaded: parse(yaml, { logLevel: 'error' }) ?? {} };
  } catch (error) {
    return {
      problem: `it must be YAML: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unreadable'}`,
    };
  }
}

/** Parses the document of the variable `TEXTS`; returns every problem at once if there is any. */
export function readOverrides(yaml: string): Overrides | { readonly problems: readonly string[] } {
  const read = load(yaml);
  if ('problem' in read) return { problems: [read.problem] };
  const parsed = document.safeParse(read.loaded);
  if (!parsed.success)
    return { problems: parsed.error.issues.map(({ path, message }) => `${path.join(': ') || 'it'} ${message}`) };
  const { consent_version: consentVersion, ...languages } = parsed.data;
  const problems = [
    ...Object.entries(languages).flatMap(([language, texts]) => languageProblems(language, texts)),
    ...versionProblems(consentVersion, Object.values(languages)),
  ];
  if (problems.length > 0) return { problems };
  const canonical = Object.entries(languages).map(([tag, texts]): [string, LanguageTexts] => [
    canonicalTag(tag) ?? tag,
    texts,
  ]);
  return { consentVersion, languages: Object.fromEntries(canonical) };
}
