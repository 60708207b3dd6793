function step(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}

/** What stands at a JSON pointer (RFC 6901) in the traits; undefined where nothing does. */
export function traitAt(traits: unknown, pointer: string): unknown {
  const keys = pointer.split('/').slice(1);
  return keys.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~')).reduce(step, traits);
}

/** A language tag as people's profiles hold it: `de`, `pt-BR`, `de_AT`. */
const TAG = /^[a-z]{2,3}([-_][a-z0-9]{2,8}){0,3}$/i;

/** The language in the traits. What looks like no language tag is left where it is: it may be anything. */
export function localeIn(traits: unknown, pointer: string): string | undefined {
  const found = traitAt(traits, pointer);
  return typeof found === 'string' && TAG.test(found) ? found.replaceAll('_', '-') : undefined;
}

/** What stands at each of these pointers, by its name. */
export function traitsAt(traits: unknown, pointers: Readonly<Record<string, string>>): Record<string, unknown> {
  const found = Object.entries(pointers).map(([name, pointer]) => [name, traitAt(traits, pointer)] as const);
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
}
