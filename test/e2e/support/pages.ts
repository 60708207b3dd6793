import type { Answer } from '../../../sandbox/kratos/client/loopback.ts';
import { unescapeHtml } from '../../support/clients/entities.ts';

/** The URL of a page's action where that is a link; undefined where it is a button, or where there is none. */
export function linkOn({ text }: Answer): string | undefined {
  const href = /<a id="action" href="([^"]*)"/.exec(text)?.[1];
  return href === undefined ? undefined : unescapeHtml(href);
}

/** The main sentence of a page. */
export function sentenceOn({ text }: Answer): string | undefined {
  const sentence = /<p id="sentence"[^>]*>([^<]*)</.exec(text)?.[1];
  return sentence === undefined ? undefined : unescapeHtml(sentence);
}
