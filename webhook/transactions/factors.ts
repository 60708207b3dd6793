import type { Assertion } from '../passkey/verify.ts';
import type { FaceFactor } from './face/factor.ts';
import type { Factor } from './factor.ts';
import type { PasskeyOptions } from './passkey/factor.ts';
import type { SmsOptions } from './sms/factor.ts';

/** The factors that this service has. One that is missing is not configured, and is offered to nobody. */
export interface Factors {
  readonly passkey?: Factor<PasskeyOptions, Assertion>;
  readonly sms?: Factor<SmsOptions, string>;
  readonly face?: FaceFactor;
}
