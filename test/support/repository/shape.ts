/** The structure of a JSON value: its keys and the kinds of its leaves, without its values. */
export type Shape = string | Shape[] | { [key: string]: Shape };

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/;

const KINDS: readonly [string, RegExp][] = [
  ['uuid', new RegExp(`^${UUID.source}$`)],
  ['timestamp', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/],
  ['date', /^\d{4}-\d\d-\d\d$/],
  ['digits', /^\d+$/],
  ['jwt', /^[\w-]+\.[\w-]+\.[\w-]+$/],
];

/**
 * The shape of a JSON value, to be compared with another's: two values have the same keys at every depth, arrays of the
 * same length, and leaves of the same kind exactly when their shapes are equal. URLs count by their path, without host and
 * ids, and by the names in their query. Keys come out in alphabetical order.
 */
export function shapeOf(value: unknown): Shape {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value === 'string') return kindOf(value);
  if (typeof value !== 'object') return typeof value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, shapeOf(inner)]));
}

function kindOf(text: string): string {
  if (!/^https?:\/\//.test(text)) return KINDS.find(([, pattern]) => pattern.test(text))?.[0] ?? 'text';
  const { pathname, searchParams } = new URL(text);
  return `url ${pathname.replace(new RegExp(UUID, 'g'), '{id}')} ${[...searchParams.keys()].sort().join(' ')}`.trim();
}
