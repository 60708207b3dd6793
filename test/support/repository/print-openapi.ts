import { writeFileSync } from 'node:fs';
import { clientTypes } from '../openapi/client-types.ts';
import { openApiDocument } from '../openapi/document.ts';

/** `npm run docs:openapi`: the description, and the types of the client that are made from it. */
const at = (path: string): URL => new URL(`../../../${path}`, import.meta.url);

writeFileSync(at('docs/schemas/openapi.json'), `${JSON.stringify(openApiDocument(), null, 2)}\n`);

writeFileSync(at('client/schema.ts'), await clientTypes());
