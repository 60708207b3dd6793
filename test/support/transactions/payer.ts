import { randomUUID } from 'node:crypto';
import { createSmsFactor } from '../../../webhook/transactions/index.ts';
import { type Browser, openBrowser, type ParsedPage } from '../clients/browser.ts';
import { createFakeKratos, type FakeKratos } from '../fakes/kratos.ts';
import { loggedLines } from '../logs/lines.ts';
import type { TestServiceOptions } from '../service/service.ts';
import { createShiftedClock, DAY } from '../service/shifted-clock.ts';
import { type Bank, bank } from './bank.ts';
import { createFakeTwilio, type FakeTwilio } from './fake-twilio.ts';

/** Canaries as numbers. */
export const NUMBERS = ['+4915200000001', '+4915200000002'] as const;

const IDS = ['canary-of-address-1', 'canary-of-address-2'];

/** A bank with a payer in a browser, who has a password and a verified phone, both old enough. */
export interface PayerWorld extends Bank {
  readonly payer: string;
  readonly browser: Browser;
  readonly twilio: FakeTwilio;
  /** Records a payment of the payer; returns the path of its page. */
  readonly pay: (patch?: object) => Promise<string>;
  /** Opens the page and sends its form of this act, with other or more fields. */
  readonly press: (path: string, act: string, fields?: Readonly<Record<string, string>>) => Promise<ParsedPage>;
  /** How a transaction stands, for its application. */
  readonly status: (path: string) => Promise<string>;
}

export function phone(index = 0, verifiedAt = 0) {
  return { id: IDS[index] ?? '', number: NUMBERS[index] ?? '', verifiedAt };
}

/** The token of the page. */
export function tokenIn({ body }: ParsedPage): string {
  return /name="_csrf" value="([^"]+)"/.exec(body)?.[1] ?? '';
}

export async function payerWorld(options: TestServiceOptions = {}): Promise<PayerWorld> {
  const { clock = createShiftedClock() } = options;
  const kratos: FakeKratos = options.kratos ?? createFakeKratos(() => clock.now());
  const twilio = createFakeTwilio();
  const { log } = loggedLines();
  const sms = createSmsFactor({ twilio, log, settings: { cooling_off: DAY } });
  const service = await bank({ factors: { sms }, ...options, kratos, clock });
  const payer = randomUUID();
  kratos.copies.set(payer, { status: 'approved' });
  kratos.authentications.set(payer, { phones: [phone()] });
  const browser = openBrowser(service, kratos.signIn(payer));
  return {
    ...service,
    payer,
    browser,
    twilio,
    pay: async (patch = {}) => `/approve/${await service.record({ sub: payer, ...patch })}`,
    press: async (path, act, fields = {}) => {
      const page = await browser.get(path);
      return browser.post({ _csrf: tokenIn(page), act, ...fields }, path);
    },
    status: async (path) => (await service.ask('GET', path.replace('/approve/', '/transactions/'))).json().status,
  };
}
