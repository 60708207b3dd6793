import fc from 'fast-check';
import { z } from 'zod';
import { parseConfig, variableNames } from '../../../webhook/config/config.ts';
import { ConfigError, type Environment } from '../../../webhook/config/problem.ts';
import { ENVIRONMENT } from '../../support/service/service.ts';
import { anyText } from '../grammar.ts';
import { accepted, mustHold, refused, type Target, threw } from '../target.ts';
import { wordsOf, YAML_WORDS } from '../words.ts';
import { DOCUMENT } from './policy.ts';

const environment = z.record(z.string(), z.string());

/** Files are read only where a test has made them. */
function parse(input: string): Environment | undefined {
  try {
    const parsed = environment.safeParse(JSON.parse(input)).data ?? {};
    const set = Object.entries(parsed).filter(([name]) => !/_FILE$|^BRAND_LOGO$/.test(name));
    return Object.fromEntries(set.map(([name, value]) => [name, value.slice(0, DOCUMENT.longest)]));
  } catch {
    return undefined;
  }
}

/** The variables whose whole value is secret; `DATABASE_URL` may hold a password. */
const SECRETS = wordsOf(`
  ORY_WEBHOOK_SECRET ORY_API_KEY JUMIO_CLIENT_SECRET JUMIO_CALLBACK_SECRET HANDOVER_SECRET DECISION_SECRET DATABASE_URL
`);

/** A shorter one may be a part of any message by chance. */
const LEAST_SECRET = 8;

/** What is secret in an environment, with its variable: values, and the passwords in URLs. */
function secretsIn(env: Environment): (readonly [string, string])[] {
  const values = SECRETS.map((name) => [name, env[name] ?? ''] as const);
  const urls = Object.entries(env).filter(([name, value = '']) => name.endsWith('_URL') && URL.canParse(value));
  const passwords = urls.map(([name, value = '']) => [name, new URL(value).password] as const);
  return [...values, ...passwords].filter(([, { length }]) => length >= LEAST_SECRET);
}

function messageOf(env: Environment): string {
  try {
    parseConfig(env);
    return '';
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

/**
 * A text that is secret in one variable may be shown for another reason: as a word of ours, or as the value of another
 * variable. Then it is shown without that variable too.
 */
function mustHideSecrets(env: Environment, message: string): void {
  for (const [name, value] of secretsIn(env).filter(([, one]) => message.includes(one))) {
    const isShownWithout = messageOf({ ...env, [name]: undefined }).includes(value);
    mustHold(isShownWithout || variableNames.includes(value), 'a message shows a secret');
  }
}

const DOCUMENTS = [
  'rules: [{then: allow}]',
  'de: {button.start: Los}',
  '{firstName: /name/first}',
  'idemia: {issuer: "https://i.example", client_id: c}',
];

const VALUES = [
  ...wordsOf(
    ', 0 65536 1e3 5m 60d 999999999999d https://a.example http://[::1]:3000/ file:x postgres://u:p@h/d /locale',
  ),
  ...wordsOf(
    'https://user:canary-of-a-password@host.example/ 10.0.0.0/8 ::1/129 a@b.example shadow allow consent debug',
  ),
  ...wordsOf('1d4f91 #ffffff Acme/v1'),
  '',
  ' ',
  'a'.repeat(2_000),
  `${'ab'.repeat(1_000)}c`,
  ...DOCUMENTS,
];

const fresh = fc
  .dictionary(fc.constantFrom(...variableNames), fc.oneof(fc.constantFrom(...VALUES), anyText), { maxKeys: 5 })
  .map((changes) => JSON.stringify({ ...ENVIRONMENT, ...changes }));

/** The environment, and the documents in it: policy, texts, eID providers, prepared data. */
export const configuration: Target = {
  name: 'configuration',
  share: 2,
  limitMs: DOCUMENT.limitMs,
  seeds: [JSON.stringify(ENVIRONMENT)],
  dictionary: [...variableNames, ...VALUES, ...YAML_WORDS],
  fresh,
  run: (input) => {
    const env = parse(input);
    if (env === undefined) return refused('no environment');
    try {
      const { policy, ...rest } = parseConfig(env);
      mustHold(Number.isFinite(rest.linkLifetimeMs), 'a lifetime that is none');
      return accepted([rest, policy.hash]);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      mustHold(error.problems.length > 0, 'an error without a problem');
      mustHideSecrets(env, error.message);
      return threw(`ConfigError: ${[...new Set(error.problems.map(({ name }) => name.split(/[ ,]/)[0]))].join()}`);
    }
  },
};
