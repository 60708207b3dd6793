import type { Applied } from '../../../webhook/applied/applied.ts';
import { applied, type Operation } from './operations.ts';
import { APPLIED, SHIPPED, type Site, withActions } from './site.ts';

/** An installation with one mistake, and the expected findings: errors and warnings. */
interface BrokenSite extends Site {
  readonly name: string;
  readonly expected: readonly string[];
}

const FLOWS = '/selfservice/flows';
const METHODS = '/selfservice/methods';

/** The first hook of a list is ours. */
const SIGN_UP = `${FLOWS}/registration/after/password/hooks/0/config`;
const GATE = `${FLOWS}/login/after/password/hooks/0/config`;

function set(path: string, value: unknown): Operation {
  return { op: 'add', path, value };
}

function drop(path: string): Operation {
  return { op: 'remove', path };
}

function broken(name: string, changes: readonly Operation[], ...expected: readonly string[]): BrokenSite {
  return { name, kratos: applied({ ...SHIPPED }, changes), expected };
}

function at(name: string, env: Site['env'], ...expected: readonly string[]): BrokenSite {
  return { name, kratos: SHIPPED, expected, ...(env && { env }) };
}

const SESSION_ONLY = [{ hook: 'session' }];
const OTHER = [{ hook: 'revoke_active_sessions' }];
const template = (text: string): string => `base64://${Buffer.from(text).toString('base64')}`;

/** Everybody who is not approved is refused, and led to the verification. */
const WITH_WAY_ON = '{ rules: [{ when: { status: approved }, then: allow }, { then: block_with_way_on }] }';

