import { UpstreamError } from '../../errors.ts';
import type { TwilioClient } from '../../twilio/types.ts';
import type { SmsContext } from './context.ts';

/** A service that can be used is looked at again after so long; one that cannot, sooner. Milliseconds. */
const [READY_FOR_MS, NOT_READY_FOR_MS] = [600_000, 60_000];

/** Codes of fewer digits are guessed too easily. */
const LEAST_DIGITS = 6;

interface ReadinessContext {
  readonly twilio: Pick<TwilioClient, 'readService'>;
  readonly log: SmsContext['log'];
}

async function readReady({ twilio, log }: ReadinessContext): Promise<boolean> {
  try {
    const service = await twilio.readService();
    if (service.kind === 'refused') {
      log.error({ upstream: 'twilio', status: service.status }, 'twilio sends no codes: the service cannot be read');
      return false;
    }
    if (!service.psd2Enabled) log.error({ upstream: 'twilio' }, 'twilio sends no codes: PSD2 is not enabled');
    const isShort = service.codeLength !== undefined && service.codeLength < LEAST_DIGITS;
    if (isShort) log.error({ upstream: 'twilio' }, 'twilio sends no codes: they have fewer than six digits');
    return service.psd2Enabled && !isShort;
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    log.warn({ upstream: error.facts }, 'could not read the service of Twilio');
    return false;
  }
}

/**
 * Returns whether codes can be sent at all. Without the PSD2 mode of the service amount and payee might be decoration, so
 * nothing is offered then. Callers at the same moment share one read.
 */
export function createReadiness(ctx: ReadinessContext): (now: number) => Promise<boolean> {
  let known: { readonly answer: Promise<boolean>; readonly at: number; until: number } | undefined;
  return async (now) => {
    if (known === undefined || now >= known.until || now < known.at) {
      const read = { answer: readReady(ctx), at: now, until: now + NOT_READY_FOR_MS };
      known = read;
      if (await read.answer) read.until = now + READY_FOR_MS;
    }
    return known.answer;
  };
}
