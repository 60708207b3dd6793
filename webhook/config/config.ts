import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Policy } from '../verification/policy/index.ts';
import { color, DARK, LIGHT, logo, support } from './brand.ts';
import { continuationWithoutPages, crossChecks, eidProblems, hasPages } from './checks.ts';
import { defaultLedger } from './default-ledger.ts';
import {
  eidDocument,
  operatorsDocument,
  pointer,
  prefillMapping,
  readPolicy,
  textOverrides,
  transactionsDocument,
  webhooksDocument,
} from './documents.ts';
import { portalUrl } from './portal-url.ts';
import { ConfigError, type ConfigProblem, type Environment } from './problem.ts';
import { returnUrls } from './return-urls.ts';
import { bearerToken, issued, secrets, signingSecrets } from './secrets.ts';
import { defaultUserAgent, userAgent } from './user-agent.ts';
import {
  burst,
  lifetimeMs,
  lifetimeText,
  listenAddress,
  optionalUrl,
  origins,
  perMinute,
  port,
  proxies,
  rate,
  text,
  twilioSid,
  url,
} from './values.ts';

/** The only list of environment variables (docs/design.md#configuration). The value of each may come from a file, `<NAME>_FILE`. */
const variables = z.object({
  ORY_WEBHOOK_SECRET: secrets(),
  KRATOS_ADMIN_URL: url('the URL of the Ory Network project or of Kratos’ admin port'),
  ORY_API_KEY: bearerToken().optional(),
  JUMIO_AUTH_URL: url('Jumio’s token endpoint, e.g. https://auth.emea-1.jumio.ai/oauth2/token'),
  JUMIO_API_BASE_URL: url('one of Jumio’s API hosts, e.g. https://account.emea-1.jumio.ai'),
  JUMIO_RETRIEVAL_BASE_URL: optionalUrl('the URL of Jumio’s retrieval API'),
  JUMIO_CLIENT_ID: issued('the id of the OAuth2 client in the Jumio portal, no placeholder'),
  JUMIO_CLIENT_SECRET: issued('the secret of the OAuth2 client in the Jumio portal, no placeholder'),
  JUMIO_CALLBACK_SECRET: signingSecrets(),
  PORT: port().default(3000),
  HOST: text().optional(),
  HOOKS_PORT: port().optional(),
  HOOKS_HOST: text().optional(),
  METRICS_ADDRESS: listenAddress().optional(),
  JUMIO_WORKFLOW_KEY: text().regex(/^\d+$/, 'a workflow definition key: digits only').default('10011'),
  JUMIO_LINK_LIFETIME: lifetimeText().default('1d'),
  JUMIO_PORTAL_URL: portalUrl().optional(),
  VERIFICATION_START: z.enum(['registration', 'consent'], { error: 'registration or consent' }).default('registration'),
  PUBLIC_URL: optionalUrl('the URL of this service as the internet sees it'),
  KRATOS_PUBLIC_URL: optionalUrl('the URL of Kratos’ public port'),
  ALLOWED_RETURN_URLS: returnUrls().default([]),
  DEFAULT_RETURN_URL: optionalUrl('the URL that people return to when there is no other'),
  BRAND_NAME: text().max(60, 'a name of at most 60 characters').optional(),
  BRAND_LOGO: logo().optional(),
  BRAND_COLOR: color(LIGHT).optional(),
  BRAND_COLOR_DARK: color(DARK).optional(),
  SUPPORT_ADDRESS: support().optional(),
  PRIVACY_URL: optionalUrl('the URL of the privacy policy'),
  TEXTS: textOverrides().optional(),
  LOCALE_TRAIT: pointer().optional(),
  PREPARED_DATA: prefillMapping().optional(),
  DATABASE_URL: text()
    .regex(/^(file:.+|postgres(ql)?:\/\/.+)/, '`file:<path>` for SQLite or `postgres://…` for PostgreSQL')
    .default(() => defaultLedger()),
  POLICY: text().optional(),
  EID_PROVIDERS: eidDocument().default({}),
  GATE_MODE: z.enum(['enforce', 'shadow'], { error: 'enforce or shadow' }).default('enforce'),
  ON_FAILURE: z.enum(['block', 'allow'], { error: 'block or allow' }).default('block'),
  JUMIO_ACCOUNT_RATE: rate().default(1),
  JUMIO_ACCOUNT_BURST: burst().default(5),
  JUMIO_RETRIEVAL_RATE: rate().default(15),
  USER_AGENT: userAgent().optional(),
  ALLOWED_ORIGINS: origins().default([]),
  HANDOVER_SECRET: secrets().optional(),
  DECISION_SECRET: secrets().optional(),
  WEBHOOKS: webhooksDocument().optional(),
  TRANSACTIONS: transactionsDocument().optional(),
  OPERATORS: operatorsDocument().optional(),
  EVIDENCE: z.enum(['off', 'details', 'images'], { error: 'off, details or images' }).default('off'),
  TWILIO_API_KEY: twilioSid('SK', 'an API key of Twilio').optional(),
  TWILIO_API_SECRET: issued('the secret of the API key of Twilio, no placeholder').optional(),
  TWILIO_VERIFY_SERVICE: twilioSid('VA', 'a Verify service of Twilio').optional(),
  TWILIO_VERIFY_URL: url('the URL of Twilio’s Verify API, e.g. https://verify.twilio.com').default(
    'https://verify.twilio.com',
  ),
  PAGE_RATE: perMinute().default(60),
  TRUSTED_PROXIES: proxies().default([]),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'], { error: 'fatal, error, warn, info, debug or silent' })
    .default('info'),
});

