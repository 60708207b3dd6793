import {
  entriesOf,
  type HookEntry,
  type HookFlow,
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
  /** Hooks of the operator that now run from this list: their own, or those of the global list that it replaces. */
  readonly kept: readonly HookEntry[];
  /** Whether `session` was removed. */
  readonly isSessionRemoved: boolean;
}

export interface ListOptions {
  /** False: `session` is removed from the operator's lists of the sign-up. */
  readonly session: boolean;
}

const LISTS: readonly (readonly [HookFlow, readonly (string | null)[]])[] = [
  ['registration', [null, ...methodsWithLists('registration')]],
  ['login', [null, ...methodsWithLists('login')]],
  ['recovery', [null]],
  ['settings', ['oidc']],
];

function isOfThisService(entry: HookEntry): boolean {
  return entry.duty !== undefined || isEidHook(entry, '/eid/assurance') || isEidHook(entry, '/eid/link');
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
function inheritedBy(kratos: Tree, flow: HookFlow, method: string | null): HookEntry[] {
  if (method === null || listAt(kratos, listOf(flow, method)).length > 0) return [];
  return entriesOf(kratos, flow, null).filter((entry) => !isOfThisService(entry) && !neverRan(entry));
}

/** First, so that a refusal stops the flow before other systems hear of it; but an unconfirmed address is the reason that people see before it. */
function positionOf(own: readonly HookEntry[]): number {
  return own.findLastIndex(({ flow, name }) => flow === 'login' && name === 'require_verified_address') + 1;
}

function planOf(
  kratos: Tree,
  actions: Tree,
  flow: HookFlow,
  method: string | null,
  { session }: ListOptions,
): ListPlan {
  const list = listOf(flow, method);
  const value = (tree: Tree, { index, list: place }: HookEntry): unknown => listAt(tree, place)[index];
  const wanted = entriesOf(actions, flow, method);
  const own = entriesOf(kratos, flow, method);
  const inherited = inheritedBy(kratos, flow, method);
  const removed = own.filter((entry) => isOfThisService(entry) || (!session && isSession(entry)));
  const kept = own.filter((entry) => !removed.includes(entry));
  // A list that the operator has says whether a sign-up gives a session: then `session` is not added.
  const isEmpty = own.length + inherited.length === 0;
  const added = wanted.filter((entry) => isEmpty || !isSession(entry));
  return {
    list,
    removed: removed.map(({ index }) => index),
    position: positionOf(kept),
    added: [
      ...added.map((entry) => value(actions, entry)),
      ...(own.length === 0 ? inherited.map((entry) => value(kratos, entry)) : []),
    ],
    kept: [...kept, ...inherited],
    isSessionRemoved: removed.some(isSession),
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
