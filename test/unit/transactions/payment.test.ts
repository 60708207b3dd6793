import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalIban, shownAccount } from '../../../webhook/transactions/payment/account.ts';
import { normalAmount, shownAmount } from '../../../webhook/transactions/payment/amount.ts';
import { canonicalJson } from '../../../webhook/transactions/payment/canonical-json.ts';
import { CURRENCIES } from '../../../webhook/transactions/payment/currencies.ts';
import { authorizationDetails, recordedDetails } from '../../../webhook/transactions/payment/details.ts';
import { normalShownText } from '../../../webhook/transactions/payment/shown-text.ts';

const LANGUAGES = ['en', 'de', 'fr', 'es'];

describe('amounts', () => {
  it.each([
    ['50', 'EUR', '50.00'],
    ['50.5', 'EUR', '50.50'],
    ['0.01', 'EUR', '0.01'],
    ['9999999999999.99', 'EUR', '9999999999999.99'],
    ['500', 'JPY', '500'],
    ['12.345', 'IQD', '12.345'],
    ['1.2345', 'CLF', '1.2345'],
    ['1', 'UYW', '1.0000'],
  ])('%s %s is recorded as %s', (amount, currency, normal) => {
    expect(normalAmount(amount, currency)).toBe(normal);
  });

  it.each([
    '',
    '0',
    '0.00',
    '-1',
    '+1',
    '1e3',
    '01',
    '1,00',
    '1.',
    '.5',
    '1 000',
    '1_000',
    '0x1',
    '١',
    '1.234',
    '1.00000',
    '10000000000000',
    ' 1',
    '1\n',
    'NaN',
    'Infinity',
  ])('%j is no amount in EUR', (amount) => {
    expect(normalAmount(amount, 'EUR')).toBeUndefined();
  });

  it.each([
    ['50.0', 'JPY'],
    ['1.2345', 'IQD'],
    ['1', 'eur'],
    ['1', 'XXX'],
    ['1', 'XAU'],
    ['1', '__proto__'],
  ])('%s is no amount in %s', (amount, currency) => {
    expect(normalAmount(amount, currency)).toBeUndefined();
  });

  it('the decimals of a currency are those of ISO 4217, and no precious metal is one', () => {
    expect(['JPY', 'EUR', 'KWD', 'CLF', 'HUF', 'SLE', 'XCG'].map((code) => CURRENCIES.get(code))).toEqual([
      0, 2, 3, 4, 2, 2, 2,
    ]);
    expect([...CURRENCIES.keys()].filter((code) => !/^[A-Z]{3}$/.test(code))).toEqual([]);
    expect(CURRENCIES.size).toBe(164);
  });

  describe.each(LANGUAGES)('in %s', (language) => {
    it.each([...CURRENCIES])(
      '%s is shown with its code and exactly the recorded digits (%i decimals)',
      (currency, decimals) => {
        for (const whole of ['1', '12', '1234', '1234567', '9007199254740', '9999999999999']) {
          const amount = normalAmount(decimals === 0 ? whole : `${whole}.${'987654321'.slice(0, decimals)}`, currency);
          if (amount === undefined) throw new Error('the amount is right');
          const shown = shownAmount({ amount, currency }, language);
          expect(shown).toContain(currency);
          expect(shown.replace(/\D/g, '')).toBe(amount.replace('.', ''));
          const fraction = /[.,](\d+)\D*$/.exec(shown)?.[1] ?? '';
          if (decimals > 0) expect(fraction).toBe(amount.split('.')[1]);
        }
      },
    );
  });

  it('an amount that has a spelling keeps it when it is spelled again', () => {
    const amount = fc.tuple(fc.bigInt(1n, 9_999_999_999_999n), fc.nat(9_999), fc.constantFrom(...CURRENCIES.keys()));
    fc.assert(
      fc.property(amount, ([whole, fraction, currency]) => {
        const digits = String(fraction).slice(0, CURRENCIES.get(currency));
        const normal = normalAmount(digits === '' ? `${whole}` : `${whole}.${digits}`, currency);
        expect(normal).toBeDefined();
        expect(normalAmount(normal ?? '', currency)).toBe(normal);
      }),
    );
  });
});

