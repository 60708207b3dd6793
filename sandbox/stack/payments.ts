import { hash } from 'node:crypto';
import { stringify } from 'yaml';
import { AUTHENTICATION } from '../jumio/execution/workflows.ts';
import { PASSKEY_DOMAIN } from '../kratos/config/payers.ts';
import { DEFAULT_SETTINGS } from '../twilio/settings.ts';

/** The demo's bank as a client of the service: `transactions client` makes such a secret for a real one. */
export const BANK = { id: 'harbour', secret: 'demo-bank-secret-0001' };

/** What a stack with payments has besides. */
export interface PaymentPlaces {
  readonly appUrl: string;
  readonly twilioUrl: string;
  /** Only the real Kratos has passkeys. */
  readonly hasPasskeys: boolean;
}

/** What the bank offers, in this order. */
export function factorsOf({ hasPasskeys }: Pick<PaymentPlaces, 'hasPasskeys'>): string[] {
  return [...(hasPasskeys ? ['passkey'] : []), 'sms', 'face'];
}

/** Where a payer of the demo's bank comes back to. */
export function returnUrl(appUrl: string): string {
  return `${appUrl}/send/return`;
}

/** The service's variables for payments. A block is as short as it can be: the visitor of a demo makes mistakes on purpose. */
export function paymentVariables(places: PaymentPlaces): Record<string, string> {
  const { appUrl, twilioUrl } = places;
  const bank = {
    name: 'Harbour',
    secret_hashes: [`sha256:${hash('sha256', BANK.secret, 'hex')}`],
    redirect_uris: [returnUrl(appUrl)],
    factors: factorsOf(places),
    hint: { issuer: appUrl },
  };
  const document = {
    clients: { [BANK.id]: bank },
    passkey: { rp_id: PASSKEY_DOMAIN },
    face: { workflow_key: AUTHENTICATION },
    block: '5m',
  };
  return {
    TRANSACTIONS: stringify(document),
    TWILIO_API_KEY: DEFAULT_SETTINGS.apiKey,
    TWILIO_API_SECRET: DEFAULT_SETTINGS.apiSecret,
    TWILIO_VERIFY_SERVICE: DEFAULT_SETTINGS.serviceSid,
    TWILIO_VERIFY_URL: twilioUrl,
  };
}
