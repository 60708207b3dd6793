import { hash } from 'node:crypto';
import { DEFAULT_SETTINGS } from '../../../sandbox/twilio/settings.ts';

/** The application of the measurements. */
export const CLIENT = {
  id: 'bank',
  secret: 'bench-secret-of-the-client',
  redirectUri: 'https://app.example.com/return',
};

/** What is paid. */
export const PAYMENT = {
  type: 'payment_initiation',
  instructedAmount: { currency: 'EUR', amount: '50.00' },
  creditorName: 'John Doe',
  creditorAccount: { iban: 'DE02100100109307118603' },
  remittanceInformationUnstructured: 'Rent May',
} as const;

/** Approvals wait longer than a measurement takes. */
const TRANSACTIONS = JSON.stringify({
  clients: {
    [CLIENT.id]: {
      name: 'Demo Bank',
      secret_hashes: [`sha256:${hash('sha256', CLIENT.secret, 'hex')}`],
      redirect_uris: [CLIENT.redirectUri],
      factors: ['passkey', 'sms'],
    },
  },
  passkey: { rp_id: 'example.com' },
  consume_within: '60m',
  max_auth_age: '60m',
});

export const PUBLIC_URL = 'https://verify.example.com';

/** The variables of payments by passkey and SMS. No measurement that has only these calls Twilio. */
export const PAYMENTS = {
  TRANSACTIONS,
  TWILIO_API_KEY: DEFAULT_SETTINGS.apiKey,
  TWILIO_API_SECRET: DEFAULT_SETTINGS.apiSecret,
  TWILIO_VERIFY_SERVICE: DEFAULT_SETTINGS.serviceSid,
  TWILIO_VERIFY_URL: 'http://127.0.0.1:9',
};

/** The variables of a measured service with payments. */
export const WITH_PAYMENTS = { ...PAYMENTS, BENCH_PUBLIC_URL: PUBLIC_URL };

export const AUTHORIZATION = `Basic ${Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString('base64')}`;
