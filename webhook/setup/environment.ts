import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { parseConfig } from '../config/config.ts';
import { secrets } from '../config/secrets.ts';

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

/** Returns the secrets that callers are authenticated by: those that are there already and usable, else new ones. */
export function callerSecrets(before: EnvironmentValues): EnvironmentValues {
  const names = ['ORY_WEBHOOK_SECRET', 'JUMIO_CALLBACK_SECRET'];
  const usable = (value: string | undefined): boolean => secrets().safeParse(value).success;
  return Object.fromEntries(
    names.map((name) => [name, usable(before[name]) ? (before[name] ?? '') : randomBytes(32).toString('hex')]),
  );
}

/** A value as `parseEnv` reads it back: quoted where it holds more than plain characters. */
function quoted(value: string): string {
  if (/^[\w:/.,@%+=-]*$/.test(value)) return value;
  const quote = ["'", '"', '`'].find((each) => !value.includes(each)) ?? "'";
  return `${quote}${value}${quote}`;
}

function readExample(): string {
  return readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');
}

/**
 * Returns the text of a `.env`: the shipped .env.example, with each variable and its description, and these values.
 * Its placeholders are empty where there is no value.
 * @throws ConfigError where the service could not start with it
 */
export function environmentText(values: EnvironmentValues): string {
  const lines = readExample()
    .replace(/^#.*\n\n/, '# Written by `init`. It holds secrets: only the user who runs the service may read it.\n\n')
    .split('\n')
    .map((line) => {
      const [, name = '', example = ''] = /^([A-Z_]+)=(.*)$/.exec(line) ?? [];
      if (name === '') return line;
      return `${name}=${quoted(values[name] ?? (example.startsWith('change-me') ? '' : example))}`;
    });
  const text = lines.join('\n');
  parseConfig(parseEnv(text));
  return text;
}
