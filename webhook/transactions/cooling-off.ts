/** What is set up with an account, or right after, was not set up by somebody who took the account over. */
const FIRST_HOUR_MS = 3_600_000;

/** When the means of an approval was made, beside its account. Kratos' times, epoch milliseconds. */
export interface Means {
  readonly madeAt: number;
  /** Undefined: not known, so no first hour counts. */
  readonly accountMadeAt: number | undefined;
}

/**
 * Returns from when on a password, phone or passkey counts; 0: always. A new one does not count at once: whoever takes over
 * a mailbox could recover the account, add a passkey, and pay (docs/payments.md#what-is-new-does-not-count-at-once).
 * @param coolingOff milliseconds; 0 switches it off
 */
export function countsFrom({ madeAt, accountMadeAt }: Means, coolingOff: number): number {
  const isOfFirstHour = accountMadeAt !== undefined && madeAt - accountMadeAt <= FIRST_HOUR_MS;
  return isOfFirstHour || coolingOff === 0 ? 0 : madeAt + coolingOff;
}