/** One mistake of every kind that the doctor detects. */
export const BROKEN: readonly BrokenSite[] = [
  broken(
    'a list of sign-up with `session` alone',
    [set(`${FLOWS}/registration/after/password/hooks`, SESSION_ONLY)],
    'initiate-missing',
  ),
  broken(
    'no sign-up hook for methods without a list, SAML on',
    [drop(`${FLOWS}/registration/after/hooks`), set(`${METHODS}/saml`, { enabled: true })],
    'initiate-missing',
  ),
  broken(
    'no sign-up hook in the global list, which no method uses yet',
    [drop(`${FLOWS}/registration/after/hooks`)],
    'initiate-missing-later',
  ),
  broken('a list of sign-in without the gate', [set(`${FLOWS}/login/after/password/hooks`, OTHER)], 'gate-missing'),
  broken(
    'a list of a second factor without the gate',
    [set(`${METHODS}/totp/enabled`, true), set(`${FLOWS}/login/after/totp/hooks`, OTHER)],
    'gate-missing',
  ),
  broken(
    'no gate for methods without a list, SAML on',
    [drop(`${FLOWS}/login/after/hooks`), set(`${METHODS}/saml`, { enabled: true })],
    'gate-missing',
  ),
  broken(
    'a list of a disabled method without the gate',
    [set(`${FLOWS}/login/after/oidc/hooks`, OTHER)],
    'gate-missing-later',
  ),
  broken('recovery without the gate', [drop(`${FLOWS}/recovery/after`)], 'recovery-without-gate'),
  broken(
    'recovery without the gate, switched off',
    [drop(`${FLOWS}/recovery/after`), set(`${FLOWS}/recovery/enabled`, false)],
    'recovery-without-gate-later',
  ),
  broken('`can_interrupt` at sign-up', [set(`${SIGN_UP}/can_interrupt`, true)], 'initiate-before-identity'),
  broken('`parse` at sign-up', [set(`${SIGN_UP}/response`, { parse: true })], 'initiate-before-identity'),
  broken(
    '`parse` in the global list of sign-up',
    [set(`${FLOWS}/registration/after/hooks/0/config/response`, { parse: true })],
    'initiate-never-runs',
  ),
  broken('`ignore` at sign-up', [set(`${SIGN_UP}/response`, { ignore: true })], 'initiate-not-waited-for'),
  broken('a gate that cannot interrupt', [drop(`${GATE}/can_interrupt`)], 'gate-cannot-speak'),
  broken(
    'a gate whose answer is ignored',
    [drop(`${GATE}/can_interrupt`), set(`${GATE}/response`, { ignore: true })],
    'gate-ignored',
  ),
  broken(
    'the gate in a list of sign-up',
    [
      set(`${FLOWS}/registration/after/password/hooks/1`, {
        hook: 'web_hook',
        config: pick(`${FLOWS}/login/after/hooks/0/config`),
      }),
    ],
    'hook-in-wrong-list',
  ),
  broken('a hook with method GET', [set(`${GATE}/method`, 'GET')], 'hook-not-post'),
  broken('a hook without a template', [drop(`${GATE}/body`)], 'hook-without-body'),
  broken(
    'a content type with a parameter',
    [set(`${GATE}/headers`, { 'Content-Type': 'application/json; charset=utf-8' })],
    'hook-content-type',
  ),
  broken('`id` on an old Kratos', [set('/version', 'v1.3.1'), set(`${GATE}/id`, 'gate')], 'hook-id-unknown'),
  broken(
    'a hook over the internet without TLS',
    [set(`${GATE}/url`, 'http://verify.example.com/jumio/validate')],
    'hook-in-clear',
  ),
  broken('a placeholder for the URL', [set(`${GATE}/url`, '<SERVICE_URL>/jumio/validate')], 'hook-without-address'),
  broken('a hook without the secret', [drop(`${GATE}/auth`)], 'hook-without-secret'),
  broken('a hook with another secret', [set(`${GATE}/auth/config/value`, 'of-somebody-else')], 'hook-secret-differs'),
  broken('a misspelt path', [set(`${GATE}/url`, 'http://jumio-bridge:3000/jumio/validat')], 'gate-missing'),
  broken('the secret in a cookie', [set(`${GATE}/auth/config/in`, 'cookie')], 'hook-without-secret'),
  broken(
    'a template that is not on the machine of Kratos',
    [set(`${GATE}/body`, 'file:///nowhere/validate.jsonnet')],
    'template-unreadable',
  ),
  {
    ...broken(
      'a placeholder for the folder of the templates, Kratos elsewhere',
      [set(`${GATE}/body`, 'file://<JSONNET_DIR>/validate.jsonnet')],
      'template-unreadable',
    ),
    env: { KRATOS_ADMIN_URL: 'http://kratos:4434' },
  },
  at('a `session` hook under a policy that refuses who is pending', { POLICY: WITH_WAY_ON }, 'session-despite-policy'),
  broken('the template of another hook', [set(`${GATE}/body`, pick(`${SIGN_UP}/body`))], 'template-of-another-hook'),
  broken(
    'a template without an id',
    [set(`${GATE}/body`, template('function(ctx) { id: ctx.identity.id }'))],
    'template-without-id',
  ),
  broken(
    'a template that does not render',
    [set(`${GATE}/body`, template('function(ctx) { kratos_identity_id: ctx.nothing.id }'))],
    'template-without-id',
  ),
  broken(
    'a template that sends all of ctx',
    [set(`${SIGN_UP}/body`, template('function(ctx) { kratos_identity_id: ctx.identity.id, ctx: ctx }'))],
    'template-tells-too-much',
  ),
  broken(
    'a gate without the published copy',
    [set(`${GATE}/body`, template('function(ctx) { kratos_identity_id: ctx.identity.id }'))],
    'gate-without-copy',
  ),
  broken(
    'a return URL of sign-up outside of the service',
    [drop(`${FLOWS}/registration/after/default_browser_return_url`)],
    'sign-up-leads-elsewhere',
  ),
  broken(
    'a return URL of one method outside of the service',
    [set(`${FLOWS}/registration/after/password/default_browser_return_url`, 'https://app.example.com/')],
    'method-leads-elsewhere',
  ),
  broken(
    'pages missing from the allowed return URLs',
    [set('/selfservice/allowed_return_urls', ['https://app.example.com'])],
    'return-url-not-allowed',
  ),
  broken('no cookie domain', [drop('/cookies/domain')], 'cookie-domain'),
  broken(
    'a cookie for the host of Kratos only',
    [set('/session', { cookie: { domain: 'auth.example.com' } })],
    'cookie-domain',
  ),
  broken('SameSite=Strict', [set('/cookies/same_site', 'Strict')], 'cookie-strict'),
  broken('SameSite=None without TLS', [set('/cookies/same_site', 'None'), set('/dev', true)], 'cookie-none-insecure'),
  broken('a cookie for one path', [set('/cookies/path', '/self-service')], 'cookie-path'),
  at('a gate in shadow mode', { GATE_MODE: 'shadow' }, 'gate-in-shadow'),
  at('no allowed return URL', { ALLOWED_RETURN_URLS: '', DEFAULT_RETURN_URL: '' }, 'no-way-back'),
  at('another public URL of Kratos', { KRATOS_PUBLIC_URL: 'https://login.example.com' }, 'kratos-elsewhere'),
  at('an unknown public URL of Kratos', { KRATOS_PUBLIC_URL: '' }, 'no-pages'),
  at(
    'two data centres of Jumio',
    { JUMIO_RETRIEVAL_BASE_URL: 'https://retrieval.amer-1.jumio.ai' },
    'jumio-data-centres',
  ),
  {
    ...broken(
      'private addresses blocked for hooks',
      [set('/clients', { http: { disallow_private_ip_ranges: true } })],
      'hook-address-blocked',
    ),
    observed: { addresses: new Map([['jumio-bridge', ['10.1.2.3']]]) },
  },
];

