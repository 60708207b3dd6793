import { writeFileSync } from 'node:fs';
import { generatedFiles, renderMixin } from '../monitoring/mixin.ts';

/** `npm run docs:monitoring`. */
for (const [path, text] of Object.entries(generatedFiles(renderMixin())))
  writeFileSync(new URL(`../../../${path}`, import.meta.url), text);
