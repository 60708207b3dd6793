import { say, type Text } from '../texts/messages.ts';
import type { Texts } from '../texts/texts.ts';
import { consentBlocks } from './consent-page.ts';
import type { Block } from './page.ts';

/** The text that a person must agree to, for an application that shows it itself. */
export interface ConsentText {
  readonly text_version: string;
  readonly language: string;
  readonly title: string;
  /** In the order in which they are read; `items` belong below a heading. */
  readonly paragraphs: readonly { readonly text: string; readonly items?: readonly string[] }[];
  /** The operator's, where there is one. */
  readonly privacy_url?: string;
}

/** Word by word what the page says: there is one text, and an operator replaces it in one place. */
export function consentText(
  version: string,
  language: string,
  texts: Texts,
  { privacyUrl, sendsTraits }: { readonly privacyUrl: string | undefined; readonly sendsTraits: boolean },
): ConsentText {
  const tell = (text: Text): string => texts.tell(language, text);
  const paragraph = (block: Block) =>
    block.kind === 'list' ? { text: tell(block.heading), items: block.items.map(tell) } : { text: tell(block.text) };
  return {
    text_version: version,
    language,
    title: tell(say('consent.title')),
    paragraphs: [{ text: tell(say('consent.sentence')) }, ...consentBlocks(sendsTraits).map(paragraph)],
    ...(privacyUrl === undefined ? {} : { privacy_url: privacyUrl }),
  };
}