type Variables = z.infer<typeof variables>;

/** The names of all variables, in the order of the documentation. */
export const variableNames = Object.keys(variables.shape);

/** The parsed configuration. */
export interface Config extends Omit<Variables, 'POLICY'> {
  /** `JUMIO_LINK_LIFETIME` in milliseconds. */
  readonly linkLifetimeMs: number;
  /** Sent with every call: `USER_AGENT`, else one with the name of the business. */
  readonly userAgent: string;
  /** The policy of `POLICY`; if it is not set, the default (docs/policy.md). */
  readonly policy: Policy;
  /** The file of `OPERATORS_FILE`, which is read anew at each request; undefined: `OPERATORS` itself is set, or neither. */
  readonly operatorsFile: string | undefined;
}

/** Variables whose value a message may show. Of a URL only the origin may be shown, because it may hold a password. */
const PRINTABLE = new Set<string>([
  'PORT',
  'HOST',
  'HOOKS_PORT',
  'HOOKS_HOST',
  'METRICS_ADDRESS',
  'JUMIO_WORKFLOW_KEY',
  'JUMIO_LINK_LIFETIME',
  'VERIFICATION_START',
  'BRAND_NAME',
  'BRAND_LOGO',
  'BRAND_COLOR',
  'BRAND_COLOR_DARK',
  'SUPPORT_ADDRESS',
  'LOCALE_TRAIT',
  'JUMIO_ACCOUNT_RATE',
  'JUMIO_ACCOUNT_BURST',
  'JUMIO_RETRIEVAL_RATE',
  'USER_AGENT',
  'PAGE_RATE',
  'TRUSTED_PROXIES',
  'GATE_MODE',
  'ON_FAILURE',
  'LOG_LEVEL',
  'EVIDENCE',
]);

/** The part of a value that a message shows. */
function observed(name: string, value: string | undefined): string {
  if (value === undefined) return 'nothing';
  if (PRINTABLE.has(name)) return JSON.stringify(value);
  if (/URLS?$/.test(name) && name !== 'DATABASE_URL') {
    const origin = URL.canParse(value) ? new URL(value).origin : 'null';
    if (origin !== 'null') return origin;
    // No web address. A password stands before `@`, a key after `?` or `#`; a text without a scheme may be a secret itself.
    if (/^[a-z]{2,8}:\/[^@?#]{0,60}$/i.test(value)) return JSON.stringify(value);
  }
  return `a value of ${value.length} characters`;
}

/** The part of a value that a check itself found wrong, and that may be shown; undefined: it names none. */
function seenBy(issue: z.core.$ZodIssue): string | undefined {
  const seen: unknown = issue.code === 'custom' ? issue.params?.seen : undefined;
  return typeof seen === 'string' ? seen : undefined;
}

/** The content of `<NAME>_FILE`, less one trailing newline. */
function fromFile(name: string, path: string, problems: ConfigProblem[]): string | undefined {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    problems.push({ name: `${name}_FILE`, expected: 'a file that this process can read', seen: code });
    return undefined;
  }
}

function readValue(name: string, env: Environment, problems: ConfigProblem[]): string | undefined {
  const value = env[name] || undefined;
  const path = env[`${name}_FILE`] || undefined;
  if (value !== undefined && path !== undefined)
    problems.push({ name, expected: `either ${name} or ${name}_FILE`, seen: 'both' });
  return path === undefined || value !== undefined ? value : fromFile(name, path, problems) || undefined;
}

/** The values that are right each by itself, for the checks of several variables: these run beside any other problem. */
function validValues(values: Record<string, unknown>, error: z.ZodError | undefined) {
  const invalid = new Set(error?.issues.map((issue) => issue.path[0]));
  const rest = Object.fromEntries(Object.entries(values).filter(([name]) => !invalid.has(name)));
  return variables.partial().safeParse(rest).data ?? {};
}

/**
 * Parses the configuration from an environment, and reads the files that it names. An empty value counts as absent.
 * @throws ConfigError with every problem found
 */
export function parseConfig(env: Environment): Config {
  const problems: ConfigProblem[] = [];
  const values = Object.fromEntries(variableNames.map((name) => [name, readValue(name, env, problems)]));
  const parsed = variables.safeParse(values);
  for (const issue of parsed.error?.issues ?? []) {
    const name = String(issue.path[0]);
    if (problems.some((problem) => problem.name === `${name}_FILE`)) continue;
    problems.push({ name, expected: issue.message, seen: seenBy(issue) ?? observed(name, values[name]) });
  }
  const valid = validValues(values, parsed.error);
  const policy = readPolicy(values.POLICY, hasPages(valid), problems);
  const isReported = (one: ConfigProblem) =>
    problems.some(({ name }) => name === one.name || name === `${one.name}_FILE`);
  problems.push(
    ...crossChecks(valid).filter((one) => !isReported(one)),
    ...(policy === undefined ? [] : continuationWithoutPages(policy, valid)),
  );
  if (policy !== undefined && valid.EID_PROVIDERS !== undefined)
    problems.push(...eidProblems(valid.EID_PROVIDERS, policy));
  if (!parsed.success || policy === undefined || problems.length > 0) throw new ConfigError(problems);
  const { POLICY: _text, ...rest } = parsed.data;
  return {
    ...rest,
    policy,
    operatorsFile: env.OPERATORS_FILE || undefined,
    linkLifetimeMs: lifetimeMs(rest.JUMIO_LINK_LIFETIME),
    userAgent: rest.USER_AGENT ?? defaultUserAgent(rest.BRAND_NAME),
  };
}
