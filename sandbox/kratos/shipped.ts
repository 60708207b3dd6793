import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the Jsonnet templates that an operator gives to Kratos. */
export const JSONNET_DIR = fileURLToPath(new URL('../../jsonnet', import.meta.url));

/** The text of the ory-actions.yaml that is shipped, placeholders unfilled. */
export function readShippedActions(): string {
  return readFileSync(new URL('../../ory-actions.yaml', import.meta.url), 'utf8');
}

/** The bytes of one of the shipped templates, by its file name. */
export function readShippedTemplate(fileName: string): Uint8Array {
  return readFileSync(join(JSONNET_DIR, fileName));
}
