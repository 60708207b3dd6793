import type { Module } from './modules.ts';

/**
 * Who may import whom (design §8). Data flows one way, and the imports with it:
 * `http, cli -> verification -> ledger | jumio | kratos | eid`; those four know `errors` and nothing of each other.
 */
interface Rule {
  /** Folders or files of webhook/ that may be loaded; a layer may always load itself. */
  readonly values: readonly string[];
  /** Whose types may be named besides. */
  readonly types?: readonly string[];
}

const RULES: Readonly<Record<string, Rule>> = {
  server: { values: ['app', 'config', 'dependencies', 'eid/start-check', 'logging'] },
  app: { values: ['http', 'verification', 'texts', 'logging'], types: ['dependencies'] },
  dependencies: {
    values: ['verification', 'ledger', 'jumio', 'kratos', 'eid', 'texts', 'watch'],
    types: ['config', 'errors', 'http'],
  },
  config: {
    values: ['texts', 'eid/providers', 'verification/policy-file', 'verification/prepared'],
    types: ['verification/policy'],
  },
  errors: { values: [] },
  logging: { values: ['errors'] },
  upstream: { values: ['errors'] },
  watch: { values: ['errors'], types: ['jumio', 'kratos', 'eid'] },
  http: { values: ['verification', 'errors', 'texts', 'kratos/messages'], types: ['ledger', 'kratos'] },
  cli: {
    values: ['verification', 'doctor', 'config', 'dependencies', 'errors', 'logging'],
    types: ['ledger', 'jumio', 'kratos'],
  },
  // Looks at everything from outside: at what is sent and stored, never at what is decided.
  doctor: { values: ['config', 'upstream', 'jumio', 'eid', 'ledger', 'http/bodies', 'verification/policy-file'] },
  texts: { values: [] },
  verification: { values: ['errors'], types: ['ledger', 'jumio', 'kratos', 'eid'] },
  ledger: { values: ['errors'] },
  jumio: { values: ['errors', 'upstream'] },
  kratos: { values: ['errors', 'upstream'] },
  eid: { values: ['errors', 'upstream'] },
};

/** Packages that one place only may know, and where. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  kysely: ['ledger'],
  libsql: ['ledger'],
  pg: ['ledger'],
  '@ory/client': ['kratos'],
  axios: ['jumio', 'eid', 'upstream', 'doctor'],
  jose: ['eid'],
  i18next: ['texts'],
  negotiator: ['texts', 'http'],
  ghtml: ['http'],
};

/** `webhook/config-values.ts` is a part of `config`; `webhook/http/pages.ts` is a part of `http`. */
export function layerOf(path: string): string {
  const [, first = ''] = path.split('/');
  const name = first.replace(/\.ts$/, '');
  return name.startsWith('config-') ? 'config' : name;
}

function isIn(path: string, places: readonly string[]): boolean {
  return places.some((place) => layerOf(path) === place || path === `webhook/${place}.ts`);
}

/** What is wrong with one module of webhook/. */
export function broken({ path, imports }: Module): string[] {
  const layer = layerOf(path);
  const rule = RULES[layer];
  if (rule === undefined) return [`${path} belongs to no layer: say in the table above what it may import`];
  return imports.flatMap(({ to, typeOnly }) => {
    const places = PACKAGES[to] ?? Object.entries(PACKAGES).find(([name]) => to.startsWith(`${name}/`))?.[1];
    if (places !== undefined && !places.includes(layer)) return [`${path} imports the package ${to}`];
    if (!/^(webhook|sandbox|test)\//.test(to)) return to.startsWith('.') ? [`${path} imports ${to}`] : [];
    if (!to.startsWith('webhook/')) return [`${path} imports ${to}`];
    const allowed = [layer, ...rule.values, ...(typeOnly ? (rule.types ?? []) : [])];
    return isIn(to, allowed) ? [] : [`${path} imports ${typeOnly ? 'types of ' : ''}${to}`];
  });
}
