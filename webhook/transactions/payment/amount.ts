import { CURRENCIES } from './currencies.ts';

/** An amount of money: a text of digits and, where the currency has decimals, a point and exactly that many. */
export interface Money {
  readonly currency: string;
  readonly amount: string;
}

/** One to 13 digits without leading zeros, then at most a point and one to four digits. */
export const AMOUNT = /^(?:0|[1-9]\d{0,12})(?:\.\d{1,4})?$/;

/**
 * Returns an amount with exactly the decimals of its currency (`50` EUR is `50.00`).
 * Undefined: the text is no amount, is zero, or has more decimals than the currency, or there is no such currency.
 */
export function normalAmount(amount: string, currency: string): string | undefined {
  const decimals = CURRENCIES.get(currency);
  if (decimals === undefined || !AMOUNT.test(amount) || !/[1-9]/.test(amount)) return undefined;
  const [whole = '', fraction = ''] = amount.split('.');
  if (fraction.length > decimals) return undefined;
  return decimals === 0 ? whole : `${whole}.${fraction.padEnd(decimals, '0')}`;
}

/**
 * Returns an amount as people read it, in the digits that are recorded. The text itself is formatted, because a number
 * is exact below 2⁵³ only, with explicit decimals, because some runtimes show `IQD 12.345` as `IQD 12`, and with the code,
 * because `$` is five currencies.
 */
export function shownAmount({ amount, currency }: Money, language: string): string {
  const decimals = CURRENCIES.get(currency) ?? 0;
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  const format = new Intl.NumberFormat(language, { style: 'currency', currency, currencyDisplay: 'code', ...digits });
  // The compiler knows texts of numbers only by their shape.
  return isNumeric(amount) ? format.format(amount) : amount;
}

function isNumeric(amount: string): amount is `${number}` {
  return AMOUNT.test(amount);
}
