import type { Text } from '../../texts/messages.ts';

/** What a page about a standing needs besides the view. */
export interface PageFields {
  readonly place: 'verify' | 'status';
  /** Whether the person pressed the button to get here. */
  readonly pressed?: boolean | undefined;
  /** Hidden inputs of every form. */
  readonly fields: Readonly<Record<string, string>>;
  /** Of the text that counts now. */
  readonly consentVersion: string;
  /** Whether traits go to Jumio (`PREPARED_DATA`). */
  readonly sendsTraits?: boolean;
  /** Where "Continue" leads; undefined: there is nowhere to go. */
  readonly returnTo: string | undefined;
  /** What Jumio's redirect hints at. */
  readonly hint?: Text | undefined;
  /** Since when somebody is back who has finished at Jumio, as far as its redirect says; epoch milliseconds. */
  readonly back?: number | undefined;
  readonly privacyUrl?: string | undefined;
  /** Where people find help: an address of the web or `mailto:`. */
  readonly support?: string | undefined;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** A way on: a link, a button that posts, or words where there is nothing to press. */
export type Action =
  | { readonly kind: 'link'; readonly href: string; readonly text: Text }
  | {
      readonly kind: 'button';
      readonly to: string;
      readonly text: Text;
      /** Hidden inputs. */
      readonly fields: Readonly<Record<string, string>>;
      /** Of a page that waits because it was pressed: its script presses once more when the wait is over. */
      readonly goesOn?: true;
    }
  | { readonly kind: 'words'; readonly text: Text };

/** What may stand between the sentence and the action. */
export type PageBlock =
  | { readonly kind: 'paragraph'; readonly text: Text }
  /** Only where no script runs. */
  | { readonly kind: 'without-scripts'; readonly text: Text }
  /** Stands out: what the person should not overlook. */
  | { readonly kind: 'notice'; readonly text: Text }
  /** A link that does not ask to be pressed: to read more, or for few. */
  | { readonly kind: 'link'; readonly href: string; readonly text: Text }
  | { readonly kind: 'list'; readonly heading: Text; readonly items: readonly Text[] };

/** A page as data: whoever composes one writes no markup. */
export interface Page {
  /** The heading; without one `page.title`. */
  readonly title?: Text;
  /** The one sentence that says how things stand. */
  readonly sentence: Text;
  readonly blocks?: readonly PageBlock[];
  /** The one thing to do next. */
  readonly action: Action;
  /** Other ways, which are less likely. */
  readonly others?: readonly Action[];
  /** The page goes on by itself: after so many seconds it looks again. */
  readonly refreshSeconds?: number;
  /** The page leads there by itself after so many seconds, and its action leads there too. */
  readonly onwards?: { readonly to: string; readonly seconds: number };
  /** Of a page that waits: what it was made from, so that its script sees at once that this has changed. */
  readonly seen?: { readonly status: string; readonly waitingOn: string };
}

export function link(href: string, text: Text): Action & { kind: 'link' } {
  return { kind: 'link', href, text };
}

/** A form with one button. */
export function button(
  text: Text,
  fields: Readonly<Record<string, string>>,
  to = '/jumio/verify',
): Action & { kind: 'button' } {
  return { kind: 'button', to, text, fields };
}

/** Those texts that there are. */
export function paragraphs(...texts: readonly (Text | undefined)[]): PageBlock[] {
  return texts.flatMap((text) => (text === undefined ? [] : [{ kind: 'paragraph', text }]));
}

export function words(text: Text): Action {
  return { kind: 'words', text };
}
