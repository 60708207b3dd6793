import type { Operation } from '../finding.ts';
import type { HookEntry } from './hooks.ts';
import { at, listAt, type Tree } from './read.ts';

/** Puts a value first into a list; creates the list, with `whole` in it, if it does not exist. */
export function prepend(kratos: Tree, list: string, value: unknown, whole: readonly unknown[] = [value]): Operation {
  const exists = Array.isArray(at(kratos, list));
  return exists ? { op: 'add', path: `${list}/0`, value } : { op: 'add', path: list, value: whole };
}

/** Puts a value at the end of a list; creates the list if it does not exist. */
export function append(kratos: Tree, list: string, value: unknown): Operation {
  const exists = listAt(kratos, list).length > 0;
  return exists ? { op: 'add', path: `${list}/-`, value } : { op: 'add', path: list, value: [value] };
}

/** Moves a hook within its list: to an index, or to the end (`-`). */
export function moveEntry(kratos: Tree, { pointer, list }: HookEntry, to: number | '-'): Operation[] {
  return [
    { op: 'remove', path: pointer },
    { op: 'add', path: `${list}/${to}`, value: at(kratos, pointer) },
  ];
}

/** Removes entries of lists, the last one first, so that the indices of the others stay right. */
export function removeEntries(pointers: readonly string[]): Operation[] {
  return [...pointers].reverse().map((path) => ({ op: 'remove', path }));
}

/** Removes those of the keys that the configuration of a hook has. */
export function removeKeys(kratos: Tree, { pointer }: HookEntry, ...keys: readonly string[]): Operation[] {
  const paths = keys.map((key) => `${pointer}/config/${key}`);
  return paths.filter((path) => at(kratos, path) !== undefined).map((path) => ({ op: 'remove', path }));
}
