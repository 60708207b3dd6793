import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { parse } from 'yaml';

/** A file that cannot be used; the message names it. */
export class UnreadableConfig extends Error {
  override readonly name = 'UnreadableConfig';
}

async function readOne(path: string): Promise<Tree> {
  if (!['.yaml', '.yml', '.json'].includes(extname(path)))
    throw new UnreadableConfig(`${path}: Kratos reads .yaml, .yml and .json (and .toml, which is not read here)`);
  try {
    const tree: unknown = parse(await readFile(path, 'utf8'), { merge: true, maxAliasCount: -1 });
    if (isTree(tree)) return tree;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new UnreadableConfig(`${path}: ${code}`);
  }
  throw new UnreadableConfig(`${path}: no configuration is in it`);
}

/**
 * Reads Kratos' configuration files as `kratos serve -c one -c two` does.
 * @throws UnreadableConfig; its message holds no byte of a file
 */
export async function readKratosConfig(paths: readonly string[]): Promise<Tree | undefined> {
  return paths.length === 0 ? undefined : merge(await Promise.all(paths.map(readOne)));
}
/** A configuration as it was parsed: objects, lists and plain values. */
export type Tree = Readonly<Record<string, unknown>>;

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a JSON pointer (RFC 6901); undefined where there is none. */
export function at(tree: unknown, pointer: string): unknown {
  let value = tree;
  for (const key of keysOf(pointer)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

export function keysOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** True only where it says so itself, else the schema's default. */
export function flagAt(tree: unknown, pointer: string, otherwise = false): boolean {
  const value = at(tree, pointer);
  return typeof value === 'boolean' ? value : otherwise;
}

export function textAt(tree: unknown, pointer: string): string | undefined {
  const value = at(tree, pointer);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function listAt(tree: unknown, pointer: string): readonly unknown[] {
  const value = at(tree, pointer);
  return Array.isArray(value) ? value : [];
}

/** Later files win: objects are merged key by key, everything else is replaced, lists too (as Kratos' loader does). */
export function merge(trees: readonly Tree[]): Tree {
  return trees.reduce(over, {});
}

function over(lower: Tree, upper: Tree): Tree {
  const pairs = Object.entries(upper).map(([key, value]) => {
    const below = lower[key];
    return [key, isTree(below) && isTree(value) ? over(below, value) : value] as const;
  });
  return { ...lower, ...Object.fromEntries(pairs) };
}
