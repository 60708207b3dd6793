import Negotiator from 'negotiator';

/** Characters of a header that are read. The preferred languages come first. */
const LONGEST_HEADER = 200;

/** The known facts about the language of a person. */
export interface LanguagePreference {
  /** The language tag that the person chose; it wins over the header. */
  readonly locale?: string | null | undefined;
  /** The `Accept-Language` header. */
  readonly acceptLanguage?: string | null | undefined;
}

/** Cuts a long header at a comma, so that no language tag is cut in two. */
function shorten(header: string): string {
  return header.length <= LONGEST_HEADER
    ? header
    : header.slice(0, Math.max(0, header.lastIndexOf(',', LONGEST_HEADER)));
}

function negotiate(header: string, languages: readonly string[]): string | undefined {
  return new Negotiator({ headers: { 'accept-language': shorten(header) } }).language([...languages]);
}

/** Returns the available language that fits best: `de-AT` finds `de`. The first one if none fits, or the preference cannot be read. */
export function chooseLanguage(
  languages: readonly [string, ...string[]],
  { locale, acceptLanguage }: LanguagePreference,
): string {
  const chosen = locale ? negotiate(locale.replaceAll('_', '-'), languages) : undefined;
  return chosen ?? (acceptLanguage ? negotiate(acceptLanguage, languages) : undefined) ?? languages[0];
}
