import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { ConfigError } from './problem.ts';

/** Beside `server.ts`, also for the compiled program: `dist/` lies beside `webhook/`. */
const BESIDE_SERVER = fileURLToPath(new URL('../../webhook/.env', import.meta.url));

/** Which `.env` files there were, by their paths. */
export interface EnvFiles {
  readonly read: readonly string[];
  readonly missing: readonly string[];
}

/** The environment of a process, which is added to. */
type OwnEnvironment = Record<string, string | undefined>;

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
}

/** The text of a file; undefined: there is none. An operator who wrote one counts on it, so any other failure is an error. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const seen = codeOf(error);
    if (seen === 'ENOENT' || seen === 'ENOTDIR') return undefined;
    const expected = 'a file that this process can read, or none (NO_ENV_FILE=1 ignores it)';
    throw new ConfigError([{ name: path, expected, seen }]);
  }
}

/** The other way to give the same variable: its value, or a file that holds it. */
function twinOf(name: string): string {
  return name.endsWith('_FILE') ? name.slice(0, -'_FILE'.length) : `${name}_FILE`;
}

/** Adds what an environment lacks; a variable that is given by its twin is not lacking. */
function add(env: OwnEnvironment, text: string): void {
  const before = { ...env };
  for (const [name, value] of Object.entries(parseEnv(text)))
    if (before[name] === undefined && !before[twinOf(name)] && typeof value === 'string') env[name] = value;
}

/**
 * Adds the variables of `.env` to an environment: of the one in the working directory, then of the one beside `server.ts`.
 * What is set already wins, so the shell wins over both. With `NO_ENV_FILE` none is read.
 * @throws ConfigError for a file that exists and cannot be read
 */
export function addEnvFiles(
  env: OwnEnvironment,
  places: readonly string[] = [join(process.cwd(), '.env'), BESIDE_SERVER],
): EnvFiles {
  const files = { read: [] as string[], missing: [] as string[] };
  if (env.NO_ENV_FILE) return files;
  for (const path of new Set(places)) {
    const text = textOf(path);
    if (text !== undefined) add(env, text);
    files[text === undefined ? 'missing' : 'read'].push(path);
  }
  return files;
}

/** Says where the variables came from, for a message about a wrong one. */
export function sayEnvFiles({ read, missing }: EnvFiles): string {
  if (read.length > 0) return `Read: the environment, then ${read.join(', then ')}. What comes first wins.`;
  if (missing.length > 0) return `Read: the environment alone, because there is no ${missing.join(' and no ')}.`;
  return 'Read: the environment alone, because NO_ENV_FILE is set.';
}
