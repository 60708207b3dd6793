import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { parseConfig } from '../config/config.ts';
import { ConfigError } from '../config/problem.ts';
import { secrets, signingSecrets } from '../config/secrets.ts';

/** The values of a `.env` file, by name. */
export type EnvironmentValues = Readonly<Record<string, string>>;

/** The data centres of Jumio, as they are in its host names. */
export const DATA_CENTRES = ['amer-1', 'emea-1', 'apac-1'] as const;

/** Where Jumio is: one of its data centres, or the sandbox of this repository. */
export type JumioPlace = (typeof DATA_CENTRES)[number] | 'sandbox';

/** The sandbox as `npm run sandbox` starts it. */
const SANDBOX: EnvironmentValues = {
  JUMIO_AUTH_URL: 'http://127.0.0.1:4010/oauth2/token',
  JUMIO_API_BASE_URL: 'http://127.0.0.1:4010',
  JUMIO_CLIENT_ID: 'sandbox',
  JUMIO_CLIENT_SECRET: 'sandbox-secret',
};

/** Returns the variables that say where Jumio is; with the sandbox the client's too. */
export function jumioVariables(place: JumioPlace): EnvironmentValues {
  if (place === 'sandbox') return SANDBOX;
  return {
    JUMIO_AUTH_URL: `https://auth.${place}.jumio.ai/oauth2/token`,
    JUMIO_API_BASE_URL: `https://account.${place}.jumio.ai`,
  };
}

/**
 * Returns where Jumio is, by JUMIO_API_BASE_URL: `other` for an address that is none of the known ones, e.g. a gateway's,
 * or that is in a file of its own; undefined where nothing is said.
 */
export function jumioPlaceOf(values: EnvironmentValues): JumioPlace | 'other' | undefined {
  const url = values.JUMIO_API_BASE_URL;
  if (!url) return values.JUMIO_API_BASE_URL_FILE ? 'other' : undefined;
  if (url === SANDBOX.JUMIO_API_BASE_URL) return 'sandbox';
  return DATA_CENTRES.find((place) => url === jumioVariables(place).JUMIO_API_BASE_URL) ?? 'other';
}

/** Whether the client is the sandbox's, or none. */
export function hasSandboxClient({ JUMIO_CLIENT_ID: id, JUMIO_CLIENT_ID_FILE: file }: EnvironmentValues): boolean {
  return !file && (!id || id === SANDBOX.JUMIO_CLIENT_ID || isPlaceholder(id));
}

/** Whether a value is one of .env.example, to be filled in. */
function isPlaceholder(value: string): boolean {
  return value.startsWith('change-me');
}

/** Returns new secrets for those by which callers are authenticated, except those that there are, or that are in a file of their own. */
export function newCallerSecrets(before: EnvironmentValues): EnvironmentValues {
  const rules = { ORY_WEBHOOK_SECRET: secrets(), JUMIO_CALLBACK_SECRET: signingSecrets() };
  const lacking = Object.entries(rules).filter(
    ([name, rule]) => !before[`${name}_FILE`] && !rule.safeParse(before[name]).success,
  );
  return Object.fromEntries(lacking.map(([name]) => [name, randomBytes(32).toString('hex')]));
}

/** Parses a `.env` as the service does. */
export function environmentOf(text: string): EnvironmentValues {
  const entries = Object.entries(parseEnv(text));
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** A variable with its value, which may have several lines between its quotes. */
const ASSIGNMENT = /^[^\S\n]*(?:export\s+)?(\w+)[^\S\n]*=[^\S\n]*(?:(["'`])[\s\S]*?\2.*|.*)$/gm;

function problem(name: string, seen: string): ConfigError {
  return new ConfigError([{ name, expected: 'a value that a .env file can hold', seen }]);
}

/** The line of a variable, quoted where its value is more than plain characters. @throws ConfigError where no quotes keep it */
function lineOf(name: string, value: string): string {
  const quoted = ["'", '`', '"'].map((quote) => `${quote}${value}${quote}`);
  const forms = /^[\w:/.,@%+=-]*$/.test(value) ? [value] : quoted;
  const form = forms.find((each) => environmentOf(`${name}=${each}`)[name] === value);
  if (form === undefined) throw problem(name, 'quotes of each kind, or another text that would be read back changed');
  return `${name}=${form}`;
}

/** Of several lines with one name the last one counts. */
function withVariable(text: string, name: string, value: string): string {
  const line = lineOf(name, value);
  const found = [...text.matchAll(ASSIGNMENT)].findLast(([, each]) => each === name);
  if (found === undefined) return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`;
  return text.slice(0, found.index) + line + text.slice(found.index + found[0].length);
}

/**
 * Returns the text of a `.env` with these values in it: each other line, a comment too, stays as it is.
 * @throws ConfigError where the service could not start with it, or where it would not be read back as it was meant
 */
export function changedEnvironment(before: string, values: EnvironmentValues): string {
  const present = environmentOf(before);
  const changes = Object.entries(values).filter(([name, value]) => (present[name] ?? '') !== value);
  const text = changes.reduce((all, [name, value]) => withVariable(all, name, value), before);
  const [after, meant] = [environmentOf(text), { ...present, ...Object.fromEntries(changes) }];
  const wrong = Object.keys({ ...after, ...meant }).find((name) => after[name] !== meant[name]);
  if (wrong !== undefined) throw problem(wrong, 'a file in which it would be read back changed; write it by hand');
  parseConfig(after);
  return text;
}

/** Returns what a new `.env` is made of: .env.example, with each variable and its description. Its placeholders are empty. */
export function emptyEnvironment(): string {
  return readFileSync(new URL('../../.env.example', import.meta.url), 'utf8')
    .replace(/^#.*\n\n/, '# Written by `init`. It holds secrets: only the user who runs the service may read it.\n\n')
    .replace(/^(\w+)=change-me.*$/gm, '$1=');
}
