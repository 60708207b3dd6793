import Negotiator from 'negotiator';

/** Of a header that is longer only the beginning is read: what a person prefers stands there. */
const LONGEST_HEADER = 200;

/** What is known of the language that somebody reads. */
export interface Wish {
  /** A language tag of the person's own choice; it counts before the browser's. */
  readonly locale?: string | null | undefined;
  /** The `Accept-Language` header. */
  readonly acceptLanguage?: string | null | undefined;
}

function negotiate(header: string, languages: readonly string[]): string | undefined {
  try {
    const request = { headers: { 'accept-language': header.slice(0, LONGEST_HEADER) } };
    return new Negotiator(request).language([...languages]);
  } catch {
    return undefined;
  }
}

/** The language of ours that fits best: `de-AT` finds `de`. The first one where nothing fits, or nothing can be read. */
export function chooseLanguage(languages: readonly [string, ...string[]], { locale, acceptLanguage }: Wish): string {
  const own = locale ? negotiate(locale.replaceAll('_', '-'), languages) : undefined;
  return own ?? (acceptLanguage ? negotiate(acceptLanguage, languages) : undefined) ?? languages[0];
}
