import type { TwilioRefusal } from './types.ts';

/** What Twilio is asked for. */
export type TwilioOperation = 'start' | 'check' | 'cancel' | 'service';

/** The codes that mean the same for every call (docs/reference/twilio.md#5-error-codes). */
const BY_CODE: ReadonlyMap<number, TwilioRefusal> = new Map([
  [60202, 'checks-used-up'],
  [60203, 'sends-used-up'],
  [60205, 'not-usable'],
  [60220, 'not-usable'],
  [60238, 'not-usable'],
  [60410, 'not-usable'],
  [60605, 'not-usable'],
  [60204, 'misconfigured'],
  [60206, 'misconfigured'],
  [60214, 'misconfigured'],
  [60217, 'misconfigured'],
  [20003, 'misconfigured'],
  [20429, 'busy'],
  [60212, 'busy'],
]);

/** An invalid parameter, which only the text of the error names: by far most likely is the one that a person has chosen. */
const INVALID_PARAMETER: Readonly<Record<TwilioOperation, TwilioRefusal>> = {
  start: 'number-refused',
  check: 'code-refused',
  cancel: 'misconfigured',
  service: 'misconfigured',
};

const NOT_FOUND: Readonly<Record<TwilioOperation, TwilioRefusal>> = {
  start: 'misconfigured',
  check: 'gone',
  cancel: 'gone',
  service: 'misconfigured',
};

/** Of an answer whose code is not known: credentials, or an address that is not Twilio's. */
const BY_STATUS: ReadonlyMap<number, TwilioRefusal> = new Map([
  [401, 'misconfigured'],
  [403, 'misconfigured'],
  [404, 'misconfigured'],
  [429, 'busy'],
]);

/**
 * Returns what a refusal means. The code decides before the status: a 403 may be of the number, and a 404 of the address.
 * @param code Twilio's code, if the answer has one
 * @returns undefined for a status that is no 4xx, and for a code and status that are not documented
 */
export function refusalOf(
  operation: TwilioOperation,
  status: number,
  code: number | undefined,
): TwilioRefusal | undefined {
  if (status < 400 || status >= 500) return undefined;
  if (code === 60200) return INVALID_PARAMETER[operation];
  if (code === 20404) return NOT_FOUND[operation];
  return (code === undefined ? undefined : BY_CODE.get(code)) ?? BY_STATUS.get(status);
}
