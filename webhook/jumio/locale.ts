/**
 * The values of `web.locale` in Jumio's guides to its web client, all of which its portal names too. No other is sent:
 * Jumio could refuse the create call. At most five characters (docs/reference/jumio.md#32-request-fields), so neither of
 * the two Serbian ones.
 */
const SUPPORTED: ReadonlySet<string> = new Set(
  (
    'ar bg cs da de el en en-GB es es-MX et fi fr he hr hu hy id it ja ka km ko lt ms nl no pl pt pt-BR ro ru sk sv ' +
    'th tr vi zh-CN zh-HK'
  ).split(' '),
);

/** Jumio's tags for languages that it names differently. */
const JUMIO_TAGS: ReadonlyMap<string, string> = new Map([
  ['nb', 'no'],
  ['nn', 'no'],
  ['zh', 'zh-CN'],
  ['zh-TW', 'zh-HK'],
  ['zh-MO', 'zh-HK'],
  ['zh-Hant', 'zh-HK'],
]);

function parse(tag: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(tag.replaceAll('_', '-'));
  } catch {
    return undefined;
  }
}

function supportedTag(tag: string): string | undefined {
  const jumioTag = JUMIO_TAGS.get(tag) ?? tag;
  return SUPPORTED.has(jumioTag) ? jumioTag : undefined;
}

/** Returns Jumio's tag for a language tag: of the country's variant, else of the language; undefined: Jumio has neither. */
export function jumioLocale(tag: string): string | undefined {
  const locale = parse(tag);
  if (locale === undefined) return undefined;
  const { language, region, script } = locale;
  const tags = [region && `${language}-${region}`, script && `${language}-${script}`, language];
  return tags.map((each) => (each ? supportedTag(each) : undefined)).find((each) => each !== undefined);
}
