import type { Text } from '../../texts/messages.ts';
import type { QrCode } from './phone/qr-code.ts';

/** An address with which a person at a computer goes on with their phone. */
export interface PhoneAddress {
  /** A one-time link: a secret of the person who sees the page. */
  readonly address: string;
  readonly code: QrCode;
  /** The page that waits for the phone. */
  readonly followPath: string;
}

/** The input of a page besides the view. */
export interface PageFields {
  readonly place: 'verify' | 'status';
  /** Whether the person pressed the button that leads here. */
  readonly pressed?: boolean | undefined;
  /** Hidden inputs of every form. */
  readonly fields: Readonly<Record<string, string>>;
  /** The version of the current consent text. */
  readonly consentVersion: string;
  /** Whether traits go to Jumio (`PREPARED_DATA`). */
  readonly sendsTraits?: boolean;
  /** Whether Jumio is asked at the sign-up (`VERIFICATION_START`); by default it is. */
  readonly tellsJumioAtSignUp?: boolean;
  /** Where "Continue" leads; undefined: nowhere. */
  readonly returnTo: string | undefined;
  /** The hint of Jumio's redirect. */
  readonly hint?: Text | undefined;
  /** When the person returned from Jumio after finishing, by its redirect; epoch milliseconds. */
  readonly back?: number | undefined;
  readonly privacyUrl?: string | undefined;
  /** Where people find help: a web URL or `mailto:`. */
  readonly support?: string | undefined;
  /** The address with which the person can go on with their phone, or a button that makes one; undefined: this page offers none. */
  readonly phone?: PhoneAddress | 'on-request' | undefined;
  /** Whether this is the phone of a person who goes on at their computer afterwards. */
  readonly isPhone?: boolean | undefined;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** An action of the person: follow a link, press a button that posts, or, if there is nothing to press, read a text. */
export type Action =
  | { readonly kind: 'link'; readonly href: string; readonly text: Text }
  | {
      readonly kind: 'button';
      readonly to: string;
      readonly text: Text;
      /** Hidden inputs. */
      readonly fields: Readonly<Record<string, string>>;
      /** Only on a page that answers a press with a wait: its script presses once more when the wait is over. */
      readonly pressesAgain?: true;
      /** Shown at a computer only (style.css). */
      readonly isForComputer?: true;
    }
  | { readonly kind: 'text'; readonly text: Text };

/** A part of a page between the sentence and the action. */
export type PageBlock =
  | { readonly kind: 'paragraph'; readonly text: Text }
  /** Shown only if no script runs. */
  | { readonly kind: 'without-scripts'; readonly text: Text }
  /** Stands out, so that the person does not overlook it. */
  | { readonly kind: 'notice'; readonly text: Text }
  /** A link in small print, for further reading or for few people. */
  | { readonly kind: 'link'; readonly href: string; readonly text: Text }
  | { readonly kind: 'list'; readonly heading: Text; readonly items: readonly Text[] }
  /** The way on to a phone, shown at a computer only (style.css). */
  | ({ readonly kind: 'phone' } & PhoneAddress);

/** A block of running text. */
export type TextBlock = Extract<PageBlock, { kind: 'paragraph' | 'list' }>;

/**
 * `open`: the next step is the person's. `done`: nothing is left to do. `problem`: something did not work. `waiting`: a program
 * is at work, and the page continues by itself. `review`: people are at work, which takes longer.
 */
export type Mood = 'open' | 'done' | 'problem' | 'waiting' | 'review';

/** A page as data, without markup. */
export interface Page {
  /** The heading and the title of the window: the answer, in a few words. */
  readonly title: Text;
  /** How it stands, as an icon beside the heading, which says it in words. */
  readonly mood?: Mood;
  /** What the heading does not say yet. */
  readonly sentence: Text;
  readonly blocks?: readonly PageBlock[];
  /** The one thing to do next. */
  readonly action: Action;
  /** Less likely actions. */
  readonly others?: readonly Action[];
  /** On a page that waits: seconds until it polls. */
  readonly refreshSeconds?: number;
  /** The page leads to `to` by itself after so many seconds; its action leads there too. */
  readonly onwards?: { readonly to: string; readonly seconds: number };
  /**
   * On a page whose person may go on with their phone: what it shows, so that its script notices when they have, and where
   * it then leads. Unlike the status, this is polled without a visit: nobody may be at Jumio yet.
   */
  readonly follow?: { readonly to: string; readonly seen: string };
  /** On a page that waits: what it shows, so that its script notices a change at the first poll. */
  readonly shown?: { readonly status: string; readonly waitingOn: string };
}

/** Returns a link as an action or a block. */
export function link(href: string, text: Text): Action & { kind: 'link' } {
  return { kind: 'link', href, text };
}

/** Returns a form with one button. */
export function button(
  text: Text,
  fields: Readonly<Record<string, string>>,
  to = '/jumio/verify',
): Action & { kind: 'button' } {
  return { kind: 'button', to, text, fields };
}

/** Returns a paragraph for each text that is given. */
export function paragraphs(...texts: readonly (Text | undefined)[]): PageBlock[] {
  return texts.flatMap((text) => (text === undefined ? [] : [{ kind: 'paragraph', text }]));
}

/** Returns a text in place of an action. */
export function plainText(text: Text): Action {
  return { kind: 'text', text };
}
