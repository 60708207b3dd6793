import { describe, expect, it } from 'vitest';
import { authorizationDetails, type Payment } from '../../../../webhook/transactions/payment/details.ts';
import { newSmsTag, normalNumber, smsAmount, smsPayee, smsTagOf } from '../../../../webhook/transactions/sms/texts.ts';

function payment(patch: object = {}): Payment {
  const [parsed] = authorizationDetails.parse([
    {
      type: 'payment_initiation',
      instructedAmount: { currency: 'EUR', amount: '50' },
      creditorName: 'John Doe',
      creditorAccount: { iban: 'DE02100100109307118603' },
      ...patch,
    },
  ]);
  return parsed;
}

describe('the amount of a message', () => {
  it.each([
    ['EUR', '50', '50.00 EUR'],
    ['JPY', '1000000', '1000000 JPY'],
    ['KWD', '0.5', '0.500 KWD'],
    ['USD', '9007199254740.99', '9007199254740.99 USD'],
  ])('%s %s is %s: the digits of the record, in ASCII', (currency, amount, expected) => {
    const text = smsAmount(payment({ instructedAmount: { currency, amount } }).instructedAmount);
    expect(text).toBe(expected);
    expect(text).toMatch(/^[\x20-\x7e]+$/);
  });
});

describe('the payee of a message', () => {
  it('is the name, the account in short, and the tag', () => {
    expect(smsPayee(payment(), '4F7K')).toBe('John Doe DE..8603 #4F7K');
  });

  it.each([
    ['12-34-56 12345678', '..5678'],
    ['A1', 'A1'],
    ['1234', '1234'],
  ])('the account %s is %s', (other, shown) => {
    expect(smsPayee(payment({ creditorAccount: { other } }), '4F7K')).toBe(`John Doe ${shown} #4F7K`);
  });

  it.each([
    ['x'.repeat(40), 'x'.repeat(40)],
    ['x'.repeat(41), 'x'.repeat(40)],
    [`${'x'.repeat(39)} and Sons`, 'x'.repeat(39)],
    ['𝔸'.repeat(41), '𝔸'.repeat(40)],
    // One character as people see it: an x with two marks, of which NFC makes nothing shorter.
    [`${'y'.repeat(38)}x\u0323\u0332z`, 'y'.repeat(38)],
  ])('the name %j is cut to %j', (creditorName, short) => {
    expect(smsPayee(payment({ creditorName }), '4F7K')).toBe(`${short} DE..8603 #4F7K`);
  });
});

describe('the tag of an attempt', () => {
  it('has four of 32 characters that nobody mistakes for another', () => {
    const all = Array.from({ length: 64 }, (_, n) =>
      newSmsTag(new Uint8Array([n * 4, n * 4 + 1, n * 4 + 2, n * 4 + 3])),
    );
    const used = new Set(all.join(''));
    expect(used.size).toBe(32);
    expect([...used].join('')).not.toMatch(/[01IO]/);
    for (const tag of all) expect(tag).toHaveLength(4);
  });

  it('is random', () => {
    expect(new Set(Array.from({ length: 200 }, () => newSmsTag())).size).toBeGreaterThan(190);
  });

  it('is read from the payee that was sent, from its end only', () => {
    const tag = newSmsTag();
    expect(smsTagOf(smsPayee(payment({ creditorName: 'Shop #AAAA' }), tag))).toBe(tag);
    expect(smsTagOf('Shop #AAAA DE..8603')).toBeUndefined();
    expect(smsTagOf('Shop #AAA1')).toBeUndefined();
  });
});

describe('the number that a code goes to', () => {
  it.each([
    ['+4915200000001', '+4915200000001'],
    ['+49 (152) 000-000.01', '+4915200000001'],
    ['004915200000001', undefined],
    ['+0152', undefined],
    ['+4915200000001234567', undefined],
    ['+49152x', undefined],
    ['', undefined],
  ])('%j is %j', (number, expected) => {
    expect(normalNumber(number)).toBe(expected);
  });
});
