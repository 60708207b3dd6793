import Negotiator from 'negotiator';

/** Of a header that is longer only the beginning is read: what a person prefers stands there. */
const LONGEST_HEADER = 200;

/** What is known of the language that somebody reads. */
export interface LanguagePreference {
  /** A language tag of the person's own choice; it counts before the browser's. */
  readonly locale?: string | null | undefined;
  /** The `Accept-Language` header. */
  readonly acceptLanguage?: string | null | undefined;
}

/** The beginning of a header, without the word that would be cut in two. */
function beginning(header: string): string {
  return header.length <= LONGEST_HEADER
    ? header
    : header.slice(0, Math.max(0, header.lastIndexOf(',', LONGEST_HEADER)));
}

function negotiate(header: string, languages: readonly string[]): string | undefined {
  return new Negotiator({ headers: { 'accept-language': beginning(header) } }).language([...languages]);
}

/** The language of ours that fits best: `de-AT` finds `de`. The first one where nothing fits, or nothing can be read. */
export function chooseLanguage(
  languages: readonly [string, ...string[]],
  { locale, acceptLanguage }: LanguagePreference,
): string {
  const own = locale ? negotiate(locale.replaceAll('_', '-'), languages) : undefined;
  return own ?? (acceptLanguage ? negotiate(acceptLanguage, languages) : undefined) ?? languages[0];
}

/** What a browser prefers above all, whether we speak it or not: `pt-BR`. Undefined: it says nothing that can be read. */
export function preferredLanguage(acceptLanguage: string | undefined): string | undefined {
  try {
    const request = { headers: { 'accept-language': (acceptLanguage ?? '').slice(0, LONGEST_HEADER) } };
    return new Negotiator(request).languages().find((tag) => /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(tag));
  } catch {
    return undefined;
  }
}
