import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { BRAND } from '../../../sandbox/stack/config.ts';
import { parseConfig } from '../../../webhook/config/config.ts';
import type { Environment } from '../../../webhook/config/problem.ts';
import { runCli } from '../../support/clients/cli.ts';
import { createShiftedClock } from '../../support/service/shifted-clock.ts';

const folder = mkdtempSync(join(tmpdir(), 'setup-'));

const service = { clock: createShiftedClock(), databaseUrl: 'file:/nowhere/ledger.sqlite' };

afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
const newFile = (): string => join(folder, `${files++}`, '.env');

const read = (path: string): Environment => ({ ...parseEnv(readFileSync(path, 'utf8')) });

const init = (path: string, args: readonly string[], options = {}) =>
  runCli(service, ['init', '--out', path, ...args], options);

const JUMIO = [
  ['--jumio', 'emea-1', '--jumio-client-id', 'our-client', '--public-url', 'https://verify.example.com'],
  ['--kratos-public-url', 'https://auth.example.com', '--application-url', 'https://app.example.com/home'],
  ['--brand-name', 'Acme & Sons #1', '--support-address', 'help@example.com'],
  ['--privacy-url', 'https://www.example.com/privacy'],
].flat();

const CLIENT_SECRET = { JUMIO_CLIENT_SECRET: `it's "odd" #1` };

