import { isDeepStrictEqual } from 'node:util';
import { at, isTree, listAt, type Tree } from './read.ts';

/** A hook that one of the files has, and that Kratos does not run: a later file replaces its list as a whole. */
export interface DroppedHook {
  /** The file that has it. */
  readonly file: string;
  /** The JSON pointer of its list. */
  readonly list: string;
  /** The hook in words, without its secrets. */
  readonly what: string;
}

/** A configuration file, as it was read. */
export interface ConfigFile {
  readonly path: string;
  readonly tree: Tree;
}

const FLOWS = '/selfservice/flows';

/** Returns the JSON pointers of all lists of hooks, in whatever flow, phase and method. */
export function hookLists(tree: Tree, place = FLOWS): string[] {
  const value = at(tree, place);
  if (!isTree(value)) return [];
  return Object.keys(value).flatMap((key) => {
    const pointer = `${place}/${key}`;
    return key === 'hooks' && Array.isArray(value[key]) ? [pointer] : hookLists(tree, pointer);
  });
}

/** Returns the name of a hook, and where a web hook goes: without userinfo and query, which may hold a secret. */
export function describeHook(hook: unknown): string {
  const name = at(hook, '/hook');
  const url = at(hook, '/config/url');
  if (typeof name !== 'string') return 'an entry without `hook`';
  if (typeof url !== 'string' || !URL.canParse(url)) return `\`${name}\``;
  const { origin, pathname } = new URL(url);
  return `\`${name}\` to ${origin}${pathname}`;
}

/** Returns the hooks of the files that are not in the same list of the merged configuration. */
export function droppedHooks(files: readonly ConfigFile[], merged: Tree): DroppedHook[] {
  return files.flatMap(({ path, tree }) =>
    hookLists(tree).flatMap((list) => {
      const kept = listAt(merged, list);
      const lost = listAt(tree, list).filter((hook) => !kept.some((each) => isDeepStrictEqual(each, hook)));
      return lost.map((hook) => ({ file: path, list, what: describeHook(hook) }));
    }),
  );
}
