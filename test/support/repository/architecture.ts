import { posix } from 'node:path';
import type { Module } from './modules.ts';

/**
 * The allowed imports of each part of `webhook/` (docs/development.md#who-may-import-whom). Imports run one way:
 * `http, cli -> verification -> ledger | jumio | kratos | eid`; those four may import `upstream`, `model` and `errors`, and nothing of each other.
 */
interface Rule {
  /** Folders or files of `webhook/` that may be imported; a part may always import itself. */
  readonly values: readonly string[];
  /** Parts of which only types may be imported. */
  readonly types?: readonly string[];
}

const RULES: Readonly<Record<string, Rule>> = {
  server: {
    values: [
      'listeners',
      'config',
      'dependencies',
      'eid/provider-check',
      'errors',
      'log-destination',
      'logging',
      'metrics',
      'version',
    ],
  },
  listeners: { values: ['app'], types: ['config', 'dependencies'] },
  app: {
    values: ['applied', 'http', 'operators', 'signing', 'verification', 'texts', 'logging', 'version'],
    types: ['dependencies', 'transactions/settings'],
  },
  dependencies: {
    values: [
      'verification',
      'transactions',
      'ledger',
      'jumio',
      'kratos',
      'eid',
      'events',
      'hint',
      'operators',
      'passkey',
      'receiver',
      'proxy',
      'twilio',
      'texts',
      'upstream',
    ],
    types: ['config', 'errors', 'http', 'logging'],
  },
  config: {
    values: [
      'texts',
      'eid/providers',
      'events/settings',
      'operators',
      'transactions/settings',
      'verification/policy',
      'verification/prefill-data',
      'yaml-nesting',
      'deep-link',
      'version',
    ],
  },
  'accepted-text': { values: [] },
  'yaml-nesting': { values: [] },
  'deep-link': { values: [] },
  // What a process counts: it hears of it, and nothing knows that it is there. The only importer of the library for it.
  metrics: {
    values: ['errors', 'verification'],
    types: ['config', 'dependencies', 'events', 'ledger', 'logging', 'model', 'upstream'],
  },
  // What a process applies, and how a command asks the running one.
  applied: { values: ['events', 'version'], types: ['config'] },
  columns: { values: [] },
  version: { values: [] },
  model: { values: ['columns'] },
  errors: { values: [] },
  logging: { values: ['errors'] },
  'log-destination': { values: [] },
  upstream: { values: ['errors'] },
  http: {
    values: [
      'accepted-text',
      'config/portal-url',
      'deep-link',
      'operators',
      'transactions',
      'verification',
      'errors',
      'model',
      'texts',
      'kratos/messages',
    ],
    types: ['kratos'],
  },
  cli: {
    values: [
      'applied',
      'operators',
      'verification',
      'transactions',
      'events',
      'signing',
      'doctor',
      'setup',
      'config',
      'dependencies',
      'errors',
      'logging',
      'model',
      'version',
    ],
    types: ['ledger', 'jumio', 'kratos'],
  },
  // Writes what an installation starts from, with what the doctor knows of Kratos' configuration.
  setup: { values: ['config', 'doctor'] },
  // Checks an installation from outside: what is sent and stored, never what is decided.
  doctor: {
    values: [
      'applied',
      'config',
      'upstream',
      'jumio',
      'eid',
      'twilio',
      'events',
      'receiver',
      'ledger/database/inspect',
      'http/schemas',
      'verification/policy',
    ],
    types: ['model'],
  },
  texts: { values: ['accepted-text', 'yaml-nesting'] },
  verification: { values: ['columns', 'errors', 'model', 'yaml-nesting'], types: ['ledger', 'jumio', 'kratos', 'eid'] },
  // Payments that their payers approve: beside verification, and like it above the ledger and the clients.
  transactions: {
    values: ['columns', 'errors'],
    types: ['ledger', 'signing', 'jumio', 'kratos', 'twilio', 'hint', 'passkey'],
  },
  // The people of the console, and their rules. Pure.
  operators: { values: ['yaml-nesting'], types: ['model'] },
  // What an identity-aware proxy signed.
  proxy: { values: ['errors', 'upstream'] },
  // What an authenticator signed; the only importer of the library for it.
  passkey: { values: [] },
  // The keys of approvals; the only code that signs.
  signing: { values: ['errors', 'transactions/model'], types: ['ledger'] },
  ledger: { values: ['columns', 'errors', 'events/model', 'model', 'transactions/model'] },
  // What applications are told of changes: beside verification, of which it reads what is published.
  events: { values: ['columns', 'errors', 'model', 'receiver', 'verification/record'], types: ['ledger'] },
  receiver: { values: ['errors', 'upstream'] },
  jumio: { values: ['accepted-text', 'errors', 'model', 'upstream'] },
  kratos: { values: ['accepted-text', 'errors', 'model', 'upstream'] },
  eid: { values: ['accepted-text', 'errors', 'model', 'upstream'] },
  twilio: { values: ['accepted-text', 'errors', 'upstream'] },
  hint: { values: ['errors', 'upstream'] },
};

