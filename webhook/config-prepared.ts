import { parse } from 'yaml';
import { z } from 'zod';
import { pointer } from './config-texts.ts';
import { FIELDS, type Mapping } from './verification/prepared.ts';

const EXPECTED = `YAML that names, for some of ${FIELDS.join(', ')}, a JSON pointer into the traits`;

const mapping = z.partialRecord(z.enum(FIELDS), pointer());

function read(yaml: string): unknown {
  try {
    return parse(yaml);
  } catch {
    return undefined;
  }
}

/** Which traits go to Jumio: its field's name, and where the trait stands. */
export function preparedData() {
  return z.string().transform((yaml, context): Mapping => {
    const parsed = mapping.safeParse(read(yaml));
    if (parsed.success && Object.keys(parsed.data).length > 0) return parsed.data;
    const places = parsed.error?.issues.map(({ path }) => path.join('.')).filter((place) => place !== '') ?? [];
    const where = places.length > 0 ? `, and not as at ${places.join(', ')}` : '';
    context.addIssue({ code: 'custom', message: `${EXPECTED}${where}` });
    return z.NEVER;
  });
}
