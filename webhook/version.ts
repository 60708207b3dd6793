import { readFileSync } from 'node:fs';

/** The version in a text of `package.json`; `unknown` where it has none. */
function versionIn(text: string): string {
  const parsed: unknown = JSON.parse(text);
  const isNamed = typeof parsed === 'object' && parsed !== null && 'version' in parsed;
  return isNamed && typeof parsed.version === 'string' ? parsed.version : 'unknown';
}

/** The version of this program. It is in one place, `package.json`, which lies beside `webhook/` and beside `dist/`. */
export const VERSION = versionIn(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** The program and its version, for the log and for `--version`. */
export const PROGRAM = `kratos-jumio-bridge ${VERSION}`;
