import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { send } from '../../sandbox/kratos/client/loopback.ts';
import { freePort } from '../../sandbox/kratos/real/ports.ts';
import { type Clone, freshClone, installedClone, productionClone } from '../support/repository/clone.ts';
import { instructionsFor, stagesOf } from '../support/repository/dockerfile.ts';
import { eventually } from './support/world.ts';

function run({ folder, env }: Clone, command: string, ...args: string[]) {
  return spawnSync(command, args, { cwd: folder, env, encoding: 'utf8' });
}

/** The variables without which the service does not start. No upstream is asked. */
const REQUIRED = {
  ORY_WEBHOOK_SECRET: 'webhook-secret-1',
  KRATOS_ADMIN_URL: 'http://127.0.0.1:9',
  JUMIO_AUTH_URL: 'http://127.0.0.1:9/oauth2/token',
  JUMIO_API_BASE_URL: 'http://127.0.0.1:9',
  JUMIO_CLIENT_ID: 'client',
  JUMIO_CLIENT_SECRET: 'client-secret',
  JUMIO_CALLBACK_SECRET: 'callback-secret1',
};

const listing = z.array(z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) })).length(1);

const manifest = z.object({
  bin: z.record(z.string(), z.string()),
  exports: z.record(z.string(), z.string()),
  files: z.array(z.string()),
  repository: z.object({ type: z.literal('git'), url: z.string(), directory: z.string() }),
  keywords: z.array(z.string()).min(3),
});

/** The package as `npm install` unpacks it, with the packages that it needs beside it. */
function unpacked(clone: Clone, file: string, { folder: packages }: Clone): string {
  const project = join(clone.folder, 'project');
  const folder = join(project, 'node_modules/kratos-jumio-bridge');
  mkdirSync(folder, { recursive: true });
  expect(run(clone, 'tar', '-xzf', file, '-C', folder, '--strip-components=1').status).toBe(0);
  symlinkSync(join(packages, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** The command of the image's health check. */
function healthCheck(): string[] {
  const dockerfile = readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8');
  const [check = ''] = instructionsFor(stagesOf(dockerfile), 'service', 'HEALTHCHECK');
  return z.array(z.string()).parse(JSON.parse(/CMD (\[.*\])$/.exec(check)?.[1] ?? ''));
}

describe('npm run build', () => {
  test.each([
    ['after `npm ci` with NODE_ENV=production', productionClone],
    ['before any package is installed', freshClone],
  ])('%s says in one line what it needs', (_when, cloned) => {
    const clone = cloned();
    const { status, stderr } = run(clone, 'npm', 'run', '--silent', 'build');
    expect(stderr).toBe(
      'The build needs the development packages, which NODE_ENV=production leaves out: npm ci --include=dev\n',
    );
    expect(status).toBe(1);
  });

  test('removes what is left of an earlier build', () => {
    const clone = installedClone();
    mkdirSync(join(clone.folder, 'dist'));
    writeFileSync(join(clone.folder, 'dist/old.js'), '');
    const built = spawnSync('npm', ['run', 'build'], {
      cwd: clone.folder,
      env: { ...clone.env, NODE_ENV: 'production' },
    });
    expect(built.status).toBe(0);
    expect([existsSync(join(clone.folder, 'dist/old.js')), existsSync(join(clone.folder, 'dist/server.js'))]).toEqual([
      false,
      true,
    ]);
  });
});

describe('npm pack', () => {
  test('packs what runs, with everything that package.json names, and no source and no test', () => {
    const clone = installedClone();
    expect(run(clone, 'npm', 'run', 'build').status).toBe(0);
    const [packed] = listing.parse(JSON.parse(run(clone, 'npm', 'pack', '--dry-run', '--json').stdout));
    const paths = packed?.files.map(({ path }) => path) ?? [];
    const { bin, exports, files } = manifest.parse(
      JSON.parse(readFileSync(join(clone.folder, 'package.json'), 'utf8')),
    );
    const needed = ['dist/server.js', 'dist/http/pages/assets/page.js', 'jsonnet/initiate.jsonnet', 'LICENSE'];
    expect(paths).toEqual(
      expect.arrayContaining([...needed, ...Object.values(bin), 'docs/schemas/policy.schema.json']),
    );
    for (const target of Object.values(exports)) {
      const start = target.replace(/^\.\//, '').replace(/\*$/, '');
      expect(
        paths.some((path) => path === start || (target.endsWith('*') && path.startsWith(start))),
        target,
      ).toBe(true);
    }
    for (const entry of files)
      expect(
        paths.some((path) => path === entry || path.startsWith(`${entry}/`)),
        entry,
      ).toBe(true);
    const unwanted = /^(test|sandbox|webhook|data|node_modules|\.github|\.ci)\/|\.test\.|(?<!\.d)\.ts$|(^|\/)\.env$/;
    expect(paths.filter((path) => unwanted.test(path))).toEqual([]);
  });

  test('the packed service starts without the development packages, is healthy, and ends by SIGTERM; the command runs too', async () => {
    const clone = installedClone();
    expect(run(clone, 'npm', 'run', 'build').status).toBe(0);
    const [packed] = listing.parse(JSON.parse(run(clone, 'npm', 'pack', '--json').stdout));
    const folder = unpacked(clone, packed?.filename ?? '', productionClone());
    const { bin } = manifest.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
    const help = run(clone, process.execPath, join(folder, bin['jumio-bridge'] ?? ''), '--help');
    expect(help.stdout).toContain('Usage: jumio-bridge');

    const PORT = String(await freePort());
    const env = { ...clone.env, ...REQUIRED, NODE_ENV: 'production', HOST: '127.0.0.1', PORT };
    const service = spawn(process.execPath, [join(folder, 'dist/server.js')], { cwd: '/', env });
    onTestFinished(() => void service.kill('SIGKILL'));
    const url = `http://127.0.0.1:${PORT}`;
    await eventually(async () => expect((await send({ method: 'GET', url: `${url}/health/live` })).status).toBe(200));
    // node_modules is replaced by the next install, so the ledger is not in it.
    expect(existsSync(join(clone.folder, 'project/data/ledger.sqlite'))).toBe(true);
    const [program = '', ...args] = healthCheck();
    const healthy = () => spawnSync(program, args, { env: { ...clone.env, PORT } }).status;
    expect(healthy()).toBe(0);
    const ended = once(service, 'exit');
    service.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(healthy()).toBe(1);
  });
});
