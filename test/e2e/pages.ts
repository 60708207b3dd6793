import type { Answer } from '../../sandbox/kratos/loopback.ts';

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

function unescaped(html: string): string {
  return html.replace(/&(amp|lt|gt|quot|#39);/g, (whole, name) => ENTITIES[name] ?? whole);
}

/** Where the one link of a page leads; undefined where it has a button or nothing. */
export function linkOn({ text }: Answer): string | undefined {
  const href = /<a id="action" href="([^"]*)"/.exec(text)?.[1];
  return href === undefined ? undefined : unescaped(href);
}

/** The one sentence of a page. */
export function sentenceOn({ text }: Answer): string | undefined {
  const sentence = /<p id="sentence">([^<]*)</.exec(text)?.[1];
  return sentence === undefined ? undefined : unescaped(sentence);
}
