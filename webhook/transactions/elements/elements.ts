import type { PayerCredentials } from '../../kratos/types.ts';
import type { NotOffered, PayerSession } from '../factor.ts';
import type { FactorName } from '../model.ts';

/*
 * Which elements of an authentication a session of Kratos shows, and from when on they count (docs/payments.md#elements).
 * Pure. All times are epoch milliseconds.
 */

/** What each factor stands beside: `password`, the knowledge; `nothing`: it is complete by itself. */
const BESIDE: Readonly<Record<FactorName, 'password' | 'nothing'>> = {
  passkey: 'nothing',
  sms: 'password',
  face: 'password',
};

/** Whether a factor stands beside the password of the session. */
export function needsPassword(factor: FactorName): boolean {
  return BESIDE[factor] === 'password';
}

/** Clocks of two machines differ by less. */
const CLOCKS_MS = 60_000;

/**
 * Returns when the password of a session was entered last, if that is not longer ago than `maxAge`; undefined: it was not.
 * Of all methods only the password counts: to enrol a passkey or TOTP adds an entry too, and raises the session to `aal2`,
 * so neither shows an element that the payer had before.
 */
export function freshPassword(
  { methods }: Pick<PayerSession, 'methods'>,
  maxAge: number,
  now: number,
): number | undefined {
  const entered = methods
    .filter(({ method, completedAt }) => method === 'password' && completedAt <= now + CLOCKS_MS)
    .map(({ completedAt }) => completedAt)
    .filter((at) => now - at <= maxAge);
  return entered.length === 0 ? undefined : Math.max(...entered);
}

/** What is set up within the first hour of an account belongs to the sign-up, or to an import. */
const FIRST_HOUR_MS = 3_600_000;

/** The age of an element, and of its account. */
export interface ElementAge {
  /** When it was set up or changed. */
  readonly since: number;
  /** When the account was made; undefined: not known. */
  readonly accountSince: number | undefined;
}

/**
 * Returns from when on an element counts; undefined: it counts. One that is new could have been set up by somebody who has
 * taken over a mailbox; unless the account is as new as the element.
 * @param coolingOff 0: every element counts at once
 */
export function countsFrom({ since, accountSince }: ElementAge, coolingOff: number, now: number): number | undefined {
  const isOfSignUp = accountSince !== undefined && since <= accountSince + FIRST_HOUR_MS;
  const from = since + coolingOff;
  return coolingOff === 0 || isOfSignUp || from <= now ? undefined : from;
}

/** What Kratos says of a password and its account. */
export type PasswordOf = Pick<PayerCredentials, 'createdAt' | 'password'>;

/** The knowledge of a payer: when it was shown, or why it does not count. */
export type Knowledge = { readonly kind: 'counts'; readonly at: number } | ({ readonly kind: 'not' } & NotOffered);

/**
 * Returns whether the password of a payer counts. Without its age it does not, unless nothing has to cool off.
 * @param enteredAt the time of its entry, epoch milliseconds; undefined: not entered recently. A person without a password is not asked for one
 */
export function passwordCounts(
  { createdAt, password }: PasswordOf,
  enteredAt: number | undefined,
  coolingOff: number,
  now: number,
): Knowledge {
  if (password === undefined) return { kind: 'not', why: 'missing' };
  if (enteredAt === undefined) return { kind: 'not', why: 'sign-in-first' };
  if (coolingOff === 0) return { kind: 'counts', at: enteredAt };
  if (password.updatedAt === undefined) return { kind: 'not', why: 'unavailable' };
  const from = countsFrom({ since: password.updatedAt, accountSince: createdAt }, coolingOff, now);
  return from === undefined ? { kind: 'counts', at: enteredAt } : { kind: 'not', why: 'too-young', from };
}
