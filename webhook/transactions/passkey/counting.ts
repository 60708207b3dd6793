import type { Passkey, PayerCredentials } from '../../kratos/types.ts';
import { countsFrom } from '../elements/elements.ts';
import type { TransactionSettings } from '../settings.ts';

/** The settings by which a passkey counts. */
export interface PasskeyRules {
  /** Milliseconds. */
  readonly coolingOff: number;
  readonly isDeviceBound: boolean;
}

/** The passkeys of a payer that count, or why none does. */
export type CountingPasskeys =
  | { readonly kind: 'some'; readonly passkeys: readonly Passkey[] }
  | { readonly kind: 'missing' }
  /** The first one counts from this time on. Epoch milliseconds. */
  | { readonly kind: 'too-young'; readonly from: number };

/** Returns the rules of an installation. */
export function rulesOf({ passkey, cooling_off: coolingOff }: TransactionSettings): PasskeyRules {
  return { coolingOff, isDeviceBound: passkey?.passkeys === 'device_bound' };
}

/**
 * Returns which passkeys of a payer count now. Where they must be bound to a device, one that can be copied does not; of one
 * that an older Kratos stored it is not known, and the authenticator says it when it signs. Pure.
 */
export function countingPasskeys(
  { passkeys, createdAt }: PayerCredentials,
  { coolingOff, isDeviceBound }: PasskeyRules,
  now: number,
): CountingPasskeys {
  const accepted = passkeys.filter(({ isSynchronisable }) => !(isDeviceBound && isSynchronisable === true));
  const aged = accepted.map((passkey) => {
    const age = { since: passkey.addedAt, accountSince: createdAt };
    return { passkey, from: countsFrom(age, coolingOff, now) };
  });
  const counting = aged.flatMap(({ passkey, from }) => (from === undefined ? [passkey] : []));
  if (counting.length > 0) return { kind: 'some', passkeys: counting };
  const times = aged.flatMap(({ from }) => from ?? []);
  return times.length === 0 ? { kind: 'missing' } : { kind: 'too-young', from: Math.min(...times) };
}
