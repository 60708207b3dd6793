/** The fields that Jumio's documentation calls mandatory (docs/reference/jumio.md#42-prepared-data); in practice any subset is taken. */
export const PREFILL_FIELDS = [
  'firstName',
  'lastName',
  'email',
  'phoneNumber',
  'dateOfBirth',
  'address.line1',
  'address.city',
  'address.postalCode',
  'address.country',
] as const;

export type PrefillField = (typeof PREFILL_FIELDS)[number];

/** Where each field stands in the traits: a JSON pointer. */
export type PrefillMapping = Readonly<Partial<Record<PrefillField, string>>>;

const LONGEST = 255;

function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.slice(0, 10) === text;
}

/** The text as Jumio takes it; undefined where it would not. */
function fitting(field: PrefillField, value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.trim() : '';
  if (text === '' || text.length > LONGEST) return undefined;
  switch (field) {
    case 'phoneNumber':
      return /^\+[1-9]\d{6,14}$/.test(text) ? text : undefined;
    case 'dateOfBirth':
      return isDay(text) ? text : undefined;
    case 'address.country':
      return /^[a-z]{2,3}$/i.test(text) ? text.toUpperCase() : undefined;
    case 'email':
      return /^[^\s@]+@[^\s@]+$/.test(text) ? text : undefined;
    case 'firstName':
    case 'lastName':
    case 'address.line1':
    case 'address.city':
    case 'address.postalCode':
      return text;
    default:
      return field satisfies never;
  }
}

/** The fields that go to Jumio, and those left out: missing, or in a shape that Jumio does not take. */
export interface PrefillData {
  readonly data: Readonly<Record<string, unknown>> | undefined;
  readonly leftOut: readonly PrefillField[];
}

/** @param values what the traits hold, by Jumio's names */
export function prefillDataOf(mapping: PrefillMapping, values: Readonly<Record<string, unknown>>): PrefillData {
  const wanted = PREFILL_FIELDS.filter((field) => mapping[field] !== undefined);
  const fields = wanted.map((field) => [field, fitting(field, values[field])] as const);
  const leftOut = fields.filter(([, text]) => text === undefined).map(([field]) => field);
  if (leftOut.length === wanted.length) return { data: undefined, leftOut };
  const plain = fields.filter(([field]) => !field.startsWith('address.'));
  const address = fields.filter(([field, text]) => field.startsWith('address.') && text !== undefined);
  const place = Object.fromEntries(address.map(([field, text]) => [field.slice('address.'.length), text]));
  const data = { ...Object.fromEntries(plain), ...(address.length > 0 ? { address: place } : {}) };
  return { data, leftOut };
}