/** Removes every `session` hook of the sign-up. */
function withoutSession(): Operation[] {
  const after = pick(`${FLOWS}/registration/after`);
  const places = Object.keys(Object(after)).flatMap((key) => {
    const path = key === 'hooks' ? `${FLOWS}/registration/after/hooks` : `${FLOWS}/registration/after/${key}/hooks`;
    const list = pick(path);
    return Array.isArray(list) ? [{ path, list }] : [];
  });
  return places.map(({ path, list }) =>
    set(
      path,
      list.filter((hook) => Reflect.get(Object(hook), 'hook') !== 'session'),
    ),
  );
}

/** The answer of a running service that was started with other values than the doctor reads. */
function runningWith(changes: Partial<Applied>): NonNullable<Site['observed']> {
  return { running: { at: 'http://jumio-bridge:3000', applied: { ...APPLIED, ...changes } } };
}

/** Mistakes that no line of configuration fixes. */
export const WITHOUT_CONFIG_FIX: readonly BrokenSite[] = [
  at('pages that name nobody', { BRAND_NAME: '', SUPPORT_ADDRESS: '' }, 'pages-say-too-little'),
  at('pages that lead nowhere without a `return_to`', { DEFAULT_RETURN_URL: '' }, 'pages-say-too-little'),
  {
    ...broken(
      'a policy that refuses people who can only be verified while signed in',
      [...withoutSession()],
      'policy-without-way-on',
    ),
    env: { POLICY: '{ rules: [{ when: { status: approved }, then: allow }, { then: block }] }' },
  },
  {
    ...at('a hook that merging the files has dropped', {}, 'hook-dropped'),
    dropped: [
      {
        file: 'kratos.yaml',
        list: `${FLOWS}/registration/after/password/hooks`,
        what: '`web_hook` to https://crm.example.com/new',
      },
    ],
  },
  {
    ...at('a running service that applies another policy', {}, 'service-policy-differs'),
    observed: runningWith({ policy: 'of-before' }),
  },
  {
    ...at('a running service in shadow mode', {}, 'service-mode-differs'),
    observed: runningWith({ mode: 'shadow' }),
  },
  {
    ...at('a running service that is open on failure', {}, 'service-on-failure-differs'),
    observed: runningWith({ on_failure: 'allow' }),
  },
  {
    ...at('a running service with another secret', {}, 'service-secret-differs'),
    observed: runningWith({ secrets: { ...APPLIED.secrets, JUMIO_CLIENT_SECRET: ['00000000'] } }),
  },
  {
    ...at('a running service that tells another application', {}, 'service-endpoint-differs'),
    observed: runningWith({ endpoints: [{ name: 'shop', types: [], fingerprint: '00000000', stopped: false }] }),
  },
  {
    ...at('a running service of another version', {}, 'service-version-differs'),
    observed: runningWith({ version: '0.0.9' }),
  },
  {
    ...at('a running service that refuses our secret', {}, 'service-secret-differs'),
    observed: { running: { at: 'http://jumio-bridge:3000', refused: true } },
  },
  at(
    'two registrable domains',
    { PUBLIC_URL: 'https://verify.example.org' },
    'different-domains',
    'return-url-not-allowed',
    'sign-up-leads-elsewhere',
  ),
  at(
    'a URL that Jumio cannot call',
    { PUBLIC_URL: 'https://verify.localhost' },
    'callback-not-public',
    'different-domains',
    'return-url-not-allowed',
    'sign-up-leads-elsewhere',
  ),
  {
    ...at('a hook address that Kratos never calls', {}, 'hook-address-never-called'),
    observed: { addresses: new Map([['jumio-bridge', ['100.64.0.7']]]) },
  },
];

/** The configuration of the published integration: the global lists, and `parse` at sign-up. */
export const PUBLISHED: Site = {
  kratos: withActions(`
selfservice:
  flows:
    registration:
      after:
        hooks:
          - hook: web_hook
            config:
              url: <SERVICE_URL>/jumio/initiate
              method: POST
              body: ${template('function(ctx) { kratos_identity_id: ctx.identity.id, email: ctx.identity.traits.email }')}
              auth: { type: api_key, config: { in: header, name: X-Webhook-Secret, value: "<ORY_WEBHOOK_SECRET>" } }
              response: { ignore: false, parse: true }
    login:
      after:
        hooks:
          - hook: web_hook
            config:
              url: <SERVICE_URL>/jumio/validate
              method: POST
              body: ${template("function(ctx) { kratos_identity_id: ctx.identity.id, jumio_verification_status: std.get(ctx.identity.metadata_public, 'jumio_verification_status') }")}
              auth: { type: api_key, config: { in: header, name: X-Webhook-Secret, value: "<ORY_WEBHOOK_SECRET>" } }
              can_interrupt: true
`),
};

function pick(pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((value, key) => Reflect.get(Object(value), key), SHIPPED);
}
