import type { TwilioClient } from '../../twilio/types.ts';
import { countsFrom } from '../elements/elements.ts';
import type { Factor, FactorOffer, FactorStart, PayerSession, VerifiedPhone } from '../factor.ts';
import { paymentOf } from '../payment/details.ts';
import type { TransactionSettings } from '../settings.ts';
import { checkCode } from './check.ts';
import type { SmsContext } from './context.ts';
import { createReadiness } from './readiness.ts';
import { type CodeSent, sendCode } from './send.ts';
import { newSmsTag, normalNumber, smsAmount, smsPayee } from './texts.ts';

/** The numbers to which a code can go. A form names one by its id. */
export interface SmsOptions {
  readonly phones: readonly { readonly id: string; readonly shown: string }[];
}

/** What the factor needs. */
export interface SmsFactorContext {
  readonly twilio: SmsContext['twilio'] & Pick<TwilioClient, 'readService'>;
  readonly log: SmsContext['log'];
  readonly settings: Pick<TransactionSettings, 'cooling_off'>;
}

const SHOWN_START = 3;

const SHOWN_END = 3;

/** Returns a number as its owner knows it and nobody else learns it, e.g. `+49…001`. */
export function maskedNumber(number: string): string {
  return `${number.slice(0, SHOWN_START)}…${number.slice(-SHOWN_END)}`;
}

function usablePhones({ phones }: PayerSession): VerifiedPhone[] {
  return phones.filter(({ number }) => normalNumber(number) !== undefined);
}

/** Which numbers count, or from when on the first of them does. */
function offerOf(session: PayerSession, coolingOff: number, now: number): FactorOffer<SmsOptions> {
  const aged = usablePhones(session).map((phone) => {
    const age = { since: phone.verifiedAt, accountSince: session.accountSince };
    return { phone, from: countsFrom(age, coolingOff, now) };
  });
  const phones = aged.flatMap(({ phone: { id, number }, from }) =>
    from === undefined ? [{ id, shown: maskedNumber(number) }] : [],
  );
  if (phones.length > 0) return { kind: 'usable', options: { phones } };
  const times = aged.flatMap(({ from }) => from ?? []);
  if (times.length === 0) return { kind: 'not-usable', why: 'missing' };
  return { kind: 'not-usable', why: 'too-young', from: Math.min(...times) };
}

function startOf(sent: CodeSent): FactorStart {
  if (sent.kind === 'sent') return { kind: 'started', sid: sent.sid };
  switch (sent.why) {
    case 'busy':
      return { kind: 'refused', why: 'again' };
    case 'later':
      return { kind: 'refused', why: 'later' };
    case 'number-refused':
    case 'not-usable':
    case 'off':
      return { kind: 'refused', why: 'unavailable' };
    default:
      return sent.why satisfies never;
  }
}

function numberOf({ phones }: PayerSession, addressId: string | null): string | undefined {
  return phones.find(({ id }) => id === addressId)?.number;
}

/** Returns the factor of codes by SMS: the possession of a number that Kratos has verified, beside the password. */
export function createSmsFactor({ twilio, log, settings }: SmsFactorContext): Factor<SmsOptions, string> {
  const isReady = createReadiness({ twilio, log });
  const ctx = { twilio, log };
  return {
    name: 'sms',
    offer: async (session, _transaction, now) => {
      const offer = offerOf(session, settings.cooling_off, now);
      return offer.kind === 'not-usable' || (await isReady(now)) ? offer : { kind: 'not-usable', why: 'unavailable' };
    },
    seed: ({ phones }, { details }, choice) => {
      const [only, ...others] = phones;
      const phone = choice === undefined && others.length === 0 ? only : phones.find(({ id }) => id === choice);
      if (phone === undefined || details === null) return undefined;
      const payment = paymentOf(details);
      const sent = {
        sentAmount: smsAmount(payment.instructedAmount),
        sentPayee: smsPayee(payment, newSmsTag()),
      };
      return { state: 'requested', sends: true, addressId: phone.id, ...sent };
    },
    start: async ({ addressId, sentAmount: amount, sentPayee: payee }, _transaction, _now, { session, locale }) => {
      const number = numberOf(session, addressId);
      if (number === undefined || amount === null || payee === null) return { kind: 'refused', why: 'unavailable' };
      return startOf(await sendCode(ctx, { number, amount, payee, locale }));
    },
    answer: async ({ addressId, sid, sentAmount: amount, sentPayee: payee }, _transaction, code, _now, payer) => {
      const number = numberOf(payer.session, addressId);
      const isSent = sid !== null && amount !== null && payee !== null && payer.passwordAt !== null;
      // The number was changed since: a code to the old one shows nothing that is the payer's.
      if (number === undefined || !isSent) return { kind: 'unanswered', ends: 'unavailable' };
      return checkCode(ctx, { sid, number, amount, payee }, code, payer.passwordAt);
    },
  };
}
