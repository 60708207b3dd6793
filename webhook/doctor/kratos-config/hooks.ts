import { z } from 'zod';
import { at, flagAt, isTree, listAt, type Tree } from './read.ts';

/** A flow with a list of hooks for each method. */
export type MethodFlow = 'registration' | 'login';

/** A flow whose `after` hooks the doctor reads. */
export type HookFlow = MethodFlow | 'recovery' | 'settings';

/** The purpose of a hook of this service: it starts a verification, or asks the gate. */
export type Duty = 'initiate' | 'gate';

/** Parsed leniently, because the checks report what is wrong. */
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

const hookWire = z.object({ hook: z.string(), config: hookConfig.optional().catch(undefined) });

/** One entry of a list of hooks in Kratos' configuration. */
export interface HookEntry {
  readonly flow: HookFlow;
  /** Null in the global list. */
  readonly method: string | null;
  /** The JSON pointer of the list. */
  readonly list: string;
  /** The JSON pointer of the entry. */
  readonly pointer: string;
  readonly index: number;
  /** The value of `hook:`. */
  readonly name: string;
  readonly config: z.infer<typeof hookConfig> | undefined;
  /** By the end of its URL; undefined for a hook that is not this service's. */
  readonly duty: Duty | undefined;
}

/** A hook of this service, except those of an eID. */
export interface OurHook extends HookEntry {
  readonly duty: Duty;
  readonly config: NonNullable<HookEntry['config']>;
}