/** Packages that only these parts may import. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  kysely: ['ledger'],
  libsql: ['ledger'],
  pg: ['ledger'],
  '@ory/client': ['kratos'],
  axios: ['jumio', 'receiver', 'twilio', 'upstream', 'doctor'],
  'ipaddr.js': ['receiver'],
  jose: ['eid', 'hint', 'proxy', 'signing', 'upstream'],
  '@simplewebauthn/server': ['passkey'],
  'prom-client': ['metrics'],
  i18next: ['texts'],
  negotiator: ['texts', 'http'],
  'd3-scale': ['http'],
  'd3-shape': ['http'],
  ghtml: ['http'],
  qr: ['http'],
};

/**
 * The floors of `verification/`: a module uses the floors below its own, and beside that only the modules listed here.
 * A file in the folder itself is a module too (docs/development.md#who-may-import-whom).
 */
const FLOORS: Readonly<Record<string, { readonly floor: number; readonly also?: readonly string[] }>> = {
  record: { floor: 1 },
  policy: { floor: 2 },
  waiting: { floor: 2, also: ['context'] },
  'prefill-data': { floor: 2 },
  context: { floor: 2, also: ['observer', 'policy', 'prefill-data'] },
  observer: { floor: 2 },
  step: { floor: 2, also: ['context', 'waiting'] },
  job: { floor: 2, also: ['context', 'step'] },
  publication: { floor: 3 },
  execution: { floor: 4 },
  eid: { floor: 4 },
  jobs: { floor: 5 },
  'day-counting': { floor: 2, also: ['context'] },
  repair: { floor: 5, also: ['jobs'] },
  worker: { floor: 5, also: ['jobs', 'repair'] },
  person: { floor: 5 },
  gate: { floor: 6 },
  operator: { floor: 6 },
};

/** A job without a module of its own is one file, `<name>-job.ts`, on the floor of the modules with jobs. */
const JOB_FILE = { floor: 4 };

function floorOf(module: string): (typeof FLOORS)[string] | undefined {
  return FLOORS[module] ?? (module.endsWith('-job') ? JOB_FILE : undefined);
}

/** The largest number of files in a folder. */
export const LARGEST_FOLDER = 13;

/** The part of a file: `http` for `webhook/http/pages/render.ts`, `errors` for `webhook/errors.ts`. */
export function partOf(path: string): string {
  const [, first = ''] = path.split('/');
  return first.replace(/\.ts$/, '');
}

/** The module of `verification/` of a file, by its folder or its name; undefined outside. */
export function moduleOf(path: string): string | undefined {
  const [top, part, name = ''] = path.split('/');
  return top === 'webhook' && part === 'verification' ? name.replace(/\.ts$/, '') : undefined;
}

function isIn(path: string, places: readonly string[]): boolean {
  return places.some((place) => path === `webhook/${place}.ts` || path.startsWith(`webhook/${place}/`));
}

