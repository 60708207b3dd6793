import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { unsaidOnPages } from '../../../webhook/config/checks.ts';
import { type Config, parseConfig, variableNames } from '../../../webhook/config/config.ts';
import { ConfigError, type Environment } from '../../../webhook/config/problem.ts';
import { config, MINIMAL, problems, wrongNames } from '../../support/service/environment.ts';

/** A good secret, another one for each letter. */
const secretOf = (letter: string): string => `${letter}-secret-of-the-test`;

describe('the configuration', () => {
  it('seven of the nine published variables are required, all others have a default', () => {
    expect(config({})).toMatchObject({
      ORY_WEBHOOK_SECRET: ['webhook-secret-1'],
      JUMIO_CALLBACK_SECRET: ['callback-secret1'],
      PORT: 3000,
      JUMIO_WORKFLOW_KEY: '10011',
      JUMIO_LINK_LIFETIME: '1d',
      linkLifetimeMs: 86_400_000,
      ALLOWED_RETURN_URLS: [],
      DATABASE_URL: `file:${fileURLToPath(new URL('../../../data/ledger.sqlite', import.meta.url))}`,
      JUMIO_ACCOUNT_RATE: 1,
      JUMIO_ACCOUNT_BURST: 5,
      JUMIO_RETRIEVAL_RATE: 15,
      TRUSTED_PROXIES: [],
      LOG_LEVEL: 'info',
    });
    expect(config({}).PUBLIC_URL).toBeUndefined();
  });

  it('an empty value counts as absent', () => {
    const empty = Object.fromEntries(variableNames.map((name) => [name, MINIMAL[name] ?? '']));
    expect(parseConfig(empty)).toEqual(config({}));
  });

  it('a ConfigError names every missing variable at once', () => {
    const error = (): Config => parseConfig({});
    expect(error).toThrow(ConfigError);
    for (const name of Object.keys(MINIMAL))
      expect(error).toThrow(new RegExp(`^${name}: expected .+; saw nothing$`, 'm'));
  });

  it('a ConfigError names every invalid value at once, each with the expected and the given value', () => {
    const wrong = {
      KRATOS_ADMIN_URL: 'localhost:4434',
      PORT: '70000',
      JUMIO_LINK_LIFETIME: '90d',
      JUMIO_WORKFLOW_KEY: 'ten',
      ALLOWED_RETURN_URLS: 'https://a.example, /relative',
      DATABASE_URL: 'mysql://x',
      JUMIO_ACCOUNT_RATE: '0',
      TRUSTED_PROXIES: '10.0.0.0/33',
      LOG_LEVEL: 'loud',
    };
    expect(wrongNames(wrong)).toEqual(Object.keys(wrong).sort());
    for (const { expected, seen } of problems(wrong)) {
      expect(expected.length).toBeGreaterThan(8);
      expect(seen).not.toBe('');
    }
    const shown = Object.fromEntries(problems(wrong).map(({ name, seen }) => [name, seen]));
    expect(shown).toMatchObject({ PORT: '"70000"', LOG_LEVEL: '"loud"', JUMIO_LINK_LIFETIME: '"90d"' });
  });
});

