import { identitySchema } from '../config/identity-schema.ts';
import { addresses, allowedReturnUrls, cookieDomain, type KratosOptions, type Ports, type Tree } from '../options.ts';

const schemaUrl = `base64://${Buffer.from(JSON.stringify(identitySchema)).toString('base64')}`;

/** The smallest configuration that ory-actions.yaml can be added to. `version` decides the key for one-step registration. */
export function realConfig(options: KratosOptions, ports: Ports, databaseFile: string, version: string): Tree {
  return merged(smallestConfig(options, ports, databaseFile, version), options.more ?? {});
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `upper` over `lower`, object by object. */
export function merged(lower: Tree, upper: Tree): Tree {
  const pairs = Object.entries(upper).map(([key, value]) => {
    const below = lower[key];
    return [key, isTree(below) && isTree(value) ? merged(below, value) : value] as const;
  });
  return { ...lower, ...Object.fromEntries(pairs) };
}

function smallestConfig(options: KratosOptions, ports: Ports, databaseFile: string, version: string) {
  const { publicUrl, adminUrl } = addresses(options, ports);
  return {
    dsn: `sqlite://${databaseFile}?_fk=true&mode=rwc&_busy_timeout=5000`,
    serve: {
      public: { host: '127.0.0.1', port: ports.public, base_url: `${publicUrl}/` },
      admin: { host: '127.0.0.1', port: ports.admin, base_url: `${adminUrl}/` },
    },
    log: { level: 'info', format: 'json' },
    secrets: {
      default: ['sandbox-only-default-secret-0000'],
      cookie: ['sandbox-only-cookie-secret-00000'],
      cipher: ['sandbox-only-cipher-secret-00000'],
    },
    // One domain for Kratos, application and service: otherwise the session cookie never reaches the service.
    cookies: { domain: cookieDomain(options), same_site: 'Lax' },
    ...(options.hasher === 'default' ? {} : { hashers: { algorithm: 'bcrypt', bcrypt: { cost: 4 } } }),
    identity: { default_schema_id: 'person', schemas: [{ id: 'person', url: schemaUrl }] },
    courier: { smtp: { connection_uri: 'smtp://127.0.0.1:1/?disable_starttls=true' } }, // no server listens there
    selfservice: {
      default_browser_return_url: `${options.uiUrl}/`,
      allowed_return_urls: allowedReturnUrls(options),
      methods: { ...methods, ...oidc(options) },
      flows: flows(options.uiUrl, version),
    },
  };
}

const methods = {
  password: {
    enabled: true,
    config: { haveibeenpwned_enabled: false, identifier_similarity_check_enabled: false },
  },
  code: { enabled: true, passwordless_enabled: false }, // for recovery
  link: { enabled: false },
  profile: { enabled: true },
};

function oidc({ providers }: KratosOptions) {
  return providers === undefined ? {} : { oidc: { enabled: true, config: { providers } } };
}

function flows(uiUrl: string, version: string) {
  return {
    error: { ui_url: `${uiUrl}/error` },
    settings: { ui_url: `${uiUrl}/settings` },
    login: { ui_url: `${uiUrl}/login` },
    recovery: { enabled: true, use: 'code', ui_url: `${uiUrl}/recovery` },
    registration: { enabled: true, ui_url: `${uiUrl}/registration`, ...oneStep(version) },
  };
}

/** The setting that puts e-mail address and password on one form: v1 has only the older key; every later version, `master` too, has the newer. */
function oneStep(version: string) {
  return /^v[01]\./.test(version) ? { enable_legacy_one_step: true } : { style: 'unified' };
}
