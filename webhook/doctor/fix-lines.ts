import { stringify } from 'yaml';
import type { Fix, Operation } from './finding.ts';
import { keysOf } from './tree.ts';

/** `selfservice.flows.login.after.hooks`, and which place in that list, where the last key is one. */
function place(path: string): { readonly where: string; readonly index: string | undefined } {
  const keys = keysOf(path);
  const last = keys.at(-1) ?? '';
  const isIndex = /^(\d+|-)$/.test(last);
  const where = (isIndex ? keys.slice(0, -1) : keys).reduce(
    (text, key) => (/^\d+$/.test(key) ? `${text}[${key}]` : text === '' ? key : `${text}.${key}`),
    '',
  );
  return { where, index: isIndex ? last : undefined };
}

function block(value: unknown): string[] {
  return stringify(value, { lineWidth: 0 }).trimEnd().split('\n');
}

function position(index: string): string {
  if (index === '-') return 'at the end of';
  return index === '0' ? 'first in' : `at place ${index} (from 0) of`;
}

function ofOperation({ op, path, value }: Operation): string[] {
  const { where, index } = place(path);
  if (op === 'remove') return index === undefined ? [`# remove ${where}`] : [`# remove ${where}[${index}]`];
  if (index !== undefined) return [`# ${position(index)} ${where}:`, ...block([value])];
  const keys = where.split('.');
  return [`# in ${keys.slice(0, -1).join('.')}:`, ...block({ [keys.at(-1) ?? '']: value })];
}

/** The exact lines to change, as text: Kratos' configuration in YAML, then variables of this service. */
export function fixLines({ kratos = [], environment = {} }: Fix): string[] {
  return [...kratos.flatMap(ofOperation), ...Object.entries(environment).map(([name, value]) => `${name}=${value}`)];
}