function brokenPart({ path, imports }: Module): string[] {
  const part = partOf(path);
  const rule = RULES[part];
  if (rule === undefined) return [`${path} is of no part: say in RULES what it may import`];
  return imports.flatMap(({ to, typeOnly }) => {
    const places = PACKAGES[to] ?? Object.entries(PACKAGES).find(([name]) => to.startsWith(`${name}/`))?.[1];
    if (places !== undefined && !places.includes(part)) return [`${path} imports the package ${to}`];
    if (!/^(webhook|sandbox|test)\//.test(to)) return to.startsWith('.') ? [`${path} imports ${to}`] : [];
    if (!to.startsWith('webhook/')) return [`${path} imports ${to}`];
    const allowed = [part, ...rule.values, ...(typeOnly ? (rule.types ?? []) : [])];
    return isIn(to, allowed) ? [] : [`${path} imports ${typeOnly ? 'types of ' : ''}${to}`];
  });
}

/** Parts with one door, as the modules of `verification/` have. */
const PARTS_WITH_DOOR: readonly string[] = ['operators', 'transactions', 'signing', 'metrics', 'events'];

/** Whether an import enters a part beside its door, and no rule names the file. */
function isBesideDoor(from: string, to: string): boolean {
  const part = partOf(to);
  if (!to.startsWith('webhook/') || !PARTS_WITH_DOOR.includes(part) || partOf(from) === part) return false;
  const { values = [], types = [] } = RULES[partOf(from)] ?? {};
  const named = [...values, ...types].filter((place) => place.startsWith(`${part}/`));
  return to !== `webhook/${part}/index.ts` && !isIn(to, named);
}

/** Imports of a module of `verification/`, or of another part with a door, past its `index.ts`, types included. */
function brokenDoor({ path, imports }: Module): string[] {
  return imports.flatMap(({ to }) => {
    if (isBesideDoor(path, to)) return [`${path} enters ${to} beside its door`];
    const module = moduleOf(to);
    const isFolder = to.split('/').length > 3;
    if (module === undefined || !isFolder || module === moduleOf(path)) return [];
    return to === `webhook/verification/${module}/index.ts` ? [] : [`${path} enters ${to} beside its door`];
  });
}

function brokenFloor({ path, imports }: Module): string[] {
  const from = moduleOf(path);
  if (from === undefined) return [];
  const own = floorOf(from);
  if (own === undefined) return [`${path} has no floor: say in FLOORS which`];
  return imports.flatMap(({ to }) => {
    const module = moduleOf(to);
    if (module === undefined || module === from || own.also?.includes(module)) return [];
    const below = floorOf(module);
    return below !== undefined && below.floor < own.floor ? [] : [`${path} uses ${module}, which is not below ${from}`];
  });
}

/** A door has only named exports of its own folder, and no code. */
export function brokenDoorList(path: string, source: string): string[] {
  if (!/^webhook\/(verification\/[^/]+|operators|transactions|signing|metrics|events)\/index\.ts$/.test(path))
    return [];
  const rest = source
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/export (type )?\{[^}]*\} from '\.\/[^']+';/g, '')
    .trim();
  return rest === '' ? [] : [`${path} holds more than a list of exports: ${rest.split('\n')[0]}`];
}

/** The files of `webhook/` that may name `normalize`: they define and export it, pass it to the ledger, and apply it there (decision 56). */
const NORMALIZE_IN = [
  'dependencies.ts',
  'ledger/ledger.ts',
  'ledger/rows.ts',
  'verification/record/index.ts',
  'verification/record/normalize.ts',
].map((path) => `webhook/${path}`);

/** Other modules that name `normalize`: they would normalise twice, or in place of the ledger. */
export function strayNormalize(path: string, source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
  const isNamed = /(?<!\.)\bnormalize\b/.test(code);
  return isNamed && !NORMALIZE_IN.includes(path) ? [`${path} names normalize, which only the ledger applies`] : [];
}

const ROWS = /\b(?:Identity|Verification|IdentityRecord|Change|OneTimeLink|LedgerEvent)\b/;

/** `http/` knows the types of the domain and no row: it gets the facts of a row in a view or a decision. */
export function rowsNamed(path: string, source: string): string[] {
  if (!path.startsWith('webhook/http/')) return [];
  const lists = [...source.matchAll(/import\s+(?:type\s)?\{([^}]*)\}\s+from\s+'[./]+\/model\.ts'/g)];
  return lists.flatMap(([, names = '']) => {
    const row = ROWS.exec(names)?.[0];
    return row === undefined ? [] : [`${path} names the row ${row}`];
  });
}

/** The forbidden imports of one module of `webhook/`. */
export function broken(module: Module): string[] {
  return [...brokenPart(module), ...brokenDoor(module), ...brokenFloor(module)];
}

/** Circles of imports, types included, each as the sorted paths of its modules. */
export function circles(modules: readonly Module[]): string[][] {
  const imports = new Map(modules.map(({ path, imports: all }) => [path, all.map(({ to }) => to)]));
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const found: string[][] = [];
  const visit = (path: string): number => {
    const number = order.size;
    order.set(path, number);
    open.push(path);
    let low = number;
    for (const to of imports.get(path) ?? []) {
      if (!imports.has(to)) continue;
      if (!order.has(to)) low = Math.min(low, visit(to));
      else if (open.includes(to)) low = Math.min(low, order.get(to) ?? low);
    }
    lowest.set(path, low);
    if (low === number) {
      const members = open.splice(open.indexOf(path));
      if (members.length > 1 || imports.get(path)?.includes(path)) found.push(members.sort());
    }
    return low;
  };
  for (const path of imports.keys()) if (!order.has(path)) visit(path);
  return found;
}

/** Folders with more files than LARGEST_FOLDER. */
export function crowded(paths: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const path of paths) counts.set(posix.dirname(path), (counts.get(posix.dirname(path)) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count > LARGEST_FOLDER)
    .map(([folder, count]) => `${folder}: ${count} files`);
}
