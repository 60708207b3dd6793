import { isDeepStrictEqual } from 'node:util';
import type { Operation } from '../../doctor/finding.ts';
import { dotted } from '../../doctor/kratos-config/hooks.ts';
import { isTree, keysOf, type Tree, UnreadableConfig } from '../../doctor/kratos-config/read.ts';

/** The list after an operation on one of its entries; `-` is behind the last one. */
function changedList(list: readonly unknown[], key: string, { op, value }: Operation): unknown[] {
  const index = key === '-' ? list.length : Number(key);
  return list.toSpliced(index, op === 'add' ? 0 : 1, ...(op === 'remove' ? [] : [value]));
}

/** The value after an operation on what the keys lead to. Missing parents are created. */
function changed(value: unknown, [key = '', ...rest]: readonly string[], operation: Operation): unknown {
  if (Array.isArray(value))
    return rest.length === 0
      ? changedList(value, key, operation)
      : value.map((each, index) => (String(index) === key ? changed(each, rest, operation) : each));
  const { [key]: before, ...others } = isTree(value) ? value : {};
  if (rest.length > 0) return { ...others, [key]: changed(before, rest, operation) };
  return operation.op === 'remove' ? others : { ...others, [key]: operation.value };
}

/** Returns the JSON pointer of the first difference between two values; undefined: there is none. */
function difference(left: unknown, right: unknown, pointer = ''): string | undefined {
  if (isDeepStrictEqual(left, right)) return undefined;
  if (!isTree(left) || !isTree(right)) return pointer;
  for (const key of Object.keys({ ...left, ...right })) {
    const inside = difference(left[key], right[key], `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
    if (inside !== undefined) return inside;
  }
  return pointer;
}

/**
 * Compares a merged configuration as a whole with the operator's own: there may be no difference but these operations.
 * @param path names the operator's file in the error
 * @throws UnreadableConfig where anything else would change
 */
export function refuseLoss(before: Tree, after: unknown, operations: readonly Operation[], path: string): void {
  const meant = operations.reduce<unknown>((tree, each) => changed(tree, keysOf(each.path), each), before);
  const pointer = difference(meant, after);
  if (pointer === undefined) return;
  throw new UnreadableConfig(
    `${path}: nothing was written, because the merge would change more than it may: ${dotted(pointer) || 'all of it'}. ` +
      'Write the hooks to a file of their own, without --merge, and merge this place by hand.',
  );
}
