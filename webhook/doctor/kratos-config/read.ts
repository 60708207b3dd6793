import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { parse } from 'yaml';

/** A configuration as it was parsed: objects, lists and plain values. */
export type Tree = Readonly<Record<string, unknown>>;

/** A file that cannot be used as a configuration; the message names it, and holds no byte of it. */
export class UnreadableConfig extends Error {
  override readonly name = 'UnreadableConfig';
}

/**
 * Reads one of Kratos' configuration files. `kratos serve -c one -c two` merges them: see `merge`.
 * @throws UnreadableConfig
 */
export async function readConfigFile(path: string): Promise<Tree> {
  if (!['.yaml', '.yml', '.json'].includes(extname(path)))
    throw new UnreadableConfig(
      `${path}: expected .yaml, .yml or .json (Kratos also reads .toml, which the doctor does not)`,
    );
  try {
    const tree: unknown = parse(await readFile(path, 'utf8'), { merge: true, maxAliasCount: -1 });
    if (isTree(tree)) return tree;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new UnreadableConfig(code === 'ENOENT' ? `file not found: ${path}` : `${path}: ${code}`);
  }
  throw new UnreadableConfig(`${path}: it holds no configuration`);
}

/** Merges configurations as Kratos' loader does: objects key by key; of all else, lists too, the later one replaces the earlier. */
export function merge(trees: readonly Tree[]): Tree {
  return trees.reduce(mergeTwo, {});
}

function mergeTwo(lower: Tree, upper: Tree): Tree {
  const pairs = Object.entries(upper).map(([key, value]) => {
    const below = lower[key];
    return [key, isTree(below) && isTree(value) ? mergeTwo(below, value) : value] as const;
  });
  return { ...lower, ...Object.fromEntries(pairs) };
}

/** Whether a value is an object, and no list. */
export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the keys of a JSON pointer (RFC 6901), unescaped. */
export function keysOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Returns the value at a JSON pointer (RFC 6901); undefined if there is none. */
export function at(tree: unknown, pointer: string): unknown {
  let value = tree;
  for (const key of keysOf(pointer)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

/** Returns the boolean at a JSON pointer; for anything else the default of Kratos' schema. */
export function flagAt(tree: unknown, pointer: string, otherwise = false): boolean {
  const value = at(tree, pointer);
  return typeof value === 'boolean' ? value : otherwise;
}

/** Returns the text at a JSON pointer; undefined if it is empty, or no text. */
export function textAt(tree: unknown, pointer: string): string | undefined {
  const value = at(tree, pointer);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Returns the list at a JSON pointer; an empty one if there is none. */
export function listAt(tree: unknown, pointer: string): readonly unknown[] {
  const value = at(tree, pointer);
  return Array.isArray(value) ? value : [];
}
