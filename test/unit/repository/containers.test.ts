import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readEnvironment } from '../../../sandbox/jumio/environment.ts';
import { filledActions } from '../../../sandbox/kratos/config/actions.ts';
import { identitySchema } from '../../../sandbox/kratos/config/identity-schema.ts';
import { parseConfig, variableNames } from '../../../webhook/config/config.ts';
import { copyOf, instructionsFor, namesOf, stagesOf } from '../../support/repository/dockerfile.ts';

const TOP = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, TOP), 'utf8');
const has = (path: string): boolean => existsSync(new URL(path, TOP));

/** Read by Node and its packages, not by the service's configuration. */
const OF_NODE = ['NODE_ENV'];

const packageJson = z
  .object({ engines: z.object({ node: z.string() }), scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(read('package.json')));

const stages = stagesOf(read('Dockerfile'));
const forStage = (name: string, keyword: string) => instructionsFor(stages, name, keyword);

/** The longest that the service takes to stop. Seconds. */
const SHUTDOWN_S = Number(/SHUTDOWN_MS = (\d+)_000/.exec(read('webhook/server.ts'))?.[1]);

describe('the Dockerfile (read as text)', () => {
  const copies = stages.flatMap(({ instructions }) =>
    instructions.filter(({ keyword }) => keyword === 'COPY').map(({ rest }) => copyOf(rest)),
  );
  const context = copies.filter(({ from }) => from === undefined).flatMap(({ sources }) => sources);

  it('copies files that exist, and that .dockerignore lets through', () => {
    expect(context.length).toBeGreaterThan(8);
    expect(context.filter((path) => !has(path))).toEqual([]);
    const allowed = [...read('.dockerignore').matchAll(/^!(.*)$/gm)].map(([, path]) => path);
    expect(context.filter((path) => !allowed.includes(path))).toEqual([]);
    expect(allowed.filter((path) => !context.includes(path ?? ''))).toEqual([]);
  });

  it('lets no .env, no ledger and no test into an image', () => {
    const lines = read('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines[0]).toBe('*');
    expect(lines.slice(-2)).toEqual(['**/.env', '**/.env.bak*']);
    expect(lines.filter((line) => /^!(test|data|node_modules|dist|\.git)/.test(line))).toEqual([]);
  });

  it('copies from stages that come before', () => {
    for (const [index, { instructions }] of stages.entries())
      for (const { keyword, rest } of instructions) {
        const from = keyword === 'COPY' ? copyOf(rest).from : undefined;
        if (from !== undefined) expect(stages.slice(0, index).map(({ name }) => name)).toContain(from);
      }
  });

  it('has the Node version of .nvmrc, which package.json allows', () => {
    const version = read('.nvmrc').trim();
    expect(/^ARG NODE_VERSION=(.*)$/m.exec(read('Dockerfile'))?.[1]).toBe(version);
    expect(packageJson.engines.node).toBe(`>=${version}.0`);
    const images = stages.map(({ from }) => from).filter((from) => !stages.some(({ name }) => name === from));
    expect(new Set(images)).toEqual(new Set([`node:\${NODE_VERSION}-bookworm-slim`]));
  });

  it('ends with the service: Node itself as a user that is not root, stopped by SIGTERM', () => {
    expect(stages.at(-1)?.name).toBe('service');
    expect(forStage('service', 'USER')).toEqual(['1000:1000']);
    expect(JSON.parse(forStage('service', 'CMD').at(-1) ?? '')).toEqual(packageJson.scripts['start:prod']?.split(' '));
    expect(forStage('service', 'STOPSIGNAL')).toEqual(['SIGTERM']);
    expect(forStage('service', 'ENTRYPOINT')).toEqual([]);
  });

  it('asks for liveness, and not for readiness, by Node', () => {
    const [check = ''] = forStage('service', 'HEALTHCHECK');
    const [program, , script] = z.array(z.string()).parse(JSON.parse(/CMD (\[.*\])$/.exec(check)?.[1] ?? ''));
    expect(program).toBe('node');
    expect(script).toContain('/health/live');
    expect(read('webhook/http/health.ts')).toContain("'/health/live'");
  });

  it('keeps the ledger on its volume', () => {
    const [url] = forStage('service', 'ENV').filter((rest) => rest.startsWith('DATABASE_URL='));
    const [volume] = forStage('service', 'VOLUME');
    expect(url).toBe(`DATABASE_URL=file:${volume}/ledger.sqlite`);
    expect(forStage('service', 'RUN').join()).toContain(`install -d -m 700 -o 1000 -g 1000 ${volume}`);
  });

  it('sets only variables that are read', () => {
    const service = namesOf(forStage('service', 'ENV'));
    expect(service.filter((name) => ![...variableNames, ...OF_NODE].includes(name))).toEqual([]);
    const sandbox = namesOf(forStage('sandbox', 'ENV')).filter((name) => !OF_NODE.includes(name));
    expect(sandbox.filter((name) => !read('sandbox/jumio/environment.ts').includes(`${name}:`))).toEqual([]);
  });

  it('has the files that the service reads beside its code', () => {
    const into = (name: string) => forStage(name, 'COPY').map((rest) => copyOf(rest).sources.join());
    expect(into('service')).toEqual(expect.arrayContaining(['/app/dist', '/app/node_modules', 'jsonnet']));
    expect(into('sandbox')).toContain('sandbox');
  });
});

const environment = z.record(z.string(), z.union([z.string(), z.number()]).transform(String));

const service = z
  .object({
    image: z.string().optional(),
    build: z.object({ context: z.literal('.'), target: z.string() }).optional(),
    command: z.string().optional(),
    environment: environment.default({}),
    ports: z.array(z.string()).default([]),
    volumes: z.array(z.string()).default([]),
    depends_on: z.record(z.string(), z.unknown()).default({}),
    network_mode: z.string().optional(),
    read_only: z.boolean().optional(),
    stop_grace_period: z.string().optional(),
  })
  .loose();

const compose = z
  .object({ services: z.record(z.string(), service), volumes: z.record(z.string(), z.unknown()) })
  .parse(parse(read('compose.yaml'), { merge: true }));

const part = (name: string) => service.parse(compose.services[name]);

const FOLDER = 'docs/examples/compose/';

describe('compose.yaml (read as text)', () => {
  const parts = Object.entries(compose.services);

  it('builds stages that the Dockerfile has, and depends on parts that exist', () => {
    for (const [, { build, image, depends_on, network_mode = '' }] of parts) {
      if (build) expect(stages.map(({ name }) => name)).toContain(build.target);
      expect([build, image].filter(Boolean)).toHaveLength(1);
      const others = [...Object.keys(depends_on), network_mode.replace(/^service:/, '')].filter(Boolean);
      for (const other of others) expect(Object.keys(compose.services)).toContain(other);
    }
  });

  it('mounts files that exist, and volumes that it declares', () => {
    const sources = parts.flatMap(([, { volumes }]) => volumes.map((volume) => volume.split(':')[0] ?? ''));
    expect(sources.length).toBeGreaterThan(5);
    for (const source of sources)
      if (source.startsWith('./')) expect(has(source), source).toBe(true);
      else expect(Object.keys(compose.volumes)).toContain(source);
  });

  it('mounts every file of its folder', () => {
    const mounted = parts.flatMap(([, { volumes }]) => volumes.map((volume) => volume.split(':')[0] ?? ''));
    for (const file of ['kratos.yaml', 'ory-actions.yaml', 'identity.schema.json', 'databases.sql'])
      expect(mounted).toContain(`./${FOLDER}${file}`);
  });

  it('gives the service a configuration that is whole, of variables that exist', () => {
    const { environment: env } = part('service');
    expect(Object.keys(env).filter((name) => !variableNames.includes(name))).toEqual([]);
    const config = parseConfig(env);
    const jumio = readEnvironment(part('jumio').environment);
    expect(config.JUMIO_API_BASE_URL).toBe(jumio.publicUrl);
    expect(config.JUMIO_AUTH_URL).toBe(`${jumio.publicUrl}/oauth2/token`);
    expect([config.JUMIO_CLIENT_ID, config.JUMIO_CLIENT_SECRET]).toEqual([jumio.clientId, jumio.clientSecret]);
    expect(new URL(config.JUMIO_API_BASE_URL).port).toBe(String(jumio.port));
    expect(read(`${FOLDER}databases.sql`)).toContain(
      `create database ${new URL(config.DATABASE_URL).pathname.slice(1)};`,
    );
  });

  it('gives the sandbox variables that it reads', () => {
    const source = read('sandbox/jumio/environment.ts');
    const names = Object.keys(part('jumio').environment);
    expect(names.filter((name) => !source.includes(`${name}:`))).toEqual([]);
  });

  it('lets nobody but this machine in', () => {
    const ports = parts.flatMap(([, { ports: published }]) => published);
    expect(ports).toHaveLength(5);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('runs the service on a read-only root, and gives it the time to stop', () => {
    expect(part('service').read_only).toBe(true);
    expect(SHUTDOWN_S).toBeGreaterThan(0);
    expect(Number.parseInt(part('service').stop_grace_period ?? '', 10)).toBeGreaterThan(SHUTDOWN_S);
  });
});

describe('the files that compose.yaml mounts', () => {
  const { environment: env } = part('service');
  const kratos = z
    .object({
      version: z.string(),
      dsn: z.string(),
      serve: z.object({ public: z.object({ base_url: z.string() }), admin: z.object({ base_url: z.string() }) }),
      selfservice: z.object({ allowed_return_urls: z.array(z.string()) }).loose(),
    })
    .parse(parse(read(`${FOLDER}kratos.yaml`)));

  it('kratos.yaml is of the version and at the addresses of compose.yaml', () => {
    for (const name of ['kratos', 'kratos-migrate']) expect(part(name).image).toBe(`oryd/kratos:${kratos.version}`);
    expect(part('kratos-ui').image).toBe(`oryd/kratos-selfservice-ui-node:${kratos.version}`);
    expect(kratos.serve.public.base_url).toBe(`${env.KRATOS_PUBLIC_URL}/`);
    expect(kratos.serve.admin.base_url).toBe(`${env.KRATOS_ADMIN_URL}/`);
    expect(kratos.selfservice.allowed_return_urls).toContain(env.PUBLIC_URL);
    expect(read(`${FOLDER}databases.sql`)).toContain(`create database ${new URL(kratos.dsn).pathname.slice(1)};`);
    expect(part('kratos').command).toContain('-c /etc/kratos/kratos.yaml -c /etc/kratos/ory-actions.yaml');
  });

  it('ory-actions.yaml is the shipped one with its placeholders filled in', () => {
    const options = {
      serviceUrl: env.PUBLIC_URL ?? '',
      verifyUrl: env.PUBLIC_URL ?? '',
      webhookSecret: env.ORY_WEBHOOK_SECRET ?? '',
      uiUrl: '',
      actions: read('ory-actions.yaml').replaceAll('<JSONNET_DIR>', '/etc/kratos/jsonnet'),
    };
    const withoutHead = (text: string): string => text.replace(/^(?:#.*\n)+/, '');
    expect(withoutHead(read(`${FOLDER}ory-actions.yaml`))).toBe(withoutHead(filledActions(options)));
  });

  it('identity.schema.json is the sandbox’s', () => {
    expect(JSON.parse(read(`${FOLDER}identity.schema.json`))).toEqual(identitySchema);
  });
});
