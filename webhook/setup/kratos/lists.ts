import {
  entriesOf,
  type HookEntry,
  type HookFlow,
  headersOf,
  isEidHook,
  listOf,
  methodsWithLists,
} from '../../doctor/kratos-config/hooks.ts';
import { listAt, type Tree } from '../../doctor/kratos-config/read.ts';

/** What becomes of one list of hooks. */
export interface ListPlan {
  /** The JSON pointer of the list. */
  readonly list: string;
  /** Indices of entries in the operator's own list that are removed: older hooks of this service, and `session` on request. */
  readonly removed: readonly number[];
  /** Where the new entries go, in the operator's own list as it is after the removal. */
  readonly position: number;
  readonly added: readonly unknown[];
  /** Older hooks of this service, which are removed. */
  readonly replaced: readonly HookEntry[];
  /** Hooks of the operator that now run from this list: their own, or those of the global list that it replaces. */
  readonly kept: readonly HookEntry[];
  /** Whether `session` was removed. */
  readonly isSessionRemoved: boolean;
  /** Whether `session` was added: no hook ran for this method before. */
  readonly isSessionAdded: boolean;
}

export interface ListOptions {
  /** False: `session` is removed from the operator's lists of the sign-up. */
  readonly session: boolean;
  /** The addresses of this service, as Kratos and as browsers reach it. */
  readonly origins: readonly string[];
  /** The secrets of its hooks. */
  readonly secrets: readonly string[];
}

const LISTS: readonly (readonly [HookFlow, readonly (string | null)[]])[] = [
  ['registration', [null, ...methodsWithLists('registration')]],
  ['login', [null, ...methodsWithLists('login')]],
  ['recovery', [null]],
  ['settings', ['oidc']],
];

function hasPathOfOurs(entry: HookEntry): boolean {
  return entry.duty !== undefined || isEidHook(entry, '/eid/assurance') || isEidHook(entry, '/eid/link');
}

/** A hook of the operator may have a path like ours: so it must lead to this service too, or send its header (its address may have been another one). */
function isOfThisService(entry: HookEntry, { origins, secrets }: ListOptions): boolean {
  const { config } = entry;
  if (config === undefined || !hasPathOfOurs(entry)) return false;
  const headers = headersOf({ config });
  const bearer = /^Bearer (.+)$/i.exec(headers.get('authorization') ?? '')?.[1];
  if (headers.has('x-webhook-secret') || (bearer !== undefined && secrets.includes(bearer))) return true;
  return URL.canParse(config.url) && origins.includes(new URL(config.url).origin);
}

function isSession({ flow, name }: HookEntry): boolean {
  return flow === 'registration' && name === 'session';
}

/** Kratos runs a hook with either flag before it stores, and then reads the lists of methods only: in the global list it never ran. */
function neverRan({ flow, config }: HookEntry): boolean {
  const isEarly = config?.can_interrupt === true || config?.response.parse === true;
  return isEarly && (flow === 'registration' || flow === 'settings');
}

/** The hooks of the global list that run for a method until it gets a list of its own. */
function inheritedBy(kratos: Tree, flow: HookFlow, method: string | null, options: ListOptions): HookEntry[] {
  if (method === null || listAt(kratos, listOf(flow, method)).length > 0) return [];
  return entriesOf(kratos, flow, null).filter((entry) => !isOfThisService(entry, options) && !neverRan(entry));
}

/** First, so that a refusal stops the flow before other systems hear of it; but an unconfirmed address is the reason that people see before it. */
function positionOf(own: readonly HookEntry[]): number {
  return own.findLastIndex(({ flow, name }) => flow === 'login' && name === 'require_verified_address') + 1;
}

function planOf(kratos: Tree, actions: Tree, flow: HookFlow, method: string | null, options: ListOptions): ListPlan {
  const list = listOf(flow, method);
  const value = (tree: Tree, { index, list: place }: HookEntry): unknown => listAt(tree, place)[index];
  const wanted = entriesOf(actions, flow, method);
  const own = entriesOf(kratos, flow, method);
  const inherited = inheritedBy(kratos, flow, method, options);
  const replaced = own.filter((entry) => isOfThisService(entry, options));
  const removed = own.filter((entry) => replaced.includes(entry) || (!options.session && isSession(entry)));
  const kept = own.filter((entry) => !removed.includes(entry));
  // A list that the operator has says whether a sign-up gives a session: then `session` is not added.
  const isEmpty = own.length + inherited.length === 0;
  const ours = wanted.filter((entry) => isEmpty || !isSession(entry));
  const added = ours.map((entry) => value(actions, entry));
  // An empty list gets what ran for the method, ours at the place that it would have among these.
  const taken = inherited.filter((entry) => options.session || !isSession(entry));
  const before = positionOf(taken);
  const takenOver = taken.map((entry) => value(kratos, entry)).toSpliced(before, 0, ...added);
  return {
    list,
    removed: removed.map(({ index }) => index),
    position: positionOf(kept),
    added: own.length === 0 ? takenOver : added,
    replaced,
    kept: [...kept, ...taken],
    isSessionRemoved: removed.some(isSession),
    isSessionAdded: ours.some(isSession),
  };
}

/**
 * Returns what becomes of each list of hooks that ory-actions.yaml has. A method's list replaces the global one
 * (docs/reference/kratos.md#5-hook-ordering-and-inheritance), so a new list of a method takes over the hooks that ran for it.
 * @param kratos the operator's configuration
 * @param actions ory-actions.yaml, filled in
 */
export function planLists(kratos: Tree, actions: Tree, options: ListOptions): ListPlan[] {
  return LISTS.flatMap(([flow, methods]) => methods.map((method) => planOf(kratos, actions, flow, method, options)));
}
