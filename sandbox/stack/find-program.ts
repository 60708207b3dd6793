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

/** How a program is found. */
export interface ProgramQuery {
  /** In order of preference. */
  readonly names: readonly string[];
  /** The environment variable that may hold its path. */
  readonly variable: string;
  /** Folders to search after the PATH. */
  readonly folders?: readonly string[];
}

/** The path of a program: from its variable, else the first one found; undefined without one. A variable that names no program throws. */
export function findProgram(
  { names, variable, folders = [] }: ProgramQuery,
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
