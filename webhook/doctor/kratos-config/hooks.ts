import { z } from 'zod';
import { at, flagAt, isTree, listAt, type Tree } from './read.ts';

/** The two hooks of eID, by the end of their addresses. */
export type EidPath = '/eid/assurance' | '/eid/link';

export interface EidHook extends HookEntry {
  readonly config: NonNullable<HookEntry['config']>;
}

/** Whether it is this one of the two, by the end of its address. */
export function isAt(entry: HookEntry, path: EidPath): entry is EidHook {
  const url = entry.config?.url.split(/[?#]/)[0]?.replace(/\/+$/, '');
  return entry.name === 'web_hook' && url !== undefined && url.endsWith(path);
}

/** Where each of them belongs: both run for `oidc` only, which has a list of its own in ory-actions.yaml. */
export function listWith(kratos: Tree, path: EidPath): HookEntry[] {
  return entriesOf(kratos, path === '/eid/assurance' ? 'registration' : 'settings', 'oidc');
}

export function eidHook(kratos: Tree, path: EidPath): EidHook | undefined {
  return listWith(kratos, path).find((entry): entry is EidHook => isAt(entry, path));
}

/** Those of the two that are there. */
export function eidHooksIn(kratos: Tree): EidHook[] {
  const found = (['/eid/assurance', '/eid/link'] as const).map((path) => eidHook(kratos, path));
  return found.filter((hook) => hook !== undefined);
}

/** What a hook of ours is there for. */
export type Duty = 'initiate' | 'gate';

/** Open to everything: what is wrong in it is for the checks to say. */
const text = z.string().optional().catch(undefined);

const flag = z.boolean().default(false).catch(false);

const none = { parse: false, ignore: false };

const hookConfig = z.object({
  url: z.string().catch(''),
  method: text,
  body: text,
  id: text,
  can_interrupt: flag,
  response: z.object({ parse: flag, ignore: flag }).default(none).catch(none),
  headers: z.record(z.string(), z.string()).default({}).catch({}),
  auth: z.unknown().optional(),
});

const hook = z.object({ hook: z.string(), config: hookConfig.optional().catch(undefined) });

/** One entry of a list in Kratos' configuration. */
export interface HookEntry {
  readonly flow: Flow | 'recovery' | 'settings';
  /** Null in the global list. */
  readonly method: string | null;
  readonly list: string;
  /** The JSON pointer of the entry. */
  readonly pointer: string;
  readonly index: number;
  /** The word behind `hook:`. */
  readonly name: string;
  readonly config: z.infer<typeof hookConfig> | undefined;
  /** Ours, by the end of its address. */
  readonly duty: Duty | undefined;
}

/** A hook of ours. */
export interface OurHook extends HookEntry {
  readonly duty: Duty;
  readonly config: NonNullable<HookEntry['config']>;
}

function dutyOf(url: string | undefined): Duty | undefined {
  const path = url?.split(/[?#]/)[0]?.replace(/\/+$/, '');
  if (path?.endsWith('/jumio/initiate')) return 'initiate';
  return path?.endsWith('/jumio/validate') ? 'gate' : undefined;
}

export function listOf(flow: HookEntry['flow'], method: string | null): string {
  return `/selfservice/flows/${flow}/after${method === null ? '' : `/${method}`}/hooks`;
}

/** The entries of one list. */
export function entriesOf(kratos: Tree, flow: HookEntry['flow'], method: string | null): HookEntry[] {
  const list = listOf(flow, method);
  return listAt(kratos, list).flatMap((value, index) => {
    const parsed = hook.safeParse(value);
    if (!parsed.success) return [];
    const { hook: name, config } = parsed.data;
    const duty = name === 'web_hook' ? dutyOf(config?.url) : undefined;
    return [{ flow, method, list, pointer: `${list}/${index}`, index, name, config, duty }];
  });
}

/** What runs for a method: its own list where that has an entry, else the global one; never both (docs/reference/kratos.md#5-hook-ordering-and-inheritance). */
export function effective(kratos: Tree, flow: Flow, method: string): HookEntry[] {
  const own = methodsWithLists(flow).includes(method) ? entriesOf(kratos, flow, method) : [];
  return own.length > 0 ? own : entriesOf(kratos, flow, null);
}

/** Every entry of the lists that may hold a hook of ours. */
export function allEntries(kratos: Tree): HookEntry[] {
  const flows = (['registration', 'login'] as const).flatMap((flow) =>
    [null, ...methodsWithLists(flow)].flatMap((method) => entriesOf(kratos, flow, method)),
  );
  return [...flows, ...entriesOf(kratos, 'recovery', null)];
}

export function isOurs(entry: HookEntry): entry is OurHook {
  return entry.duty !== undefined && entry.config !== undefined;
}

export function ourHooks(kratos: Tree): OurHook[] {
  return allEntries(kratos).filter(isOurs);
}

/** `selfservice.flows.login.after.hooks[0]`, as people write it. */
export function dotted(pointer: string): string {
  return pointer
    .slice(1)
    .replaceAll('/', '.')
    .replace(/\.(\d+)(?=\.|$)/g, '[$1]');
}

export type Flow = 'registration' | 'login';

/** The methods that may have a list of their own (docs/reference/kratos.md#5-hook-ordering-and-inheritance). Every other method runs the global list. */
const WITH_LISTS: Readonly<Record<Flow, readonly string[]>> = {
  registration: ['password', 'oidc', 'code', 'webauthn', 'passkey'],
  login: ['password', 'oidc', 'code', 'webauthn', 'passkey', 'totp', 'lookup_secret'],
};

/** Methods that sign nobody up or in. */
const OF_OTHER_FLOWS = ['profile', 'link', 'b2b', 'captcha', ...WITH_LISTS.login];

export function methodsWithLists(flow: Flow): readonly string[] {
  return WITH_LISTS[flow];
}

function isEnabled(kratos: Tree, flow: Flow, method: string): boolean {
  const of = `/selfservice/methods/${method}`;
  const on = flagAt(kratos, `${of}/enabled`, method === 'password' || method === 'code');
  if (method === 'code') return isCodeEnabled(kratos, flow);
  if (method === 'webauthn' && flow === 'registration') return on && flagAt(kratos, `${of}/config/passwordless`);
  return on;
}

/** `enabled` alone is for recovery and verification; for people who sign in there are switches of their own. */
function isCodeEnabled(kratos: Tree, flow: Flow): boolean {
  const on = (key: string): boolean => flagAt(kratos, `/selfservice/methods/code/${key}`);
  if (flow === 'registration') return on('passwordless_enabled');
  return on('passwordless_enabled') || on('mfa_enabled') || on('passwordless_login_fallback_enabled');
}

/** The methods by which people can sign up, or in; those that have no list of their own (SAML) among them. */
export function enabledMethods(kratos: Tree, flow: Flow): string[] {
  if (!flagAt(kratos, `/selfservice/flows/${flow}/enabled`, true)) return [];
  const configured = at(kratos, '/selfservice/methods');
  const others = Object.keys(isTree(configured) ? configured : {}).filter((name) => !OF_OTHER_FLOWS.includes(name));
  const listed = WITH_LISTS[flow].filter((method) => isEnabled(kratos, flow, method));
  return [...listed, ...others.filter((method) => flagAt(kratos, `/selfservice/methods/${method}/enabled`))];
}

const apiKey = z.object({
  type: z.literal('api_key'),
  config: z.object({ in: z.literal('header').default('header'), name: z.string(), value: z.string() }),
});

/** The headers of a hook as Kratos sends them: `auth` overwrites a header of the same name (docs/reference/kratos.md#11-keys). */
export function headersOf({ config }: Pick<OurHook, 'config'>): ReadonlyMap<string, string> {
  const headers = new Map(Object.entries(config.headers).map(([name, value]) => [name.toLowerCase(), value]));
  const key = apiKey.safeParse(config.auth).data?.config;
  if (key !== undefined) headers.set(key.name.toLowerCase(), key.value);
  return headers;
}
