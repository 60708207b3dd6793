import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { parse } from 'yaml';
import { isTree, merge, type Tree } from './tree.ts';

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
