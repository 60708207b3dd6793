/** One change of a fix, as the doctor prints it: RFC 6902. Imports nothing, so that the end-to-end tests may use it. */
export interface Operation {
  readonly op: 'add' | 'remove' | 'replace';
  readonly path: string;
  readonly value?: unknown;
}

function keysOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

type Container = Record<string, unknown> | unknown[];

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}

/** The object or list that holds the last key; missing parents are created. */
function holderOf(document: Container, keys: readonly string[]): Container {
  let holder = document;
  for (const key of keys) {
    const next: unknown = Reflect.get(holder, key);
    if (!isContainer(next)) Reflect.set(holder, key, {});
    const made: unknown = Reflect.get(holder, key);
    if (!isContainer(made)) throw new Error(`${key} holds nothing`);
    holder = made;
  }
  return holder;
}

function applyOne(document: Container, { op, path, value }: Operation): void {
  const keys = keysOf(path);
  const last = keys.at(-1) ?? '';
  const holder = holderOf(document, keys.slice(0, -1));
  const exists = Object.hasOwn(holder, last);
  if (op !== 'add' && !exists) throw new Error(`${op} ${path}: nothing is there`);
  if (Array.isArray(holder)) {
    const index = last === '-' ? holder.length : Number(last);
    if (!Number.isInteger(index) || index > holder.length) throw new Error(`${path} is no place in a list`);
    if (op === 'add') holder.splice(index, 0, value);
    if (op === 'remove') holder.splice(index, 1);
    if (op === 'replace') holder[index] = value;
    return;
  }
  if (op === 'remove') Reflect.deleteProperty(holder, last);
  else holder[last] = value;
}

/** A document with these changes (RFC 6902; missing parents are created) and with filled placeholders. */
export function applied<T extends Container>(
  document: T,
  operations: readonly Operation[],
  placeholders: Readonly<Record<string, string>> = {},
): T {
  const copy: T = JSON.parse(JSON.stringify(document)); // a copy, so that parts shared by YAML anchors are separate
  const filled = Object.entries(placeholders).reduce(
    (text, [name, value]) => text.replaceAll(name, value),
    JSON.stringify(operations),
  );
  const changes: readonly Operation[] = JSON.parse(filled);
  for (const operation of changes) applyOne(copy, operation);
  return copy;
}
