import { randomUUID } from 'node:crypto';
import { DEFAULT_SETTINGS } from '../../../sandbox/twilio/settings.ts';
import type { Environment } from '../../../webhook/config/problem.ts';
import { type Browser, openBrowser, type ParsedPage } from '../clients/browser.ts';
import { unescapeHtml } from '../clients/entities.ts';
import { type Authenticator, type Behaviour, createAuthenticator } from '../passkey/authenticator.ts';
import { PUBLIC_URL } from '../service/service.ts';
import { BANK, type Bank, WITH_TRANSACTIONS } from './bank.ts';
import { tokenIn } from './payer.ts';

const PREFIX = '/approve/';

/** Variables of a service with passkeys and codes, whose codes the Twilio at this address sends. */
export function withTwilio(url: string): Environment {
  const { apiKey, apiSecret, serviceSid } = DEFAULT_SETTINGS;
  return {
    TRANSACTIONS: `${WITH_TRANSACTIONS.TRANSACTIONS.replaceAll('[sms]', '[passkey, sms]')}passkey: { rp_id: example.com }\n`,
    TWILIO_API_KEY: apiKey,
    TWILIO_API_SECRET: apiSecret,
    TWILIO_VERIFY_SERVICE: serviceSid,
    TWILIO_VERIFY_URL: url,
  };
}

/** One of several payers of a service that a file shares: password, phone and passkey are theirs, and old enough. */
export interface Payer {
  readonly id: string;
  readonly number: string;
  readonly phone: Authenticator;
  readonly browser: Browser;
  /** Records a payment of the payer; returns the path of its page. */
  readonly pay: (patch?: object) => Promise<string>;
  /** Opens the page and sends its form of this act, with other or more fields. */
  readonly press: (path: string, act: string, fields?: Readonly<Record<string, string>>) => Promise<ParsedPage>;
  /** The form that approves the payment by the passkey. */
  readonly signed: (path: string, behaviour?: Behaviour) => Promise<Readonly<Record<string, string>>>;
  readonly status: (path: string) => Promise<string>;
  /** Failures in a row, as counted. */
  readonly failures: () => Promise<number>;
}

export function idOf(path: string): string {
  return path.slice(PREFIX.length);
}

/** Where a payer who has approved or declined goes. */
export function backOf(path: string): string {
  return `${BANK.redirectUri}?transaction=${idOf(path)}`;
}

let numbers = 0;

/** A number of its own for each payer: what one of them uses up at Twilio is nobody else's. */
function nextNumber(): string {
  numbers += 1;
  return `+49152${String(10_000_000 + numbers)}`;
}

/** Adds a payer, whom Jumio has approved, to the Kratos of a service; by default somebody new with a new number. */
export function newPayer(bank: Bank, { id = randomUUID(), number = nextNumber() }: Partial<Payer> = {}): Payer {
  const { kratos } = bank;
  const phone = createAuthenticator();
  kratos.copies.set(id, { status: 'approved' });
  kratos.authentications.set(id, { phones: [{ id: `address-of-${number}`, number, verifiedAt: 0 }] });
  const { passkey, userHandle } = phone;
  kratos.payers.set(id, { passkeys: [passkey], unreadable: [], userHandle, createdAt: 0, password: { updatedAt: 0 } });
  const browser = openBrowser(bank, kratos.signIn(id));
  return {
    id,
    number,
    phone,
    browser,
    pay: async (patch = {}) => `${PREFIX}${await bank.record({ sub: id, ...patch })}`,
    press: async (path, act, fields = {}) => {
      const _csrf = tokenIn(await browser.get(path));
      return browser.post({ _csrf, act, ...fields }, path);
    },
    signed: async (path, behaviour) => {
      const page = await browser.get(path);
      const asked = JSON.parse(unescapeHtml(/data-passkey="([^"]*)"/.exec(page.body)?.[1] ?? ''));
      const assertion = JSON.stringify(phone.get({ ...asked, origin: PUBLIC_URL }, behaviour));
      return { _csrf: tokenIn(page), act: 'passkey', assertion };
    },
    status: async (path) => (await bank.ask('GET', path.replace(PREFIX, '/transactions/'))).json().status,
    failures: async () => (await bank.ctx.ledger.transactions.payer(id))?.failures ?? 0,
  };
}
