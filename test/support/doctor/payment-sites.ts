import type { ProbeResult } from '../../../webhook/doctor/probes/probe.ts';
import { WITH_TWILIO } from '../service/environment.ts';
import { applied, type Operation } from './operations.ts';
import { SHIPPED, type Site } from './site.ts';

/** An installation with payments and one mistake, and the findings. */
export interface BrokenPayments extends Site {
  readonly name: string;
  readonly expected: readonly string[];
}

export const ISSUER = 'https://app.example.com';

const IN_CLEAR = 'http://app.example.com';

const HASH = `sha256:${'0'.repeat(64)}`;

/** The document of TRANSACTIONS with these changes of its client. */
export function transactionsWith(client: object = {}, more: object = {}): string {
  const bank = {
    name: 'Demo Bank',
    secret_hashes: [HASH],
    redirect_uris: ['https://app.example.com/pay/return', 'http://app.demo.localhost:4455/pay/return'],
    factors: ['passkey', 'sms'],
    hint: { issuer: ISSUER },
    ...client,
  };
  return JSON.stringify({ clients: { bank }, passkey: { rp_id: 'example.com' }, ...more });
}

function schemaWith(verification: object): string {
  const phone = { type: 'string', format: 'tel', 'ory.sh/kratos': { verification } };
  const traits = { type: 'object', properties: { phone } };
  const schema = { $id: 'https://example.com/person.json', type: 'object', properties: { traits } };
  return `base64://${Buffer.from(JSON.stringify(schema)).toString('base64')}`;
}

export const PASSKEY = '/selfservice/methods/passkey';

export const SETTINGS = '/selfservice/flows/settings';

const SCHEMA = '/identity/schemas/0/url';

const set = (path: string, value: unknown): Operation => ({ op: 'add', path, value });

const drop = (path: string): Operation => ({ op: 'remove', path });

/** What an installation with payments has besides. */
const WITH_PAYMENTS = [
  set(PASSKEY, { enabled: true, config: { rp: { id: 'example.com', display_name: 'Acme' } } }),
  set(`${SETTINGS}/privileged_session_max_age`, '5m'),
  set(SCHEMA, schemaWith({ via: 'sms' })),
];

const DISCOVERY: ProbeResult = {
  status: 200,
  json: { issuer: ISSUER, jwks_uri: `${ISSUER}/jwks` },
  date: undefined,
};

/** Twilio's answer to a read of the service, with these members. */
export function twilioService(members: object = {}): ProbeResult {
  return {
    status: 200,
    json: { sid: WITH_TWILIO.TWILIO_VERIFY_SERVICE, psd2_enabled: true, code_length: 6, ...members },
    date: undefined,
  };
}

interface PaymentFacts {
  readonly TRANSACTIONS?: string;
  readonly hint?: ProbeResult;
  readonly twilio?: ProbeResult;
}

/** An installation with payments, and the given changes. */
export function paymentSite(
  changes: readonly Operation[] = [],
  { TRANSACTIONS = transactionsWith(), hint = DISCOVERY, twilio = twilioService() }: PaymentFacts = {},
): Site {
  return {
    kratos: applied({ ...SHIPPED }, [...WITH_PAYMENTS, ...changes]),
    env: { TRANSACTIONS, ...WITH_TWILIO },
    observed: { hints: new Map([[ISSUER, hint]]), twilio },
  };
}

function broken(name: string, changes: readonly Operation[], ...expected: readonly string[]): BrokenPayments {
  return { name, expected, ...paymentSite(changes) };
}

