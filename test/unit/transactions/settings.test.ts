import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseConfig } from '../../../webhook/config/config.ts';
import { ConfigError, type Environment } from '../../../webhook/config/problem.ts';
import { transactionSettings } from '../../../webhook/transactions/settings.ts';
import { WITH_TWILIO } from '../../support/service/environment.ts';
import { ENVIRONMENT } from '../../support/service/service.ts';

const page = readFileSync(new URL('../../../docs/payments.md', import.meta.url), 'utf8');

const EXAMPLE = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';

const HASH = `sha256:${'0'.repeat(63)}1`;

const CLIENT = {
  name: 'Demo Bank',
  secret_hashes: [HASH],
  redirect_uris: ['https://app.example.com/pay/return'],
  factors: ['sms'],
};

const withClient = (patch: object, more: object = {}) => ({ clients: { bank: { ...CLIENT, ...patch } }, ...more });

function problemsOf(env: Environment): string[] {
  try {
    parseConfig({ ...ENVIRONMENT, ...WITH_TWILIO, ...env });
    return [];
  } catch (error) {
    if (error instanceof ConfigError)
      return error.problems.map(({ name, expected, seen }) => `${name} ${expected} ${seen}`);
    throw error;
  }
}

describe('TRANSACTIONS', () => {
  it('the document of docs/payments.md is right, with the defaults that the page names', () => {
    const { TRANSACTIONS: settings } = parseConfig({ ...ENVIRONMENT, ...WITH_TWILIO, TRANSACTIONS: EXAMPLE });
    const { clients, ...rest } = settings ?? { clients: {} };
    expect(Object.keys(clients)).toEqual(['bank-web']);
    const { clients: _, passkey, face, ...defaults } = transactionSettings.parse(withClient({}));
    expect([passkey, face]).toEqual([undefined, undefined]);
    expect(rest).toEqual({
      ...defaults,
      passkey: { rp_id: 'example.com', passkeys: 'any' },
      face: { workflow_key: '10014' },
    });
    expect(defaults).toEqual({
      max_auth_age: 300_000,
      cooling_off: 86_400_000,
      consume_within: 300_000,
      block: 1_800_000,
      retention: 400 * 86_400_000,
    });
  });

  it.each([
    ['no clients', { clients: {} }, 'clients'],
    ['an unknown key', withClient({}, { max_age: '5m' }), ''],
    ['an unknown key of a client', withClient({ redirect_uri: 'x' }), 'clients.bank'],
    ['an id with a colon', { clients: { 'a:b': CLIENT } }, 'clients.a:b'],
    ['a secret in place of its hash', withClient({ secret_hashes: ['a-secret'] }), 'clients.bank.secret_hashes.0'],
    ['three hashes', withClient({ secret_hashes: [HASH, HASH, HASH] }), 'clients.bank.secret_hashes'],
    ['no hash', withClient({ secret_hashes: [] }), 'clients.bank.secret_hashes'],
    [
      'an address with a fragment',
      withClient({ redirect_uris: ['https://a.example/#x'] }),
      'clients.bank.redirect_uris.0',
    ],
    [
      'an address with an empty fragment',
      withClient({ redirect_uris: ['https://a.example/#'] }),
      'clients.bank.redirect_uris.0',
    ],
    [
      'an address with credentials',
      withClient({ redirect_uris: ['https://a:b@a.example/'] }),
      'clients.bank.redirect_uris.0',
    ],
    ['a script as address', withClient({ redirect_uris: ['javascript:alert(1)'] }), 'clients.bank.redirect_uris.0'],
    ['no factor', withClient({ factors: [] }), 'clients.bank.factors'],
    ['a factor twice', withClient({ factors: ['sms', 'sms'] }), 'clients.bank.factors'],
    ['an unknown factor', withClient({ factors: ['pigeon'] }), 'clients.bank.factors.0'],
    ['a passkey without its section', withClient({ factors: ['passkey'] }), 'passkey'],
    ['a face without its section', withClient({ factors: ['face'] }), 'face'],
    ['one secret at two clients', { clients: { a: CLIENT, b: CLIENT } }, 'clients.a.secret_hashes'],
    ['an age of 30 s', withClient({}, { max_auth_age: '30s' }), 'max_auth_age'],
    ['an age of 61 m', withClient({}, { max_auth_age: '61m' }), 'max_auth_age'],
    ['a number as time', withClient({}, { block: 30 }), 'block'],
    ['a block of nothing', withClient({}, { block: 0 }), 'block'],
  ])('%s is refused at its place', (_what, document, place) => {
    const issues = transactionSettings.safeParse(document).error?.issues ?? [];
    expect(issues[0]?.path.join('.')).toBe(place);
  });

  it('cooling_off can be switched off', () => {
    expect(transactionSettings.parse(withClient({}, { cooling_off: 0 })).cooling_off).toBe(0);
    expect(transactionSettings.parse(withClient({}, parse('cooling_off: 0'))).cooling_off).toBe(0);
  });

  it('a wrong document is a problem of the configuration that shows no value of it', () => {
    const problems = problemsOf({ TRANSACTIONS: JSON.stringify(withClient({ secret_hashes: ['canary-of-a-hash'] })) });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(
      /^TRANSACTIONS transactions as docs\/payments.md shows \(clients.bank.secret_hashes.0: sha256/,
    );
    expect(problems[0]).not.toContain('canary');
    expect(problemsOf({ TRANSACTIONS: 'clients: [' })).toHaveLength(1);
  });

  it('payments need the pages', () => {
    const missing = { PUBLIC_URL: undefined, KRATOS_PUBLIC_URL: undefined, HANDOVER_SECRET: undefined };
    const problems = problemsOf({ ...missing, TRANSACTIONS: JSON.stringify(withClient({})) });
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual(['PUBLIC_URL', 'KRATOS_PUBLIC_URL']);
  });

  it('codes by SMS need Twilio, and each variable that is missing is named with who needs it', () => {
    const TRANSACTIONS = JSON.stringify({
      clients: {
        shop: { ...CLIENT, secret_hashes: [HASH.replace(/1$/, '2')], factors: ['face'] },
        bank: CLIENT,
      },
      face: { workflow_key: '10014' },
    });
    const without = { TWILIO_API_KEY: '', TWILIO_API_SECRET: '', TWILIO_VERIFY_SERVICE: '' };
    const because = 'a value, because the client bank of TRANSACTIONS has the factor sms nothing';
    expect(problemsOf({ TRANSACTIONS, ...without })).toEqual(Object.keys(without).map((name) => `${name} ${because}`));
    expect(problemsOf({ TRANSACTIONS, TWILIO_API_SECRET: '' })).toEqual([`TWILIO_API_SECRET ${because}`]);
    expect(problemsOf({ TRANSACTIONS })).toEqual([]);
    const faces = JSON.stringify(withClient({ factors: ['face'] }, { face: { workflow_key: '10014' } }));
    expect(problemsOf({ TRANSACTIONS: faces, ...without })).toEqual([]);
  });

  it.each([
    ['verify.example.com', 0],
    ['example.com', 0],
    ['ample.com', 1],
    ['other.example.com', 1],
  ])('passkeys of %s at https://verify.example.com are %i problem(s)', (id, count) => {
    const document = withClient({ factors: ['passkey'] }, { passkey: { rp_id: id } });
    expect(problemsOf({ TRANSACTIONS: JSON.stringify(document) })).toHaveLength(count);
  });
});
