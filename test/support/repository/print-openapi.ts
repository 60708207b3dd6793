import { writeFileSync } from 'node:fs';
import { openApiDocument } from '../openapi/document.ts';

/** `npm run docs:openapi`. */
const place = new URL('../../../docs/schemas/openapi.json', import.meta.url);

writeFileSync(place, `${JSON.stringify(openApiDocument(), null, 2)}\n`);
