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
  readonly hidden: readonly HiddenVariables[];
}

/** Variables of a `.env` that do not apply, because an earlier `.env` gives them another value. */
export interface HiddenVariables {
  readonly path: string;
  readonly names: readonly string[];
  /** The files that win. */
  readonly by: readonly string[];
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

/** Adds what an environment lacks; a variable that is given by its twin is not lacking. Returns the names that were added. */
function add(env: OwnEnvironment, text: string): string[] {
  const before = { ...env };
  const added: string[] = [];
  for (const [name, value] of Object.entries(parseEnv(text))) {
    if (before[name] !== undefined || before[twinOf(name)] || typeof value !== 'string') continue;
    env[name] = value;
    added.push(name);
  }
  return added;
}

/** What of a file an earlier file hides. What the shell hides is meant, and an empty value says nothing. */
function hiddenIn(path: string, text: string, env: OwnEnvironment, sources: ReadonlyMap<string, string>) {
  const hidden = Object.entries(parseEnv(text)).flatMap(([name, value]) => {
    const by = sources.get(name) ?? sources.get(twinOf(name));
    return value && env[name] !== value && by !== undefined && by !== path ? [{ name, by }] : [];
  });
  if (hidden.length === 0) return [];
  return [{ path, names: hidden.map(({ name }) => name), by: [...new Set(hidden.map(({ by }) => by))] }];
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
  const files = { read: [] as string[], missing: [] as string[], hidden: [] as HiddenVariables[] };
  if (env.NO_ENV_FILE) return files;
  const sources = new Map<string, string>();
  for (const path of new Set(places)) {
    const text = textOf(path);
    files[text === undefined ? 'missing' : 'read'].push(path);
    if (text === undefined) continue;
    for (const name of add(env, text)) sources.set(name, path);
    files.hidden.push(...hiddenIn(path, text, env, sources));
  }
  return files;
}

/** Says which variables of a `.env` do not apply, and why: one sentence for each file. Never a value. */
export function sayHidden({ hidden }: EnvFiles): string[] {
  return hidden.map(
    ({ path, names, by }) =>
      `In ${path} these do not apply, because ${by.join(' and ')} has another value: ${names.join(', ')}.`,
  );
}

/** Says where the variables came from. */
export function sayEnvFiles({ read, missing }: EnvFiles): string {
  if (read.length > 0) return `Read: the environment, then ${read.join(', then ')}. What comes first wins.`;
  if (missing.length > 0) return `Read: the environment alone, because there is no ${missing.join(' and no ')}.`;
  return 'Read: the environment alone, because NO_ENV_FILE is set.';
}
