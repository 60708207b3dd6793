import { z } from 'zod';
import { type Flow, methodsWithLists } from './methods.ts';
import { listAt, type Tree } from './tree.ts';

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

/** What runs for a method: its own list where that has an entry, else the global one; never both (kratos.md §5). */
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
