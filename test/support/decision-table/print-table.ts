import { writeFileSync } from 'node:fs';
import { tableText } from './table-text.ts';

/** `npm run docs:table`. */
const file = new URL('../../../docs/table.md', import.meta.url);

writeFileSync(file, await tableText());
