import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../webhook/config/config.ts';
import { ConfigError } from '../../../webhook/config/problem.ts';
import { prefillOf } from '../../../webhook/jumio/create.ts';
import { isOfRegion } from '../../../webhook/jumio/regions.ts';
import { startedWire } from '../../../webhook/jumio/wire.ts';
import { traitsAt } from '../../../webhook/kratos/answers.ts';
import { PREFILL_FIELDS, prefillDataOf } from '../../../webhook/verification/prefill-data.ts';
import { ENVIRONMENT } from '../../support/service/service.ts';

const ALL = Object.fromEntries(PREFILL_FIELDS.map((field) => [field, `/${field}`]));

const GOOD = {
  firstName: ' Ada ',
  lastName: 'Lovelace',
  email: 'ada@example.org',
  phoneNumber: '+442071838750',
  dateOfBirth: '1815-12-10',
  'address.line1': '12 St James’s Square',
  'address.city': 'London',
  'address.postalCode': 'SW1Y 4JH',
  'address.country': 'gb',
};

describe('prefill data', () => {
  it('prefill data are the mapped traits, under the names and in the shape of Jumio', () => {
    expect(prefillDataOf(ALL, GOOD)).toEqual({
      leftOut: [],
      data: {
        firstName: 'Ada',
        lastName: 'Lovelace',
        email: 'ada@example.org',
        phoneNumber: '+442071838750',
        dateOfBirth: '1815-12-10',
        address: { line1: '12 St James’s Square', city: 'London', postalCode: 'SW1Y 4JH', country: 'GB' },
      },
    });
  });

  it.each([
    ['phoneNumber', '0207 183 8750'],
    ['phoneNumber', '+44 207 1838750'],
    ['phoneNumber', 442_071_838_750],
    ['dateOfBirth', '10.12.1815'],
    ['dateOfBirth', '1815-13-10'],
    ['dateOfBirth', '2001-02-30'],
    ['address.country', 'United Kingdom'],
    ['email', 'ada'],
    ['firstName', ''],
    ['firstName', null],
    ['firstName', { given: 'Ada' }],
    ['firstName', 'x'.repeat(256)],
  ])('a %s of %j is left out of the prefill data and named', (field, value) => {
    const { data, leftOut } = prefillDataOf(ALL, { ...GOOD, [field]: value });
    expect(leftOut).toEqual([field]);
    expect(JSON.stringify(data)).not.toContain(`"${field.replace('address.', '')}":`);
  });

  it('prefill data contain only mapped traits, and are undefined if none is valid', () => {
    expect(prefillDataOf({ firstName: '/a' }, GOOD).data).toEqual({ firstName: 'Ada' });
    expect(prefillDataOf({ 'address.country': '/a' }, { 'address.country': 'XYZW' })).toEqual({
      data: undefined,
      leftOut: ['address.country'],
    });
  });

  it('traits are found by their pointers, and no other trait is', () => {
    const traits = { name: { first: 'Ada', secret: 'x' }, 'a/b': 1 };
    expect(traitsAt(traits, { firstName: '/name/first', lastName: '/name/last', email: '/a~1b' })).toEqual({
      firstName: 'Ada',
      email: 1,
    });
  });
});

describe('the URL for prefill data', () => {
  const BASE = 'https://account.emea-1.jumio.ai/api/v1';

  it.each([
    ['https://api.emea-1.jumio.ai/api/v1/x', BASE, true],
    ['https://account.emea-1.jumio.ai/x', BASE, true],
    ['https://api.amer-1.jumio.ai/x', BASE, false],
    ['http://api.emea-1.jumio.ai/x', BASE, false],
    ['https://api.emea-1.jumio.ai:8443/x', BASE, false],
    ['https://api.emea-1.jumio.ai@evil.example/x', BASE, false],
    ['https://me:x@api.emea-1.jumio.ai/x', BASE, false],
    ['https://api.emea-1.jumio.ai.evil.example/x', BASE, false],
    ['https://acme.web.emea-1.jumio.ai/x', BASE, false],
    ['not a url', BASE, false],
    ['http://127.0.0.1:4100/x', 'http://127.0.0.1:4100/api/v1', true],
    ['http://127.0.0.1:4101/x', 'http://127.0.0.1:4100/api/v1', false],
    ['https://api.emea-1.jumio.ai/x', 'http://127.0.0.1:4100/api/v1', false],
  ])('prefill URL %s with the configured base %s is allowed: %j', (address, base, allowed) => {
    expect(isOfRegion(address, base)).toBe(allowed);
  });

  it('the prefill URL is taken from the credential of category DATA, at any position', () => {
    const of = (url: string) => ({ token: 'data-token', parts: { prepared_data: url } });
    const wire = (url: string) =>
      startedWire.parse({
        account: { id: 'a' },
        workflowExecution: {
          id: 'e',
          credentials: [
            { category: 'ID', api: { token: 't', parts: { prepared_data: 'https://api.emea-1.jumio.ai/id' } } },
            { category: 'DATA', api: of(url) },
          ],
        },
      });
    const url = 'https://api.emea-1.jumio.ai/data';
    expect(prefillOf(wire(url), BASE)).toEqual({ prefillUrl: url, transactionToken: 'data-token' });
    expect(prefillOf(wire('https://evil.example/data'), BASE)).toEqual({ foreignPreparedUrl: true });
  });
});

describe('PREPARED_DATA', () => {
  const parse = (text: string) => parseConfig({ ...ENVIRONMENT, DATABASE_URL: 'file:x', PREPARED_DATA: text });

  it('PREPARED_DATA maps fields of Jumio to pointers into the traits, as YAML or JSON', () => {
    const mapping = { firstName: '/name/first', 'address.country': '/country' };
    expect(parse('firstName: /name/first\naddress.country: /country').PREPARED_DATA).toEqual(mapping);
    expect(parse(JSON.stringify(mapping)).PREPARED_DATA).toEqual(mapping);
  });

  it.each(['', 'nationality: /nation', 'firstName: name', 'firstName: [/a]', '{}', '- firstName', 'a: b: c'])(
    'an invalid PREPARED_DATA is refused at start, an empty one is absent: %j',
    (text) => {
      if (text === '') expect(parse(text).PREPARED_DATA).toBeUndefined();
      else expect(() => parse(text)).toThrow(ConfigError);
    },
  );
});
