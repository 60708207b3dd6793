import type { Text } from '../texts/messages.ts';

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