/** Mistakes that a fix of Kratos' configuration repairs. */
export const BROKEN_PAYMENTS: readonly BrokenPayments[] = [
  broken('passkeys switched off', [set(`${PASSKEY}/enabled`, false)], 'passkey-off'),
  broken('no passkeys at all', [drop(PASSKEY)], 'passkey-off', 'passkey-other-relying-party'),
  broken(
    'passkeys for the host of Kratos alone',
    [set(`${PASSKEY}/config/rp/id`, 'auth.example.com')],
    'passkey-other-relying-party',
  ),
  broken(
    'return URLs that cover the verification alone',
    [set('/selfservice/allowed_return_urls', ['https://app.example.com', 'https://verify.example.com/jumio/'])],
    'approve-not-allowed',
  ),
  broken(
    'settings without the second factor',
    [set(`${SETTINGS}/required_aal`, 'aal1')],
    'settings-without-second-factor',
  ),
  broken(
    'settings that are open for the hour of Kratos’ default',
    [drop(`${SETTINGS}/privileged_session_max_age`)],
    'settings-open-for-long',
  ),
  broken(
    'settings that are open for longer than the password counts',
    [set(`${SETTINGS}/privileged_session_max_age`, '5m1s')],
    'settings-open-for-long',
  ),
];

/** Mistakes that are repaired elsewhere. */
export const PAYMENTS_WITHOUT_CONFIG_FIX: readonly BrokenPayments[] = [
  {
    name: 'passkeys of Kratos for another domain that would do here',
    expected: ['passkey-other-relying-party'],
    ...paymentSite([], { TRANSACTIONS: transactionsWith({}, { passkey: { rp_id: 'verify.example.com' } }) }),
  },
  broken('a phone number that Kratos does not verify', [set(SCHEMA, schemaWith({}))], 'sms-without-phone'),
  broken('phone numbers verified by another way', [set(SCHEMA, schemaWith({ via: 'email' }))], 'sms-without-phone'),
  {
    name: 'an application that is reached in clear',
    expected: ['redirect-in-clear'],
    ...paymentSite([], { TRANSACTIONS: transactionsWith({ redirect_uris: ['http://app.example.com/return'] }) }),
  },
  {
    name: 'a signer of hints that is reached in clear',
    expected: ['hint-issuer-in-clear'],
    ...paymentSite([], { TRANSACTIONS: transactionsWith({ hint: { issuer: IN_CLEAR } }) }),
    observed: {
      twilio: twilioService(),
      hints: new Map([[IN_CLEAR, { status: 200, json: { issuer: IN_CLEAR, jwks_uri: IN_CLEAR }, date: undefined }]]),
    },
  },
  {
    name: 'a signer of hints that does not answer',
    expected: ['hint-issuer-unreachable'],
    ...paymentSite([], { hint: { failure: 'ECONNREFUSED' } }),
  },
  {
    name: 'a signer of hints without a discovery document',
    expected: ['hint-issuer-unreachable'],
    ...paymentSite([], { hint: { status: 404, json: undefined, date: undefined } }),
  },
  {
    name: 'a signer of hints that calls itself otherwise',
    expected: ['hint-issuer-differs'],
    ...paymentSite([], { hint: { status: 200, json: { issuer: `${ISSUER}/`, jwks_uri: ISSUER }, date: undefined } }),
  },
  {
    name: 'the SID of a service of Twilio that is another one',
    expected: ['twilio-service-unknown'],
    ...paymentSite([], { twilio: { status: 404, json: { code: 20404, status: 404 }, date: undefined } }),
  },
  {
    name: 'another secret of the key of Twilio',
    expected: ['twilio-credentials'],
    ...paymentSite([], { twilio: { status: 401, json: { code: 20003, status: 401 }, date: undefined } }),
  },
  {
    name: 'a Twilio without PSD2 mode',
    expected: ['twilio-without-psd2'],
    ...paymentSite([], { twilio: twilioService({ psd2_enabled: null }) }),
  },
  {
    name: 'codes of four digits',
    expected: ['twilio-short-codes'],
    ...paymentSite([], { twilio: twilioService({ code_length: 4 }) }),
  },
  {
    name: 'a Twilio that does not answer',
    expected: ['twilio-unreachable'],
    ...paymentSite([], { twilio: { failure: 'ENOTFOUND' } }),
  },
  {
    name: 'something else than Twilio at TWILIO_VERIFY_URL',
    expected: ['twilio-unreachable'],
    ...paymentSite([], { twilio: { status: 200, json: undefined, date: undefined } }),
  },
];
