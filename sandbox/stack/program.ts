import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Names a folder that holds our programs bundled, each under its path; a test run sets it. */
export const PROGRAMS_VARIABLE = 'BUNDLED_PROGRAMS';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * The arguments with which Node starts one of our programs: bundled where there are bundles, else by tsx as `npm start`
 * does. A bundle starts in a third of the time.
 * @param program path of its main file from the root of the repository, without extension
 * @param preloaded files of ours that run before it, named in the same way
 */
export function programArguments(
  program: string,
  preloaded: readonly string[] = [],
  { [PROGRAMS_VARIABLE]: bundles }: Readonly<Record<string, string | undefined>> = process.env,
): string[] {
  const file = (name: string): string => (bundles ? join(bundles, `${name}.js`) : join(ROOT, `${name}.ts`));
  const imports = [...(bundles ? [] : ['tsx']), ...preloaded.map((name) => pathToFileURL(file(name)).href)];
  return [...imports.flatMap((specifier) => ['--import', specifier]), file(program)];
}
