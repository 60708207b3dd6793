import type { Answer } from '../../../sandbox/kratos/client/loopback.ts';
import { unescapeHtml } from '../../support/clients/entities.ts';

/** Where the one link of a page leads; undefined where it has a button or nothing. */
export function linkOn({ text }: Answer): string | undefined {
  const href = /<a id="action" href="([^"]*)"/.exec(text)?.[1];
  return href === undefined ? undefined : unescapeHtml(href);
}

/** The one sentence of a page. */
export function sentenceOn({ text }: Answer): string | undefined {
  const sentence = /<p id="sentence"[^>]*>([^<]*)</.exec(text)?.[1];
  return sentence === undefined ? undefined : unescapeHtml(sentence);
}