describe('init', () => {
  it('with the sandbox it asks nothing, and writes a .env that the service accepts, for its user alone', async () => {
    const path = newFile();
    expect(await init(path, ['--jumio', 'sandbox'])).toMatchObject({ code: 0, err: '', asked: [] });
    const config = parseConfig(read(path));
    expect(config).toMatchObject({ PORT: 3000, PUBLIC_URL: 'http://127.0.0.1:3000', JUMIO_CLIENT_ID: 'sandbox' });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('with the sandbox the brand is that of the demo’s application, unless another name or colour is said', async () => {
    const [demo, own] = [newFile(), newFile()];
    await init(demo, ['--jumio', 'sandbox']);
    expect(read(demo)).toMatchObject({ BRAND_NAME: BRAND.BRAND_NAME, BRAND_COLOR: BRAND.BRAND_COLOR });
    await init(own, ['--jumio', 'sandbox', '--brand-name', 'Acme']);
    expect(read(own)).toMatchObject({ BRAND_NAME: 'Acme', BRAND_COLOR: '' });
    writeFileSync(demo, 'BRAND_NAME=Harbour\nBRAND_COLOR=aa0000\n');
    await init(demo, ['--jumio', 'sandbox', '--force']);
    expect([read(demo).BRAND_COLOR, read(demo).BRAND_COLOR_DARK]).toEqual(['aa0000', undefined]);
  });

  it('each file has secrets of its own, and the terminal none of them', async () => {
    const [one, other] = [newFile(), newFile()];
    const { out, err } = await init(one, ['--jumio', 'sandbox']);
    await init(other, ['--jumio', 'sandbox']);
    const [first, second] = [read(one), read(other)];
    for (const name of ['ORY_WEBHOOK_SECRET', 'JUMIO_CALLBACK_SECRET']) {
      expect(first[name]).toMatch(/^[0-9a-f]{64}$/);
      expect(second[name]).not.toBe(first[name]);
      expect(out + err).not.toContain(first[name]);
    }
    expect(first.ORY_WEBHOOK_SECRET).not.toBe(first.JUMIO_CALLBACK_SECRET);
  });

  it('with a data centre it takes flags, and the client’s secret from the environment', async () => {
    const path = newFile();
    expect(await init(path, JUMIO, { env: CLIENT_SECRET })).toMatchObject({ code: 0 });
    expect(parseConfig(read(path))).toMatchObject({
      JUMIO_AUTH_URL: 'https://auth.emea-1.jumio.ai/oauth2/token',
      JUMIO_CLIENT_SECRET: CLIENT_SECRET.JUMIO_CLIENT_SECRET,
      BRAND_NAME: 'Acme & Sons #1',
      DEFAULT_RETURN_URL: 'https://app.example.com/home',
      ALLOWED_RETURN_URLS: [new URL('https://app.example.com')],
    });
  });

  it('without a terminal it names everything that is missing, and writes nothing', async () => {
    const path = newFile();
    const { code, err } = await init(path, ['--jumio', 'apac-1'], { env: { JUMIO_CLIENT_SECRET: '' } });
    expect(code).toBe(2);
    for (const name of ['--jumio-client-id', 'JUMIO_CLIENT_SECRET', '--public-url', '--privacy-url'])
      expect(err).toContain(name);
    expect(() => readFileSync(path)).toThrow('ENOENT');
    expect((await init(path, [])).err).toContain('--jumio sandbox, amer-1');
  });

  it('at a terminal it asks, and does not show the secret that is typed', async () => {
    const path = newFile();
    const answers = [
      'emea-1',
      'our-client',
      'a-secret-of-jumio',
      '',
      '',
      'https://auth.example.com',
      'https://verify.example.com',
      'https://app.example.com',
      'Acme',
      'help@example.com',
      'https://www.example.com/privacy',
    ];
    const { code, asked, hidden, err } = await init(path, [], {
      answers,
      env: { JUMIO_CLIENT_SECRET: '', ORY_API_KEY: '' },
    });
    expect([code, err]).toEqual([0, '']);
    expect(asked).toHaveLength(answers.length);
    expect(hidden.map((question) => /\(([A-Z_]+)\)/.exec(question)?.[1])).toEqual([
      'JUMIO_CLIENT_SECRET',
      'ORY_API_KEY',
    ]);
    expect(parseConfig(read(path))).toMatchObject({ BRAND_NAME: 'Acme', KRATOS_ADMIN_URL: 'http://127.0.0.1:4434' });
  });

  it('what the service would refuse is said, and nothing is written', async () => {
    const path = newFile();
    const { code, err } = await init(path, ['--jumio', 'sandbox', '--public-url', 'https://a.example.com/path']);
    expect([code, err]).toEqual([2, expect.stringContaining('PUBLIC_URL: expected scheme and host only')]);
    expect(() => readFileSync(path)).toThrow('ENOENT');
  });

  it('a file that exists stays as it is; with --force it is changed, and keeps what is not said anew', async () => {
    const path = newFile();
    await init(path, ['--jumio', 'sandbox']);
    writeFileSync(path, readFileSync(path, 'utf8').replace('GATE_MODE=enforce', 'GATE_MODE=shadow'));
    const before = read(path);
    expect(await init(path, ['--jumio', 'sandbox'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('--force'),
    });
    expect(read(path)).toEqual(before);
    expect(await init(path, ['--jumio', 'sandbox', '--brand-name', 'Other', '--force'])).toMatchObject({ code: 0 });
    expect(read(path)).toEqual({ ...before, BRAND_NAME: 'Other' });
  });

  const nothing = { JUMIO_CLIENT_SECRET: '', ORY_API_KEY: '' };

  /** A file of somebody who is in production, with a policy, a client and secrets of their own. */
  const production = (more = ''): string => {
    const path = newFile();
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.secret`, 'a-secret-from-a-file-of-its-own\n');
    writeFileSync(`${path}.policy`, 'version: 1\nrules:\n  - allow: { status: [approved] }\n');
    writeFileSync(
      path,
      `# Ours.
export JUMIO_AUTH_URL=https://auth.amer-1.jumio.ai/oauth2/token
JUMIO_API_BASE_URL=https://account.amer-1.jumio.ai
JUMIO_CLIENT_ID=production # the portal's
JUMIO_CLIENT_SECRET='production secret'
ORY_WEBHOOK_SECRET_FILE=${path}.secret
JUMIO_CALLBACK_SECRET="ours \u00e4 another long one"
KRATOS_ADMIN_URL=http://kratos:4434
KRATOS_PUBLIC_URL=https://auth.example.com
PUBLIC_URL=https://verify.example.com
DEFAULT_RETURN_URL=
BRAND_NAME=Acme
SUPPORT_ADDRESS=help@example.com
PRIVACY_URL=https://www.example.com/privacy
HTTPS_PROXY=http://proxy:3128
NODE_EXTRA_CA_CERTS=/etc/ca.pem
TEXTS='
# No comment: BRAND_NAME=Other
'
GATE_MODE=shadow
${more}`,
    );
    return path;
  };

  it('--force changes the lines that are said anew and no other: names of other programs, files and comments stay', async () => {
    const path = production();
    const before = readFileSync(path, 'utf8');
    const result = await init(path, ['--force', '--yes', '--brand-name', 'Other'], { env: nothing });
    expect(result).toMatchObject({ code: 0, err: '', asked: [] });
    expect(readFileSync(path, 'utf8')).toBe(before.replace('BRAND_NAME=Acme', 'BRAND_NAME=Other'));
    expect(readFileSync(`${path}.bak`, 'utf8')).toBe(before);
    expect(statSync(`${path}.bak`).mode & 0o777).toBe(0o600);
    expect(result.out).toContain(`${path}.bak`);
    await init(path, ['--force', '--yes', '--brand-name', 'Third'], { env: nothing });
    expect(readFileSync(`${path}.bak`, 'utf8')).toBe(before);
    expect(readFileSync(`${path}.bak.1`, 'utf8')).toContain('BRAND_NAME=Other');
  });

  it('a policy in a file stays the policy', async () => {
    const path = production('POLICY_FILE=POLICY\n');
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace('=POLICY\n', `=${resolve('docs/examples/policy.strict.yaml')}\n`),
    );
    const policy = parseConfig(read(path)).policy;
    expect(await init(path, ['--force', '--yes', '--brand-name', 'Other'], { env: nothing })).toMatchObject({
      code: 0,
    });
    expect(parseConfig(read(path)).policy).toEqual(policy);
    expect(parseConfig({ ...read(path), POLICY_FILE: '' }).policy).not.toEqual(policy);
  });

  it('a variable in a file of its own gets no value beside it', async () => {
    const path = production();
    writeFileSync(path, readFileSync(path, 'utf8').replace('BRAND_NAME=Acme', `BRAND_NAME_FILE=${path}.secret`));
    const before = readFileSync(path, 'utf8');
    expect(await init(path, ['--force', '--yes'], { env: nothing })).toMatchObject({ code: 0 });
    expect(readFileSync(path, 'utf8')).toBe(before);
    const refused = await init(path, ['--force', '--yes', '--brand-name', 'Other'], { env: nothing });
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('BRAND_NAME_FILE is set') });
  });

  it.each([
    ['nothing is asked', ['--yes'], {}],
    ['there is no terminal', [], {}],
    ['every answer is an empty line', [], { answer: '' }],
  ])('Jumio stays where it is, with its client, where %s', async (_name, args, options) => {
    const path = production();
    const before = readFileSync(path, 'utf8');
    expect(await init(path, ['--force', ...args], { ...options, env: nothing })).toMatchObject({ code: 0 });
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  it('an address that is no data centre’s stays too', async () => {
    const path = production();
    const text = readFileSync(path, 'utf8').replace(
      'https://account.amer-1.jumio.ai',
      'https://jumio.gateway.internal',
    );
    writeFileSync(path, text);
    expect(await init(path, ['--force', '--yes', '--brand-name', 'Other'], { env: nothing })).toMatchObject({
      code: 0,
    });
    expect(read(path)).toMatchObject({
      JUMIO_API_BASE_URL: 'https://jumio.gateway.internal',
      JUMIO_CLIENT_ID: 'production',
    });
  });

  it('the sandbox takes the place of a client of Jumio only where the flag says so', async () => {
    const path = production();
    const before = read(path);
    const typed = await init(path, ['--force'], { answers: ['sandbox'] });
    expect(typed).toMatchObject({ code: 2, err: expect.stringContaining('--jumio sandbox replaces it') });
    expect(read(path)).toEqual(before);
    expect(await init(path, ['--force', '--yes', '--jumio', 'sandbox'])).toMatchObject({ code: 0 });
    expect(read(path)).toMatchObject({ JUMIO_CLIENT_ID: 'sandbox', JUMIO_API_BASE_URL: 'http://127.0.0.1:4010' });
  });

  it('the sandbox’s client does not become one of Jumio', async () => {
    const path = newFile();
    await init(path, ['--jumio', 'sandbox']);
    const env = { JUMIO_CLIENT_SECRET: 'sandbox-secret' };
    const { code, err } = await init(path, ['--force', '--jumio', 'emea-1'], { env });
    expect([code, err]).toEqual([2, expect.stringContaining('--jumio-client-id')]);
    expect(err).toContain('JUMIO_CLIENT_SECRET');
  });

  it('a value is read back as it was said, or refused', async () => {
    const path = newFile();
    const odd = 'A\\nB "and" #1';
    expect(await init(path, ['--jumio', 'sandbox', '--brand-name', odd])).toMatchObject({ code: 0 });
    expect(read(path).BRAND_NAME).toBe(odd);
    for (const name of [`'"\``, `it's \` "x"`]) {
      const refused = await init(path, ['--jumio', 'sandbox', '--force', '--brand-name', name]);
      expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('BRAND_NAME: expected a value that') });
    }
    expect(read(path).BRAND_NAME).toBe(odd);
  });

  it('a variable that is emptied stays empty', async () => {
    const path = newFile();
    await init(path, ['--jumio', 'sandbox']);
    writeFileSync(path, readFileSync(path, 'utf8').replace(/^(PORT|PRIVACY_URL|ALLOWED_RETURN_URLS)=.*$/gm, '$1='));
    const before = read(path);
    expect(await init(path, ['--force', '--yes'], { env: nothing })).toMatchObject({ code: 0 });
    expect(read(path)).toEqual(before);
  });
});

