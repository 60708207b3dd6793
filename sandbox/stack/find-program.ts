import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface Wanted {
  /** In the order in which they are liked. */
  readonly names: readonly string[];
  /** The variable that names it by its path. */
  readonly variable: string;
  /** Where it is looked for besides the PATH. */
  readonly folders?: readonly string[];
}

/** The path of a program: its variable, else the first there is. A variable that names no program throws. */
export function findProgram(
  { names, variable, folders = [] }: Wanted,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const named = env[variable];
  if (named) {
    accessSync(named, constants.X_OK);
    return named;
  }
  const places = [...(env.PATH ?? '').split(delimiter), ...folders];
  return places.flatMap((folder) => names.map((name) => join(folder, name))).find(isProgram);
}
