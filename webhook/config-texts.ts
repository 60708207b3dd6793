import { z } from 'zod';
import { type Overrides, readOverrides } from './texts/overrides.ts';

/** The operator's texts, a YAML document; each thing that is wrong with it is a problem of its own. */
export function texts() {
  return z.string().transform((yaml, context): Overrides => {
    const read = readOverrides(yaml);
    if (!('problems' in read)) return read;
    for (const problem of read.problems)
      context.addIssue({ code: 'custom', message: `texts as webhook/texts/en.ts names them (${problem})` });
    return z.NEVER;
  });
}

/** A JSON pointer into the traits (RFC 6901). */
export function pointer() {
  return z.string().regex(/^(\/([^/~]|~[01])*)+$/, 'a JSON pointer into the traits, e.g. /locale');
}
