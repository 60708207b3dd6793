import type { Logger } from 'pino';
import type { TwilioClient } from '../../twilio/types.ts';

/** What the codes by SMS need. */
export interface SmsContext {
  readonly twilio: Pick<TwilioClient, 'startVerification' | 'checkVerification'>;
  readonly log: Pick<Logger, 'warn' | 'error'>;
}
