import { randomBytes } from 'node:crypto';
import type { PayeeAccount } from '../payment/account.ts';
import type { Money } from '../payment/amount.ts';
import type { Payment } from '../payment/details.ts';

/*
 * What a message says of a payment. Both texts are stored as they were sent, and sent again at the check: they are never
 * made anew, because another version of the runtime may make another text.
 */

/** What fits into a message of one part beside the rest. */
const MOST_NAME = 40;

const LAST_CHARACTERS = 4;

/** Digits and capitals without 0, 1, I and O. */
const TAG_CHARACTERS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

const TAG_LENGTH = 4;

const TAG = new RegExp(` #([${TAG_CHARACTERS}]{${TAG_LENGTH}})$`);

/**
 * Returns the amount as the message says it, e.g. `50.00 EUR`: in ASCII with a plain blank. What `Intl` makes differs between
 * runtimes, and one character outside of the alphabet of SMS makes a message of two parts.
 */
export function smsAmount({ amount, currency }: Money): string {
  return `${amount} ${currency}`;
}

/** The start of a name, in whole characters as people see them. */
function shortName(name: string): string {
  if (Array.from(name).length <= MOST_NAME) return name;
  let short = '';
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(name)) {
    if (Array.from(short + segment).length > MOST_NAME) break;
    short += segment;
  }
  return short.trimEnd();
}

/** The country and the end of an IBAN (`DE..8603`), or the end of another account. */
function shortAccount(account: PayeeAccount): string {
  if ('iban' in account) return `${account.iban.slice(0, 2)}..${account.iban.slice(-LAST_CHARACTERS)}`;
  const { other } = account;
  return other.length <= LAST_CHARACTERS ? other : `..${other.slice(-LAST_CHARACTERS)}`;
}

/** Returns a random tag of one attempt. @param bytes one for each character of it */
export function newSmsTag(bytes: Uint8Array = randomBytes(TAG_LENGTH)): string {
  return Array.from(bytes.subarray(0, TAG_LENGTH), (byte) => TAG_CHARACTERS.charAt(byte % TAG_CHARACTERS.length)).join(
    '',
  );
}

/**
 * Returns the payee as the message says it, e.g. `John Doe DE..8603 #4F7K`. The tag makes it unique, and with it the code:
 * for the same number, amount and payee Twilio sends the code of before (docs/reference/twilio.md#2-start), with its used-up
 * checks, so a second payment of the same sum would be approved by the code of the first.
 */
export function smsPayee({ creditorName, creditorAccount }: Payment, tag: string): string {
  return `${shortName(creditorName)} ${shortAccount(creditorAccount)} #${tag}`;
}

/** Returns the tag of a payee as it was sent, for the page; undefined: it has none. */
export function smsTagOf(sentPayee: string): string | undefined {
  return TAG.exec(sentPayee)?.[1];
}

/** Returns a phone number in the format that Twilio takes and answers with (E.164); undefined: it is none. */
export function normalNumber(number: string): string | undefined {
  const bare = number.replace(/[ ().-]/g, '');
  return /^\+[1-9]\d{6,14}$/.test(bare) ? bare : undefined;
}
