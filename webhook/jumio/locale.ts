/**
 * The values of `web.locale` that Jumio's guides to its web client list, all of which its portal names as well. No
 * other is sent: an odd one could be refused, for everybody. At most five characters (docs/reference/jumio.md#32-request-fields), so neither of
 * the two Serbian ones.
 */
const KNOWN: ReadonlySet<string> = new Set(
  (
    'ar bg cs da de el en en-GB es es-MX et fi fr he hr hu hy id it ja ka km ko lt ms nl no pl pt pt-BR ro ru sk sv ' +
    'th tr vi zh-CN zh-HK'
  ).split(' '),
);

/** Languages that Jumio knows by another tag. */
const OTHERWISE: ReadonlyMap<string, string> = new Map([
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

function known(tag: string): string | undefined {
  const jumios = OTHERWISE.get(tag) ?? tag;
  return KNOWN.has(jumios) ? jumios : undefined;
}

/** What Jumio calls the language of a tag: the country's variant, else the language; undefined: it has neither. */
export function jumioLocale(tag: string): string | undefined {
  const locale = parse(tag);
  if (locale === undefined) return undefined;
  const { language, region, script } = locale;
  const tags = [region && `${language}-${region}`, script && `${language}-${script}`, language];
  return tags.map((one) => (one ? known(one) : undefined)).find((one) => one !== undefined);
}
