/** The account of a payee: an IBAN, or any other number. */
export type PayeeAccount = { readonly iban: string } | { readonly other: string };

/** ISO 13616: a country, two check digits, and the account's own number. */
const IBAN = /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/;

/** An account that is no IBAN. */
export const OTHER_ACCOUNT = /^[A-Za-z0-9./ -]{1,34}$/;

/** Whether the number that an IBAN is, with its start at the end and letters as 10 to 35, leaves 1 by 97 (ISO 7064). */
function hasRightDigits(iban: string): boolean {
  const turned = iban.slice(4) + iban.slice(0, 4);
  const digits = turned.replace(/[A-Z]/g, (letter) => `${Number.parseInt(letter, 36)}`);
  return BigInt(digits) % 97n === 1n;
}

/** Returns an IBAN without its blanks; undefined: it is none, or its check digits are wrong. */
export function normalIban(text: string): string | undefined {
  const iban = text.replaceAll(' ', '');
  return IBAN.test(iban) && hasRightDigits(iban) ? iban : undefined;
}

/** Returns an account as people compare it: an IBAN in groups of four. */
export function shownAccount(account: PayeeAccount): string {
  return 'iban' in account ? (account.iban.match(/.{1,4}/g) ?? []).join(' ') : account.other;
}
