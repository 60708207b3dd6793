import { writeFileSync } from 'node:fs';
import { policyJsonSchema } from '../../../webhook/verification/policy/schema.ts';

/** `npm run docs:policy`. */
const place = new URL('../../../docs/schemas/policy.schema.json', import.meta.url);

writeFileSync(place, `${JSON.stringify(policyJsonSchema(), null, 2)}\n`);