/** The URL without query and trailing slashes. */
function barePath(url: string | undefined): string | undefined {
  return url?.split(/[?#]/)[0]?.replace(/\/+$/, '');
}

function dutyOf(url: string | undefined): Duty | undefined {
  const path = barePath(url);
  if (path?.endsWith('/jumio/initiate')) return 'initiate';
  return path?.endsWith('/jumio/validate') ? 'gate' : undefined;
}

/** Whether an entry goes to a path below `/jumio/` that this service does not have: a misspelt hook. */
export function isMisspelt({ name, config, duty }: HookEntry): boolean {
  return name === 'web_hook' && duty === undefined && /\/jumio\/[^/]*$/.test(barePath(config?.url) ?? '');
}

/** Returns the JSON pointer of the list of a method; of the global list if the method is null. */
export function listOf(flow: HookFlow, method: string | null): string {
  return `/selfservice/flows/${flow}/after${method === null ? '' : `/${method}`}/hooks`;
}

/** Returns the entries of one list; entries without `hook` are left out. */
export function entriesOf(kratos: Tree, flow: HookFlow, method: string | null): HookEntry[] {
  const list = listOf(flow, method);
  return listAt(kratos, list).flatMap((value, index) => {
    const parsed = hookWire.safeParse(value);
    if (!parsed.success) return [];
    const { hook: name, config } = parsed.data;
    const duty = name === 'web_hook' ? dutyOf(config?.url) : undefined;
    return [{ flow, method, list, pointer: `${list}/${index}`, index, name, config, duty }];
  });
}

/**
 * Returns the entries that Kratos runs for a method: those of its own list if that has any, else those of the global
 * list; never both (docs/reference/kratos.md#5-hook-ordering-and-inheritance).
 */
export function effectiveEntries(kratos: Tree, flow: MethodFlow, method: string): HookEntry[] {
  const own = methodsWithLists(flow).includes(method) ? entriesOf(kratos, flow, method) : [];
  return own.length > 0 ? own : entriesOf(kratos, flow, null);
}

/** Returns every entry of the lists of registration, login and recovery. */
export function allEntries(kratos: Tree): HookEntry[] {
  const ofMethods = (['registration', 'login'] as const).flatMap((flow) =>
    [null, ...methodsWithLists(flow)].flatMap((method) => entriesOf(kratos, flow, method)),
  );
  return [...ofMethods, ...entriesOf(kratos, 'recovery', null)];
}

/** Whether an entry is a hook of this service. */
export function isOurs(entry: HookEntry): entry is OurHook {
  return entry.duty !== undefined && entry.config !== undefined;
}

/** Returns the hooks of this service in registration, login and recovery. */
export function ourHooks(kratos: Tree): OurHook[] {
  return allEntries(kratos).filter(isOurs);
}

/** The two hooks of an eID, by the end of their URLs. */
export type EidPath = '/eid/assurance' | '/eid/link';

/** A hook of an eID. */
export interface EidHook extends HookEntry {
  readonly config: NonNullable<HookEntry['config']>;
}

/** Whether an entry is this one of the two hooks, by the end of its URL. */
export function isEidHook(entry: HookEntry, path: EidPath): entry is EidHook {
  return entry.name === 'web_hook' && barePath(entry.config?.url)?.endsWith(path) === true;
}

/** Returns the list that each of the two belongs to: the one of `oidc`, as in ory-actions.yaml, because no other method needs them. */
export function eidEntries(kratos: Tree, path: EidPath): HookEntry[] {
  return entriesOf(kratos, path === '/eid/assurance' ? 'registration' : 'settings', 'oidc');
}

/** Returns the hook in its list; undefined if it is missing. */
export function findEidHook(kratos: Tree, path: EidPath): EidHook | undefined {
  return eidEntries(kratos, path).find((entry): entry is EidHook => isEidHook(entry, path));
}

/** Returns those of the two that are configured. */
export function eidHooksIn(kratos: Tree): EidHook[] {
  const found = (['/eid/assurance', '/eid/link'] as const).map((path) => findEidHook(kratos, path));
  return found.filter((hook) => hook !== undefined);
}

const apiKey = z.object({
  type: z.literal('api_key'),
  config: z.object({ in: z.literal('header').default('header'), name: z.string(), value: z.string() }),
});

/** Returns the headers of a hook as Kratos sends them, names in lower case: `auth` overwrites a header of the same name (docs/reference/kratos.md#11-keys). */
export function headersOf({ config }: Pick<OurHook, 'config'>): ReadonlyMap<string, string> {
  const headers = new Map(Object.entries(config.headers).map(([name, value]) => [name.toLowerCase(), value]));
  const key = apiKey.safeParse(config.auth).data?.config;
  if (key !== undefined) headers.set(key.name.toLowerCase(), key.value);
  return headers;
}

/** The methods that may have a list of their own (docs/reference/kratos.md#5-hook-ordering-and-inheritance). Every other method runs the global list. */
const WITH_LISTS: Readonly<Record<MethodFlow, readonly string[]>> = {
  registration: ['password', 'oidc', 'code', 'webauthn', 'passkey'],
  login: ['password', 'oidc', 'code', 'webauthn', 'passkey', 'totp', 'lookup_secret'],
};

/** Methods that are listed above, or that neither sign up nor sign in a person. */
const LISTED_OR_OTHER = ['profile', 'link', 'b2b', 'captcha', ...WITH_LISTS.login];

/** Returns the methods that may have a list of their own in a flow. */
export function methodsWithLists(flow: MethodFlow): readonly string[] {
  return WITH_LISTS[flow];
}

/** Returns the methods by which people can sign up, or sign in; also those without a list of their own (SAML). */
export function enabledMethods(kratos: Tree, flow: MethodFlow): string[] {
  if (!flagAt(kratos, `/selfservice/flows/${flow}/enabled`, true)) return [];
  const configured = at(kratos, '/selfservice/methods');
  const others = Object.keys(isTree(configured) ? configured : {}).filter((name) => !LISTED_OR_OTHER.includes(name));
  const listed = WITH_LISTS[flow].filter((method) => isEnabled(kratos, flow, method));
  return [...listed, ...others.filter((method) => flagAt(kratos, `/selfservice/methods/${method}/enabled`))];
}

function isEnabled(kratos: Tree, flow: MethodFlow, method: string): boolean {
  const path = `/selfservice/methods/${method}`;
  if (method === 'code') return isCodeEnabled(kratos, flow);
  const isOn = flagAt(kratos, `${path}/enabled`, method === 'password');
  if (method === 'webauthn' && flow === 'registration') return isOn && flagAt(kratos, `${path}/config/passwordless`);
  return isOn;
}

/** `enabled` of the method `code` is for recovery and verification; sign-up and sign-in have switches of their own. */
function isCodeEnabled(kratos: Tree, flow: MethodFlow): boolean {
  const isOn = (key: string): boolean => flagAt(kratos, `/selfservice/methods/code/${key}`);
  if (flow === 'registration') return isOn('passwordless_enabled');
  return isOn('passwordless_enabled') || isOn('mfa_enabled') || isOn('passwordless_login_fallback_enabled');
}

/** Returns a JSON pointer as people write it: `selfservice.flows.login.after.hooks[0]`. */
export function dotted(pointer: string): string {
  return pointer
    .slice(1)
    .replaceAll('/', '.')
    .replace(/\.(\d+)(?=\.|$)/g, '[$1]');
}