describe('accounts', () => {
  it.each([
    'DE02100100109307118603',
    'GB82WEST12345698765432',
    'NO9386011117947',
    'MT84MALT011000012345MTLCAST001S',
    'LC14BOSL123456789012345678901234',
  ])('%s is an IBAN', (iban) => {
    expect(normalIban(iban)).toBe(iban);
    const grouped = shownAccount({ iban });
    expect(grouped).toMatch(/^[A-Z0-9]{4}( [A-Z0-9]{4})*( [A-Z0-9]{1,4})?$/);
    expect(normalIban(grouped)).toBe(iban);
  });

  it.each([
    'DE03100100109307118603',
    'DE02100100109307118630',
    'DE0210010010930711860',
    'de02100100109307118603',
    'DE02-1001-0010-9307-1186-03',
    'DE02\u00a01001',
    'DE',
    '',
  ])('%j is no IBAN', (iban) => {
    expect(normalIban(iban)).toBeUndefined();
  });

  it('one wrong digit, and two digits in the wrong order, are found', () => {
    const iban = 'DE02100100109307118603';
    for (let at = 2; at < iban.length; at += 1) {
      const digit = (Number(iban[at]) + 1) % 10;
      expect(normalIban(iban.slice(0, at) + digit + iban.slice(at + 1))).toBeUndefined();
      const swapped = iban.slice(0, at) + (iban[at + 1] ?? '') + (iban[at] ?? '') + iban.slice(at + 2);
      if (swapped !== iban) expect(normalIban(swapped)).toBeUndefined();
    }
  });
});

describe('names', () => {
  it.each([
    ['John Doe', 'John Doe'],
    ['  Zoë ', 'Zoë'],
    ['Zoe\u0308', 'Zoë'],
    ['李小龍', '李小龍'],
    ['Müller & Söhne <b>', 'Müller & Söhne <b>'],
    ['𐍈'.repeat(70), '𐍈'.repeat(70)],
  ])('%j is kept as %j', (text, normal) => {
    expect(normalShownText(text, 70)).toBe(normal);
  });

  it.each([
    ['nothing', ''],
    ['blanks', '   '],
    ['71 characters', 'x'.repeat(71)],
    ['a right-to-left override', 'John \u202eeoD'],
    ['an isolate', '\u2066John'],
    ['a zero-width joiner', 'Jo\u200dhn'],
    ['a zero-width space', 'Jo\u200bhn'],
    ['a soft hyphen', 'Jo\u00adhn'],
    ['a byte order mark', '\ufeffJohn'],
    ['a line break', 'John\nDoe'],
    ['a line break at the end', 'John\n'],
    ['a line separator', 'John\u2028Doe'],
    ['a NUL', 'John\u0000'],
    ['half of a surrogate pair', 'John\ud800'],
    ['a private character', 'John\ue000'],
    ['a character that does not exist', 'John\u0378'],
    ['a tag character', 'John\u{e0041}'],
    ['a filler of Hangul alone', '\u3164'],
    ['a filler of Hangul', 'John\uffa0Doe'],
    ['an initial filler', '\u115fJohn'],
    ['a joiner of graphemes', 'Jo\u034fhn'],
    ['a selector of a variant', 'John\ufe00'],
    ['a blank of Braille alone', '\u2800'],
  ])('a name of %s, or with it, is refused', (_what, text) => {
    expect(normalShownText(text, 70)).toBeUndefined();
  });
});

describe('the record of a payment', () => {
  const payment = {
    type: 'payment_initiation',
    instructedAmount: { currency: 'EUR', amount: '50' },
    creditorName: 'Zoe\u0308',
    creditorAccount: { iban: 'DE02 1001 0010 9307 1186 03' },
  };

  const recordOf = (patch: object = {}) => recordedDetails(authorizationDetails.parse([{ ...payment, ...patch }])[0]);

  it('is one text whatever the order of the members and the spelling', () => {
    expect(recordOf().text).toBe(
      '{"creditorAccount":{"iban":"DE02100100109307118603"},"creditorName":"Zoë","instructedAmount":{"amount":"50.00","currency":"EUR"},"type":"payment_initiation"}',
    );
    const { type, ...rest } = payment;
    const [reordered] = authorizationDetails.parse([
      { ...rest, instructedAmount: { amount: '50.00', currency: 'EUR' }, creditorName: 'Zoë', type },
    ]);
    expect(recordedDetails(reordered)).toEqual(recordOf());
  });

  it('differs in each of its members', () => {
    const hashes = [
      {},
      { creditorName: 'Zoe' },
      { instructedAmount: { currency: 'USD', amount: '50' } },
      { instructedAmount: { currency: 'EUR', amount: '5' } },
      { creditorAccount: { other: 'DE02100100109307118603' } },
      { remittanceInformationUnstructured: 'Rent' },
      { remittanceInformationUnstructured: 'rent' },
    ].map((patch) => recordOf(patch).hash);
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/);
  });

  it('canonical JSON is the same for the same value, and is read as that value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false, depthSize: 'small' }), (value) => {
        const read = JSON.parse(JSON.stringify(value));
        const text = canonicalJson(read);
        expect(JSON.parse(text)).toEqual(read);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
    expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: true })).toBe('{"a":true,"b":[1,{"c":"x","d":null}]}');
  });
});
