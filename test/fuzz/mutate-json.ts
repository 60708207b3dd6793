import { wordsOf } from './words.ts';

/** The numbers and the token of one change, as `mutate.ts` draws them. */
interface Edit {
  readonly at: number;
  readonly count: number;
  readonly token: string;
}

const NUMBERS = [0, -0, -1, 0.5, 1e308, -1e308, 5e-324, 2 ** 31, 2 ** 53, 8.64e15, 8.64e15 + 1];

const TIMES = `
  1970-01-01T00:00:00Z 0000-01-01T00:00:00Z 9999-12-31T23:59:59.999Z 2024-02-30T00:00:00Z 2024-06-30T23:59:60Z
  2026-01-05T09:41:12+23:59 +275760-09-13T00:00:00.001Z
`;

const TEXTS = ['', ' ', '\0', '\ud800', '0', 'null', 'http://[', 'x'.repeat(5_000)];

/** Values at the ends of what a schema may take. */
const EDGES: readonly unknown[] = [
  null,
  true,
  false,
  [],
  {},
  [[]],
  { length: 1 },
  { length: { toString: 1 } },
  JSON.parse('{"__proto__":{"status":"approved"},"constructor":{}}'),
  ...NUMBERS,
  ...TEXTS,
  ...wordsOf(TIMES),
];

/** Names that mean something to JavaScript. */
const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'then', 'length', '', '0'] as const;

type Path = readonly (string | number)[];

/** Deeper structures are left to changes of the text. */
const DEEPEST = 12;

/** The paths of all values in a value, its own included. */
function pathsOf(value: unknown, path: Path = [], found: Path[] = []): Path[] {
  found.push(path);
  if (typeof value !== 'object' || value === null || path.length >= DEEPEST) return found;
  if (Array.isArray(value)) for (const [index, item] of value.entries()) pathsOf(item, [...path, index], found);
  else for (const [key, item] of Object.entries(value)) pathsOf(item, [...path, key], found);
  return found;
}

/** What takes the place of a value: any number of entries, by name. */
type Replacement = (key: string, value: unknown) => readonly (readonly [string, unknown])[];

/** Returns a value in which one value is replaced. Never sets a prototype: a name `__proto__` stays a name. */
function replaceAt(value: unknown, path: Path, replacement: Replacement): unknown {
  const [head, ...rest] = path;
  const change = (key: string, item: unknown): readonly (readonly [string, unknown])[] => {
    if (key !== String(head)) return [[key, item]];
    return rest.length === 0 ? replacement(key, item) : [[key, replaceAt(item, rest, replacement)]];
  };
  if (Array.isArray(value)) return value.flatMap((item, index) => change(String(index), item).map(([, one]) => one));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([key, item]) => change(key, item)));
}

function pick<T>(list: readonly T[], index: number): T | undefined {
  return list[index % list.length];
}

function nested(value: unknown, levels: number): unknown {
  let inner = value;
  for (let level = 0; level < levels; level += 1) inner = level % 2 === 0 ? [inner] : { a: inner };
  return inner;
}

/** A text is changed as one; what is none becomes one, or another number. */
function leafOf(value: unknown, editLeaf: (leaf: string) => string): unknown {
  if (typeof value === 'number') return -value;
  return typeof value === 'string' ? editLeaf(value) : JSON.stringify(value);
}

function replacementOf({ count, token }: Edit, root: unknown, editLeaf: (leaf: string) => string): Replacement {
  // Of other digits than the choice of the replacement, so that each meets each.
  const number = Math.floor(count / 1_000);
  const replacements: readonly Replacement[] = [
    (key, value) => [[key, leafOf(value, editLeaf)]],
    (key, value) => [[key, leafOf(value, editLeaf)]],
    (key) => [[key, pick(EDGES, number)]],
    (key) => [[key, pick(EDGES, number)]],
    (key) => [[key, token]],
    () => [],
    (key, value) => [
      [key, value],
      [pick(NAMES, number) ?? '', value],
    ],
    (_key, value) => [[token, value]],
    (key, value) => [[key, number % 8 === 0 ? nested(value, number % 500) : [value, root]]],
  ];
  return pick(replacements, count) ?? (() => []);
}

/** `JSON.stringify` calls itself for each level. */
const DEEPEST_JSON = 1_000;

function isTooDeep(text: string): boolean {
  let level = 0;
  for (const character of text) {
    if (character === '[' || character === '{') level += 1;
    if (character === ']' || character === '}') level -= 1;
    if (level > DEEPEST_JSON) return true;
  }
  return false;
}

/** Undefined for a text that is no structure. */
function parse(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text) || isTooDeep(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Returns a JSON text in which one value is replaced, removed, renamed, doubled, nested, or changed as a text; undefined: it
 * is no JSON object or array.
 * @param editLeaf changes a text in it, which may be JSON again
 */
export function editJson(text: string, edit: Edit, editLeaf: (leaf: string) => string): string | undefined {
  const root = parse(text);
  if (root === undefined) return undefined;
  const path = pick(pathsOf(root).slice(1), edit.at);
  if (path === undefined) return JSON.stringify([edit.token]);
  return JSON.stringify(replaceAt(root, path, replacementOf(edit, root, editLeaf)));
}
