import { describe, expect, it } from 'vitest';
import { type Config, parseConfig, variableNames } from '../../../webhook/config/config.ts';
import { ConfigError, type Environment } from '../../../webhook/config/problem.ts';
import { config, MINIMAL, problems, wrongNames } from '../../support/service/environment.ts';

describe('the configuration', () => {
  it('needs seven of the nine published variables and has a default for all else', () => {
    expect(config({})).toMatchObject({
      ORY_WEBHOOK_SECRET: ['webhook-secret-1'],
      JUMIO_CALLBACK_SECRET: ['callback-secret1'],
      PORT: 3000,
      JUMIO_WORKFLOW_KEY: '10011',
      JUMIO_LINK_LIFETIME: '1d',
      linkLifetimeMs: 86_400_000,
      ALLOWED_RETURN_URLS: [],
      DATABASE_URL: 'file:./data/ledger.sqlite',
      JUMIO_ACCOUNT_RATE: 1,
      JUMIO_ACCOUNT_BURST: 5,
      JUMIO_RETRIEVAL_RATE: 15,
      TRUSTED_PROXIES: [],
      LOG_LEVEL: 'info',
    });
    expect(config({}).PUBLIC_URL).toBeUndefined();
  });

  it('takes an empty value for absent', () => {
    const empty = Object.fromEntries(variableNames.map((name) => [name, MINIMAL[name] ?? '']));
    expect(parseConfig(empty)).toEqual(config({}));
  });

  it('says all that is missing at once', () => {
    const error = (): Config => parseConfig({});
    expect(error).toThrow(ConfigError);
    for (const name of Object.keys(MINIMAL))
      expect(error).toThrow(new RegExp(`^${name}: expected .+; saw nothing$`, 'm'));
  });

  it('says all that is wrong at once, each with what was expected and what was seen', () => {
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

describe('a secret', () => {
  it.each([
    ['short', 'fifteen-letters'],
    ['a placeholder', 'change-me-to-a-long-random-value'],
    ['a placeholder', 'CHANGE_ME_CHANGE_ME_CHANGE_ME'],
    ['a placeholder', '<a-long-random-secret>'],
    ['a placeholder', 'your-webhook-secret-here'],
    ['short beside a good one', `${'g'.repeat(16)},short`],
    ['a placeholder beside a good one', `${'g'.repeat(16)},change-me-to-a-long-random-value`],
    ['half a list', `${'g'.repeat(16)},`],
  ])('is refused where it is %s, and its value is not shown', (_why, value) => {
    for (const name of ['ORY_WEBHOOK_SECRET', 'JUMIO_CALLBACK_SECRET', 'HANDOVER_SECRET']) {
      const [problem, ...others] = problems({ [name]: value });
      expect(others).toEqual([]);
      expect(problem).toMatchObject({ name, seen: `a value of ${value.length} characters` });
      expect(JSON.stringify(problem)).not.toContain(value);
    }
  });

  it('may be two while it turns over', () => {
    const [fresh, old] = ['n'.repeat(16), 'o'.repeat(16)];
    expect(config({ ORY_WEBHOOK_SECRET: `${fresh}, ${old}` }).ORY_WEBHOOK_SECRET).toEqual([fresh, old]);
    expect(config({ JUMIO_CALLBACK_SECRET: `${fresh},${old}` }).JUMIO_CALLBACK_SECRET).toEqual([fresh, old]);
  });

  it('is not the other secret, in none of its turns', () => {
    const both = 's'.repeat(16);
    for (const webhook of [both, `${'n'.repeat(16)},${both}`]) {
      const found = problems({ ORY_WEBHOOK_SECRET: webhook, JUMIO_CALLBACK_SECRET: `${'m'.repeat(16)},${both}` });
      expect(found).toMatchObject([{ name: 'JUMIO_CALLBACK_SECRET', seen: 'the same' }]);
    }
    const pages = { PUBLIC_URL: 'https://verify.example.com', KRATOS_PUBLIC_URL: 'https://auth.example.com' };
    for (const [other, secret] of [
      ['ORY_WEBHOOK_SECRET', MINIMAL.ORY_WEBHOOK_SECRET],
      ['JUMIO_CALLBACK_SECRET', MINIMAL.JUMIO_CALLBACK_SECRET],
    ])
      expect(problems({ ...pages, HANDOVER_SECRET: `${'h'.repeat(16)},${secret}` })).toEqual([
        { name: 'HANDOVER_SECRET', expected: `another secret than ${other}`, seen: 'the same' },
      ]);
  });

  it('for handing over is of no use without the pages that it leads to', () => {
    const HANDOVER_SECRET = 'h'.repeat(16);
    expect(wrongNames({ HANDOVER_SECRET })).toEqual(['KRATOS_PUBLIC_URL', 'PUBLIC_URL']);
    expect(wrongNames({ HANDOVER_SECRET, PUBLIC_URL: 'https://verify.example.com' })).toEqual(['KRATOS_PUBLIC_URL']);
  });

  it('is in no message, whatever else is wrong', () => {
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

describe('what can only be judged of several variables together', () => {
  it('is reported beside a variable that is wrong by itself', () => {
    const changes = {
      PORT: 'x',
      JUMIO_CALLBACK_SECRET: MINIMAL.ORY_WEBHOOK_SECRET,
      PUBLIC_URL: 'https://a.example/idv',
    };
    expect([...wrongNames(changes)].sort()).toEqual(['JUMIO_CALLBACK_SECRET', 'PORT', 'PUBLIC_URL']);
  });
});
