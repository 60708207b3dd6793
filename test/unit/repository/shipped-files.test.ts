import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { variableNames } from '../../../webhook/config/config.ts';

const TOP = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, TOP), 'utf8');
const has = (path: string): boolean => existsSync(new URL(path, TOP));

/** The values of a key that may come several times. */
function valuesOf(unit: string, key: string): string[] {
  return [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) => value);
}

describe('the systemd unit (read as text)', () => {
  const unit = read('docs/examples/systemd/kratos-jumio-bridge.service');
  const server = read('webhook/server.ts');

  it('starts the compiled service with Node itself, as a user of its own', () => {
    const { scripts } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read('package.json')));
    const [start = ''] = valuesOf(unit, 'ExecStart');
    expect(start.replace('/usr/bin/', '').replace('/opt/kratos-jumio-bridge/', '')).toBe(scripts['start:prod']);
    expect(valuesOf(unit, 'User')).toEqual(['kratos-jumio-bridge']);
  });

  it('sets only variables that are read, and keeps the ledger in its state directory', () => {
    const pairs = valuesOf(unit, 'Environment').map((pair) => pair.split('='));
    const names = pairs.map(([name = '']) => name).filter((name) => name !== 'NODE_ENV');
    expect(names).toEqual(['DATABASE_URL']);
    expect(names.filter((name) => !variableNames.includes(name))).toEqual([]);
    const [state] = valuesOf(unit, 'StateDirectory');
    const url = `file:/var/lib/${state}/ledger.sqlite`;
    expect(pairs).toContainEqual(['DATABASE_URL', url]);
    // The command in its head opens the same ledger.
    expect(unit.match(/DATABASE_URL=\S+/g)).toEqual([`DATABASE_URL=${url}`, `DATABASE_URL=${url}`]);
  });

  it('stops it by SIGTERM and gives it the time to stop', () => {
    const longest = Number(/SHUTDOWN_MS = (\d+)_000/.exec(server)?.[1]);
    expect(valuesOf(unit, 'KillSignal')).toEqual(['SIGTERM']);
    expect(Number(valuesOf(unit, 'TimeoutStopSec')[0])).toBeGreaterThan(longest);
  });

  it('lets it write nothing else, and lets V8 compile', () => {
    expect(valuesOf(unit, 'ProtectSystem')).toEqual(['strict']);
    expect(valuesOf(unit, 'ReadWritePaths')).toEqual([]);
    expect(valuesOf(unit, 'MemoryDenyWriteExecute')).toEqual([]);
  });
});

const workflow = z.object({
  permissions: z.object({ contents: z.literal('read') }),
  jobs: z.record(
    z.string(),
    z.object({
      strategy: z.object({ matrix: z.object({ node: z.array(z.string()) }) }).optional(),
      steps: z.array(z.object({ run: z.string().optional(), uses: z.string().optional() }).loose()),
    }),
  ),
});

describe('the workflow (read as text)', () => {
  const { jobs } = workflow.parse(parse(read('.github/workflows/ci.yaml')));

  it('calls .ci/run, which can be executed', () => {
    expect(jobs.gate?.steps.map(({ run }) => run)).toContain('.ci/run');
    expect(() => accessSync(new URL('.ci/run', TOP), constants.X_OK)).not.toThrow();
  });

  it('runs on the Node versions that the README names, the oldest as in .nvmrc', () => {
    const versions = jobs.gate?.strategy?.matrix.node ?? [];
    const named = /\((\d+), (\d+) and (\d+) are tried\)/.exec(read('README.md'))?.slice(1);
    expect(versions.map((version) => version.split('.')[0])).toEqual(named);
    expect(versions[0]).toBe(read('.nvmrc').trim());
  });

  it('starts parts that compose.yaml has', () => {
    const { services } = z
      .object({ services: z.record(z.string(), z.unknown()) })
      .parse(parse(read('compose.yaml'), { merge: true }));
    const commands = (jobs.containers?.steps ?? []).map(({ run = '' }) => run).join('\n');
    const started = /--wait-timeout \d+ (.*)$/m.exec(commands)?.[1]?.split(' ') ?? [];
    expect(started).toContain('service');
    expect(started.filter((name) => !Object.hasOwn(services, name))).toEqual([]);
  });
});

const form = z.object({
  name: z.string().min(1),
  description: z.string().min(1),
  labels: z.array(z.string()),
  body: z.array(
    z.discriminatedUnion('type', [
      z.strictObject({ type: z.literal('markdown'), attributes: z.strictObject({ value: z.string() }) }),
      z.strictObject({
        type: z.enum(['textarea', 'input', 'checkboxes']),
        id: z.string().regex(/^[\w-]+$/),
        attributes: z.object({ label: z.string().min(1) }).loose(),
        validations: z.strictObject({ required: z.boolean() }).optional(),
      }),
    ]),
  ),
});

describe('the forms of issues', () => {
  it.each(['bug', 'feature'])('%s.yml is a form as GitHub takes it', (name) => {
    const { body } = form.parse(parse(read(`.github/ISSUE_TEMPLATE/${name}.yml`)));
    const ids = body.flatMap((field) => ('id' in field ? [field.id] : []));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('a vulnerability has no form', () => {
    const config = z.object({ blank_issues_enabled: z.literal(false), contact_links: z.array(z.unknown()).min(1) });
    expect(() => config.parse(parse(read('.github/ISSUE_TEMPLATE/config.yml')))).not.toThrow();
  });
});

describe('what a stranger looks for', () => {
  it.each([
    'README.md',
    'LICENSE',
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'CODE_OF_CONDUCT.md',
    'SECURITY.md',
    '.editorconfig',
  ])('there is a %s', (file) => expect(read(file).length).toBeGreaterThan(100));

  it.each(['CHANGELOG.md', 'CONTRIBUTING.md', 'CODE_OF_CONDUCT.md', 'SECURITY.md'])('%s has no broken link', (file) => {
    const linked = [...read(file).matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(([, path = '']) => path);
    expect(linked.filter((path) => !has(path))).toEqual([]);
  });

  it('.editorconfig agrees with the formatter', () => {
    const { formatter } = z
      .object({ formatter: z.object({ indentStyle: z.string(), lineWidth: z.number() }) })
      .parse(JSON.parse(read('biome.json')));
    expect(read('.editorconfig')).toContain(`indent_style = ${formatter.indentStyle}`);
    expect(read('.editorconfig')).toContain(`max_line_length = ${formatter.lineWidth}`);
  });

  it('CHANGELOG.md has the version of package.json', () => {
    const { version } = z.object({ version: z.string() }).parse(JSON.parse(read('package.json')));
    expect(read('CHANGELOG.md')).toContain(`## [${version}]`);
    expect(read('docs/deployment.md')).toContain(`kratos-jumio-bridge-${version}.tgz`);
  });
});
