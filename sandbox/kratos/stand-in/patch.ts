import { z } from 'zod';
import { badRequest, type KratosError } from './refusals.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const operation = z.object({ op: z.string(), path: z.string(), value: z.json().optional() });
const denied = /^\/(id|statechangedat|credentials)$/i;

/**
 * Applies a JSON Patch to a copy of the document, as Kratos does (kratos.md §7): `add`, `replace` and `remove` only,
 * `replace` of what is missing adds it, and missing or null parents are made. Throws a KratosError.
 */
export function applyPatch(document: unknown, patch: string): unknown {
  let result = z.json().parse(structuredClone(document));
  for (const { op, path, value } of readOperations(patch)) {
    if (!['add', 'replace', 'remove'].includes(op)) throw refused(`unsupported operation: ${op}`);
    if (denied.test(path)) throw refused(`patch includes denied path: ${path}`);
    const segments = path.split('/').slice(1).map(unescapeSegment);
    result = op === 'remove' ? remove(result, segments, path) : add(result, segments, value ?? null);
  }
  return result;
}

function readOperations(patch: string): z.infer<typeof operation>[] {
  const json = parseJson(patch);
  if (json === undefined) throw refused('invalid state detected');
  if (json === null) return []; // a patch without operations, as Kratos reads it
  if (!Array.isArray(json)) throw refused('json: cannot unmarshal object into Go value of type jsonpatch.Patch');
  return z.array(operation).parse(json);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unescapeSegment(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** A path that does not exist is made on the way; a numeric segment makes a list, not an object. */
function add(target: Json, segments: readonly string[], value: Json): Json {
  const [first, ...rest] = segments;
  if (first === undefined) return value;
  const parent = target ?? (/^(\d+|-)$/.test(first) ? [] : {});
  if (Array.isArray(parent)) {
    const index = first === '-' ? parent.length : Number(first);
    if (rest.length > 0) return withItem(parent, index, add(parent[index] ?? null, rest, value));
    return index < parent.length ? parent.toSpliced(index, 0, value) : withItem(parent, index, value);
  }
  if (typeof parent !== 'object') throw refused('invalid state detected');
  return { ...parent, [first]: add(parent[first] ?? null, rest, value) };
}

function withItem(list: Json[], index: number, value: Json): Json[] {
  return Array.from({ length: Math.max(list.length, index + 1) }, (_, at) =>
    at === index ? value : (list[at] ?? null),
  );
}

function remove(target: Json, segments: readonly string[], path: string): Json {
  const [first = '', ...rest] = segments;
  if (target === null || typeof target !== 'object' || Array.isArray(target) || !(first in target)) {
    throw refused(`remove operation does not apply: doc is missing path: "${path}": missing value`);
  }
  const { [first]: inner = null, ...others } = target;
  return rest.length === 0 ? others : { ...target, [first]: remove(inner, rest, path) };
}

function refused(message: string): KratosError {
  return badRequest('An error occured when applying the JSON patch', message); // Kratos' own spelling
}
