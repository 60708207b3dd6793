import { hash } from 'node:crypto';

/** A value that JSON has. */
type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** Returns the one text of a JSON value: members sorted by their names, no blanks (as RFC 8785 for values without fractions). */
export function canonicalJson(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`;
}

function isList(value: Json & object): value is readonly Json[] {
  return Array.isArray(value);
}

/** Returns the SHA-256 of a text, hex. */
export function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}
