import { parse } from 'yaml';
import { filledActions, JSONNET_DIR } from '../../../sandbox/kratos/config/actions.ts';
import type { KratosOptions } from '../../../sandbox/kratos/options.ts';
import { realConfig } from '../../../sandbox/kratos/real/config.ts';
import { settingsInForce } from '../../../webhook/applied/applied.ts';
import type { Config } from '../../../webhook/config/config.ts';
import type { Environment } from '../../../webhook/config/problem.ts';
import { examine, type Report } from '../../../webhook/doctor/doctor.ts';
import type { Facts } from '../../../webhook/doctor/facts.ts';
import type { Fix } from '../../../webhook/doctor/finding.ts';
import { isTree, merge, type Tree } from '../../../webhook/doctor/kratos-config/read.ts';
import { findJsonnet, readTemplates } from '../../../webhook/doctor/kratos-config/templates.ts';
import type { Observations } from '../../../webhook/doctor/probes/probe.ts';
import { config } from '../service/environment.ts';
import { applied } from './operations.ts';

const SECRET = 'webhook-secret-1';

/** Kratos, application and service on one domain; the hooks go to an internal name. */
const OPTIONS: KratosOptions = {
  serviceUrl: 'http://jumio-bridge:3000',
  webhookSecret: SECRET,
  verifyUrl: 'https://verify.example.com',
  uiUrl: 'https://app.example.com',
  publicHost: 'auth.example.com',
  cookieDomain: 'example.com',
};

const ENV: Environment = {
  ORY_WEBHOOK_SECRET: SECRET,
  PUBLIC_URL: OPTIONS.verifyUrl,
  KRATOS_PUBLIC_URL: 'https://auth.example.com',
  ALLOWED_RETURN_URLS: OPTIONS.uiUrl,
  BRAND_NAME: 'Acme',
  PRIVACY_URL: 'https://www.example.com/privacy',
  SUPPORT_ADDRESS: 'help@example.com',
  DEFAULT_RETURN_URL: OPTIONS.uiUrl,
};

/** The values of an operator for the placeholders of a fix. */
export const PLACEHOLDERS = {
  '<SERVICE_URL>': OPTIONS.serviceUrl,
  '<PUBLIC_URL>': OPTIONS.verifyUrl,
  '<ORY_WEBHOOK_SECRET>': SECRET,
  '<JSONNET_DIR>': JSONNET_DIR,
};

function treeOf(text: string): Tree {
  const tree: unknown = parse(text);
  if (!isTree(tree)) throw new Error('no configuration');
  return tree;
}

const base = realConfig(OPTIONS, { public: 4433, admin: 4434 }, '/kratos.sqlite', 'v26.2.0');

const serve = { public: { base_url: 'https://auth.example.com/' }, admin: { base_url: 'http://kratos:4434/' } };

/** The configuration of an operator: their own, and ory-actions.yaml as shipped. */
export const SHIPPED: Tree = merge([{ ...base, serve }, treeOf(filledActions(OPTIONS))]);

/** The same without hooks, with the given ones. */
export function withActions(actions: string): Tree {
  return merge([{ ...base, serve }, treeOf(filledActions({ ...OPTIONS, actions }))]);
}

/** The part of an installation that the doctor reads. */
export interface Site {
  readonly kratos: Tree;
  readonly env?: Environment;
  readonly observed?: Partial<Observations>;
  /** Hooks that merging the files has dropped. */
  readonly dropped?: Facts['dropped'];
}

function serviceOf(env: Environment = {}): Config {
  return config({ ...ENV, ...env });
}

/** What a service with the configuration of these sites applies. */
export const APPLIED = settingsInForce(serviceOf());

const render = await findJsonnet();

async function factsOf({ kratos, env, observed, dropped = [] }: Site): Promise<Facts> {
  const nothing: Observations = { now: 0, addresses: new Map(), ...(render && { render }) };
  const templates = await readTemplates(kratos);
  return {
    kratos,
    dropped,
    service: serviceOf(env),
    problems: [],
    environmentSources: '',
    templates,
    observed: { ...nothing, ...observed },
  };
}

/** Runs all checks of the doctor on a site. */
export async function examineSite(site: Site): Promise<Report> {
  return examine(await factsOf(site));
}

/** The site after one fix. */
export function withFix(site: Site, { kratos = [], environment = {} }: Fix): Site {
  return {
    ...site,
    kratos: applied({ ...site.kratos }, kratos, PLACEHOLDERS),
    env: { ...site.env, ...environment },
  };
}