describe('kratos-config', () => {
  const write = (...args: readonly string[]) =>
    runCli(service, ['kratos-config', ...args], {
      env: { PUBLIC_URL: 'https://verify.example.com', KRATOS_PUBLIC_URL: 'https://auth.example.com' },
    });

  it('writes the file and its templates, prints no secret, and replaces nothing without --force', async () => {
    const out = join(folder, 'kratos', 'ory-actions.yaml');
    const first = await write('--out', out);
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toContain(`kratos serve -c <your kratos.yaml> -c ${out}`);
    const text = readFileSync(out, 'utf8');
    const secret = /value: "(.+)"/.exec(text)?.[1] ?? '';
    expect([secret.length > 15, first.out.includes(secret)]).toEqual([true, false]);
    expect(readFileSync(join(folder, 'kratos/jsonnet/validate-recovery.jsonnet'), 'utf8')).toContain('function(ctx)');
    expect(await write('--out', out, '--inline')).toMatchObject({ code: 1, err: expect.stringContaining(out) });
    expect(readFileSync(out, 'utf8')).toBe(text);
    expect(await write('--out', out, '--inline', '--force')).toMatchObject({ code: 0 });
    expect(statSync(out).mode & 0o777).toBe(0o600);
    expect(readFileSync(out, 'utf8')).toContain('base64://');
  });

  it.each([
    [[], '--out'],
    [['--out', 'x', '--inline', '--jsonnet-dir', '/a'], 'there is no --jsonnet-dir'],
    [['--out', 'x', '--service-url', 'bridge'], 'Expected an http or https URL'],
    [['--out', 'x', '--jsonnet-dir', 'jsonnet'], 'Expected an absolute path'],
    [['--out', 'x', '--merge', '/nowhere.yml'], '/nowhere.yml: ENOENT'],
  ])('%s is refused: %s', async (args, message) => {
    expect(await write(...args)).toMatchObject({ code: 2, err: expect.stringContaining(message) });
  });

  it('without PUBLIC_URL it says what is missing', async () => {
    const { code, err } = await runCli(service, ['kratos-config', '--out', 'x'], {
      env: { PUBLIC_URL: '', HANDOVER_SECRET: '' },
    });
    expect([code, err]).toEqual([2, expect.stringContaining('PUBLIC_URL is not set')]);
  });
});