describe('secrets in the configuration', () => {
  it.each([
    ['too short', 'fifteen-letters'],
    ['a placeholder', 'change-me-to-a-long-random-value'],
    ['a placeholder', 'CHANGE_ME_CHANGE_ME_CHANGE_ME'],
    ['a placeholder', '<a-long-random-secret>'],
    ['a placeholder', 'your-webhook-secret-here'],
    ['too short beside a good one', `${secretOf('g')},short`],
    ['a placeholder beside a good one', `${secretOf('g')},change-me-to-a-long-random-value`],
    ['a list with an empty entry', `${secretOf('g')},`],
    ['one character over and over', 'a'.repeat(64)],
    ['two characters over and over', 'ab'.repeat(20)],
    ['a word over and over', 'password'.repeat(3)],
    ['a word over and over and one character', `${'letmein-'.repeat(3)}1`],
    ['four different characters only', 'abcdabdcacbdadbcabcd'],
    ['a repetition beside a good one', `${secretOf('g')},${'q'.repeat(16)}`],
  ])('a secret that is %s is refused, and the message does not show its value', (_why, value) => {
    for (const name of ['ORY_WEBHOOK_SECRET', 'JUMIO_CALLBACK_SECRET', 'HANDOVER_SECRET']) {
      const [problem, ...others] = problems({ [name]: value });
      expect(others).toEqual([]);
      expect(problem).toMatchObject({ name, seen: `a value of ${value.length} characters` });
      expect(JSON.stringify(problem)).not.toContain(value);
    }
  });

  it.each([
    ['a letter outside ASCII', 'schlüssel-des-webhooks'],
    ['a tab inside', 'secret\tof-the-webhook'],
    ['a line break inside', 'secret\nof-the-webhook'],
    ['a zero width space inside', 'secret\u200bof-the-webhook'],
  ])('a secret with %s is refused where a header carries it, because it could never match', (_why, value) => {
    const expected = expect.stringContaining('printable ASCII');
    for (const name of ['ORY_WEBHOOK_SECRET', 'DECISION_SECRET']) {
      expect(problems({ [name]: value })).toEqual([{ name, expected, seen: `a value of ${value.length} characters` }]);
      expect(problems({ [name]: `${secretOf('g')},${value}` })).toMatchObject([{ name, expected }]);
    }
    expect(config({ JUMIO_CALLBACK_SECRET: value }).JUMIO_CALLBACK_SECRET).toEqual([value]);
  });

  it.each(['key\n', ' key ', 'ory_pat_ü', 'two words'])(
    'an ORY_API_KEY of %j is refused, because no header carries it',
    (ORY_API_KEY) => {
      expect(wrongNames({ ORY_API_KEY })).toEqual(['ORY_API_KEY']);
    },
  );

  it.each(['a secret with blanks in it', '0f3b9a417c2e5d68', '4917028365524917', secretOf('z')])(
    'a secret such as %j is accepted',
    (value) => {
      expect(wrongNames({ ORY_WEBHOOK_SECRET: value })).toEqual([]);
    },
  );

  it('a secret may be a list of two during rotation', () => {
    const [fresh, old] = [secretOf('n'), secretOf('o')];
    expect(config({ ORY_WEBHOOK_SECRET: `${fresh}, ${old}` }).ORY_WEBHOOK_SECRET).toEqual([fresh, old]);
    expect(config({ JUMIO_CALLBACK_SECRET: `${fresh},${old}` }).JUMIO_CALLBACK_SECRET).toEqual([fresh, old]);
  });

  it('a secret equal to another secret is refused, rotated values included', () => {
    const both = secretOf('s');
    for (const webhook of [both, `${secretOf('n')},${both}`]) {
      const found = problems({ ORY_WEBHOOK_SECRET: webhook, JUMIO_CALLBACK_SECRET: `${secretOf('m')},${both}` });
      expect(found).toMatchObject([{ name: 'JUMIO_CALLBACK_SECRET', seen: 'the same' }]);
    }
    const pages = { PUBLIC_URL: 'https://verify.example.com', KRATOS_PUBLIC_URL: 'https://auth.example.com' };
    for (const [other, secret] of [
      ['ORY_WEBHOOK_SECRET', MINIMAL.ORY_WEBHOOK_SECRET],
      ['JUMIO_CALLBACK_SECRET', MINIMAL.JUMIO_CALLBACK_SECRET],
    ])
      expect(problems({ ...pages, HANDOVER_SECRET: `${secretOf('h')},${secret}` })).toEqual([
        { name: 'HANDOVER_SECRET', expected: `another secret than ${other}`, seen: 'the same' },
      ]);
  });

  it('HANDOVER_SECRET without the URLs of the pages is refused', () => {
    const HANDOVER_SECRET = secretOf('h');
    expect(wrongNames({ HANDOVER_SECRET })).toEqual(['KRATOS_PUBLIC_URL', 'PUBLIC_URL']);
    expect(wrongNames({ HANDOVER_SECRET, PUBLIC_URL: 'https://verify.example.com' })).toEqual(['KRATOS_PUBLIC_URL']);
  });

  it('METRICS_ADDRESS is host and port, and no port that people or Kratos reach', () => {
    const address = (value: string) => config({ METRICS_ADDRESS: value }).METRICS_ADDRESS;
    expect(address('127.0.0.1:9464')).toEqual({ host: '127.0.0.1', port: 9464 });
    expect(address('[::1]:9464')).toEqual({ host: '::1', port: 9464 });
    expect(address(':9464')).toEqual({ host: undefined, port: 9464 });
    expect(address('')).toBeUndefined();
    for (const wrong of ['9464', 'http://10.0.0.7:9464', '10.0.0.7', '::1:9464', '10.0.0.7:94640', '10.0.0.7:-1'])
      expect(wrongNames({ METRICS_ADDRESS: wrong }), wrong).toEqual(['METRICS_ADDRESS']);
    expect(wrongNames({ METRICS_ADDRESS: ':3000' })).toEqual(['METRICS_ADDRESS']);
    expect(wrongNames({ HOOKS_PORT: '3001', METRICS_ADDRESS: '10.0.0.7:3001' })).toEqual(['METRICS_ADDRESS']);
    expect(wrongNames({ PORT: '0', METRICS_ADDRESS: ':0' })).toEqual([]);
  });

  it('HOOKS_PORT is another port than PORT, and HOOKS_HOST needs it', () => {
    expect(wrongNames({ HOOKS_PORT: '3000' })).toEqual(['HOOKS_PORT']);
    expect(wrongNames({ HOOKS_HOST: '10.0.0.7' })).toEqual(['HOOKS_PORT']);
    expect(wrongNames({ HOOKS_PORT: '3001', HOOKS_HOST: '10.0.0.7' })).toEqual([]);
    expect(wrongNames({ PORT: '0', HOOKS_PORT: '0' })).toEqual([]);
  });

  it.each(['htp:/verify', 'file:///verify'])('a URL that is none, such as %s, is shown as it is written', (value) => {
    expect(problems({ PUBLIC_URL: value })).toMatchObject([{ name: 'PUBLIC_URL', seen: JSON.stringify(value) }]);
  });

  it('a ConfigError contains no secret, whatever else is wrong', () => {
    const secrets: Environment = {
      ORY_WEBHOOK_SECRET: 'canary-1',
      ORY_API_KEY: 'canary-2',
      JUMIO_CLIENT_ID: 'canary-3',
      JUMIO_CLIENT_SECRET: 'canary-4',
      JUMIO_CALLBACK_SECRET: 'canary-5',
      KRATOS_ADMIN_URL: 'ftp://canary-6:canary-7@host/',
      JUMIO_AUTH_URL: 'ldap://canary-8:canary-9@host',
      DATABASE_URL: 'mysql://user:canary-10@db/',
      DEFAULT_RETURN_URL: 'canary-11',
      PORT: 'x',
    };
    expect(() => config(secrets)).toThrow(ConfigError);
    expect(() => config(secrets)).not.toThrow(/canary/);
    const text = problems(secrets).map((problem) => JSON.stringify(problem));
    expect(text.join()).not.toContain('canary');
    expect(text.length).toBeGreaterThan(5);
  });
});

