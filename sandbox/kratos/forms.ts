export interface Form {
  readonly action: string;
  readonly fields: Record<string, string>;
}

/** The first form of a page: its absolute action and the fields that already have a value. Throws when there is none. */
export function firstForm(html: string, pageUrl: string): Form {
  const [, opening, inner] = /<form\b([^>]*)>([\s\S]*?)<\/form>/i.exec(html) ?? [];
  if (opening === undefined || inner === undefined) throw new Error(`no form on ${pageUrl}`);
  const action = new URL(attribute(opening, 'action') ?? pageUrl, pageUrl).href;
  return { action, fields: Object.fromEntries(inputs(inner)) };
}

function inputs(html: string): [string, string][] {
  return [...html.matchAll(/<(?:input|button)\b([^>]*)>/gi)].flatMap(([, attributes = '']) => {
    const name = attribute(attributes, 'name');
    const value = attribute(attributes, 'value');
    return name === undefined || value === undefined ? [] : [[name, value] satisfies [string, string]];
  });
}

function attribute(attributes: string, name: string): string | undefined {
  const value = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'i').exec(attributes);
  return value === null ? undefined : decodeEntities(value[1] ?? value[2] ?? '');
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    return ENTITIES[name] ?? whole;
  });
}
