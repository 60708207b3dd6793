import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { send } from '../../../sandbox/kratos/client/loopback.ts';
import { kratosEnvironment } from '../../../sandbox/kratos/real/binary.ts';
import { freePort } from '../../../sandbox/kratos/real/ports.ts';
import { programArguments } from '../../../sandbox/stack/program.ts';
import { eventually } from './world.ts';

/** The ports of a quickstart of its own. */
export interface Ports {
  readonly kratos: number;
  readonly admin: number;
  readonly ui: number;
  readonly service: number;
  readonly jumio: number;
}

export async function newPorts(): Promise<Ports> {
  const taken = new Set<number>();
  while (taken.size < 5) taken.add(await freePort());
  const [kratos = 0, admin = 0, ui = 0, service = 0, jumio = 0] = taken;
  return { kratos, admin, ui, service, jumio };
}

/** A temporary folder, until the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'quickstart-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const trait = (title: string, more: object = {}) => ({ type: 'string', title, ...more });

const identitySchema = {
  $id: 'https://example.invalid/person.schema.json',
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Person',
  type: 'object',
  properties: {
    traits: {
      type: 'object',
      properties: {
        email: trait('E-Mail', {
          format: 'email',
          'ory.sh/kratos': {
            credentials: { password: { identifier: true } },
            verification: { via: 'email' },
            recovery: { via: 'email' },
          },
        }),
        name: { type: 'object', properties: { first: trait('First name'), last: trait('Last name') } },
      },
      required: ['email'],
      additionalProperties: false,
    },
  },
};

/**
 * Writes a configuration with the methods, flows and hooks of Kratos' own quickstart for e-mail and password
 * (contrib/quickstart of its repository), on these ports. Returns its path.
 */
export function writeQuickstart(folder: string, { kratos, admin, ui }: Ports): string {
  const uiUrl = `http://127.0.0.1:${ui}`;
  writeFileSync(join(folder, 'identity.schema.json'), JSON.stringify(identitySchema));
  const page = (name: string) => ({ ui_url: `${uiUrl}/${name}` });
  const config = {
    version: 'v0.13.0',
    dsn: 'memory',
    serve: {
      public: { base_url: `http://127.0.0.1:${kratos}/`, port: kratos, host: '127.0.0.1', cors: { enabled: true } },
      admin: { base_url: `http://127.0.0.1:${admin}/`, port: admin, host: '127.0.0.1' },
    },
    selfservice: {
      default_browser_return_url: `${uiUrl}/welcome`,
      allowed_return_urls: [uiUrl],
      methods: {
        password: { enabled: true, config: { haveibeenpwned_enabled: false } },
        totp: { config: { issuer: 'Kratos' }, enabled: true },
        lookup_secret: { enabled: true },
        link: { enabled: true },
        code: { enabled: true },
      },
      flows: {
        error: page('error'),
        settings: { ...page('settings'), privileged_session_max_age: '15m', required_aal: 'highest_available' },
        recovery: { enabled: true, ...page('recovery'), use: 'code' },
        verification: {
          enabled: true,
          ...page('verification'),
          use: 'code',
          after: { default_browser_return_url: `${uiUrl}/welcome` },
        },
        logout: { after: { default_browser_return_url: `${uiUrl}/login` } },
        login: { ...page('login'), lifespan: '10m' },
        registration: {
          lifespan: '10m',
          ...page('registration'),
          after: { password: { hooks: [{ hook: 'session' }, { hook: 'show_verification_ui' }] } },
        },
      },
    },
    secrets: { cookie: ['sandbox-only-cookie-secret-00000'], cipher: ['sandbox-only-cipher-secret-00000'] },
    ciphers: { algorithm: 'xchacha20-poly1305' },
    hashers: { algorithm: 'bcrypt', bcrypt: { cost: 4 } },
    identity: {
      default_schema_id: 'default',
      schemas: [{ id: 'default', url: `file://${join(folder, 'identity.schema.json')}` }],
    },
    courier: { smtp: { connection_uri: 'smtp://127.0.0.1:1/?disable_starttls=true' } },
    feature_flags: { use_continue_with_transitions: true },
  };
  const path = join(folder, 'kratos.yml');
  writeFileSync(path, `# The operator's own words.\n${stringify(config)}`);
  return path;
}

export type Variables = Readonly<Record<string, string>>;

/** Runs a command of the operator in a folder, with the `.env` in it and these variables. */
export async function cli(folder: string, args: readonly string[], env: Variables = {}) {
  const { PATH, HOME } = process.env;
  const flags = [...programArguments('webhook/cli/main', ['sandbox/stack/preload/loopback']), ...args];
  const child = spawn(process.execPath, flags, { cwd: folder, env: { PATH, HOME, ...env } });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
  child.stdin.end();
  const [code] = await once(child, 'close');
  return { code, out, err };
}

/** Starts a program until the test ends, and waits until an address answers 200. */
async function started(
  program: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
  url: string,
): Promise<void> {
  const [file = '', ...args] = program;
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  onTestFinished(async () => {
    if (child.exitCode !== null) return;
    const ended = once(child, 'close');
    child.kill('SIGTERM');
    await ended;
  });
  await eventually(async () => {
    expect(child.exitCode, output.slice(-2_000)).toBeNull();
    expect((await send({ method: 'GET', url })).status).toBe(200);
  });
}

/** Starts one of our programs with the `.env` of a folder, as `npm start` and `npm run app` do. */
export function startProgram(name: string, folder: string, env: Variables, url: string): Promise<void> {
  const { PATH, HOME } = process.env;
  const program = [process.execPath, ...programArguments(name, ['sandbox/stack/preload/loopback'])];
  return started(program, folder, { PATH, HOME, ...env }, url);
}

/** Starts a real Kratos with one file, as its quickstart does. */
export function startKratosWith(binary: string, file: string, { admin }: Pick<Ports, 'admin'>): Promise<void> {
  const url = `http://127.0.0.1:${admin}/admin/health/ready`;
  return started([binary, 'serve', '--dev', '-c', file], tmpdir(), kratosEnvironment, url);
}