describe('rules over several variables', () => {
  it('rules over several variables are reported beside a variable that is wrong by itself', () => {
    const changes = {
      PORT: 'x',
      JUMIO_CALLBACK_SECRET: MINIMAL.ORY_WEBHOOK_SECRET,
      PUBLIC_URL: 'https://a.example/idv',
    };
    expect([...wrongNames(changes)].sort()).toEqual(['JUMIO_CALLBACK_SECRET', 'PORT', 'PUBLIC_URL']);
  });
});

describe('what the pages say about the operator', () => {
  const pages = { PUBLIC_URL: 'https://verify.example.com', KRATOS_PUBLIC_URL: 'https://auth.example.com' };
  const names = (env: Environment): string[] => unsaidOnPages(config(env)).map(({ name }) => name);

  it('every variable without which a page is incomplete is named, and none without pages', () => {
    expect(names(pages)).toEqual(['BRAND_NAME', 'PRIVACY_URL', 'SUPPORT_ADDRESS', 'DEFAULT_RETURN_URL']);
    expect(names({ ...pages, BRAND_NAME: 'Acme', SUPPORT_ADDRESS: 'help@acme.example' })).toEqual([
      'PRIVACY_URL',
      'DEFAULT_RETURN_URL',
    ]);
    expect(names({})).toEqual([]);
  });
});
