import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startJumioSandbox } from '../../sandbox/jumio/start.ts';
import { signIn, signUp } from '../../sandbox/kratos/client/flows.ts';
import { send } from '../../sandbox/kratos/client/loopback.ts';
import { freePort } from '../../sandbox/kratos/real/ports.ts';
import { startKratos } from '../../sandbox/kratos/start.ts';
import { jumioControl } from '../../sandbox/scenarios/jumio-control.ts';
import { newCredentials } from '../../sandbox/scenarios/person.ts';
import { type Clone, freshClone } from '../support/repository/clone.ts';
import { publishedActions } from './suites/installations/published-integration.ts';
import { KRATOS } from './support/kratos-under-test.ts';
import { ALLOWED, REFUSED } from './support/outcomes.ts';
import { eventually } from './support/world.ts';

const README = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8');

/** As the published integration prints them. */
const LINES = ['cd webhook/', 'cp .env.example .env', 'npm install', 'npm start # runs `tsx server.ts`'];

/** Runs lines in a shell that stops at the first failure, with nothing else in its environment. */
function run({ folder, env }: Clone, lines: readonly string[]) {
  return spawnSync('sh', ['-e', '-c', lines.join('\n')], { cwd: folder, env, encoding: 'utf8' });
}

/** Replaces the values of a `.env`, as an operator does. */
function fillIn({ folder }: Clone, values: Readonly<Record<string, string>>): void {
  const path = join(folder, 'webhook/.env');
  const lines = readFileSync(path, 'utf8').split('\n');
  const filled = lines.map((line) => {
    const name = /^([A-Z_]+)=/.exec(line)?.[1];
    return name === undefined || values[name] === undefined ? line : `${name}=${values[name]}`;
  });
  writeFileSync(path, filled.join('\n'));
}

/** npm starts a shell that starts the service: the whole group is stopped. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return;
  const exited = once(child, 'exit');
  process.kill(-child.pid, 'SIGTERM');
  await exited;
}

/** `npm start` in `webhook/`, until the test ends. Resolves when the service is ready. */
async function npmStart({ folder, env }: Clone, url: string): Promise<void> {
  const child = spawn('npm', ['start'], { cwd: join(folder, 'webhook'), env, detached: true });
  onTestFinished(() => stop(child));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  await eventually(async () => {
    expect(child.exitCode, output).toBeNull();
    expect((await send({ method: 'GET', url: `${url}/health/ready` })).status).toBe(200);
  });
}

test('the README prints the lines of the published integration', () => {
  expect(README).toContain(`\`\`\`sh\n${LINES.join('\n')}\n\`\`\``);
});

describe(`the lines of the published integration, in a fresh clone, with ${KRATOS}`, () => {
  test('as printed they end in a list of the placeholders, which names the .env that was read', () => {
    const clone = freshClone();
    const { status, stderr } = run(clone, LINES);
    const wrong = [...stderr.matchAll(/^([A-Z_]+): expected/gm)].map(([, name]) => name);
    const placeholders = 'ORY_WEBHOOK_SECRET JUMIO_CLIENT_ID JUMIO_CLIENT_SECRET JUMIO_CALLBACK_SECRET';
    expect(wrong).toEqual(placeholders.split(' '));
    expect(stderr).toContain(`Read: the environment, then ${join(clone.folder, 'webhook/.env')}.`);
    expect(status).not.toBe(0);
    expect(existsSync(join(clone.folder, 'webhook/package.json'))).toBe(false);
  });

  test('with the nine variables filled in, a sign-up starts a verification, Jumio’s callback brings the verdict, and the gate decides', async () => {
    const clone = freshClone();
    const [port, webhookSecret] = [await freePort(), 'nine-variables-secret-1'];
    const url = `http://127.0.0.1:${port}`;
    // Without PUBLIC_URL a start names no callback URL: that of the Jumio portal counts.
    const jumio = await startJumioSandbox({ settings: { callbackUrl: `${url}/jumio/callback` } });
    onTestFinished(() => jumio.stop());
    const places = { serviceUrl: url, verifyUrl: url, uiUrl: 'http://app.demo.localhost:9' };
    const kratos = await startKratos({ ...places, webhookSecret, actions: publishedActions() });
    onTestFinished(() => kratos.stop());
    run(clone, LINES);
    fillIn(clone, {
      ORY_WEBHOOK_SECRET: webhookSecret,
      KRATOS_ADMIN_URL: kratos.adminUrl,
      JUMIO_AUTH_URL: `${jumio.url}/oauth2/token`,
      JUMIO_API_BASE_URL: jumio.url,
      JUMIO_CLIENT_ID: 'sandbox',
      JUMIO_CLIENT_SECRET: 'sandbox-secret',
      JUMIO_CALLBACK_SECRET: 'nine-variables-secret-2',
      PORT: String(port),
    });
    await npmStart(clone, url);
    const control = jumioControl(jumio.url);
    const afterwards = { pass: ALLOWED, reject: REFUSED };
    for (const [outcome, expected] of Object.entries(afterwards)) {
      const person = newCredentials();
      const { identityId = '' } = await signUp(kratos, person, { as: 'api' });
      const [execution] = await eventually(async () => {
        const found = await control.executionsOf(identityId);
        expect(found).toHaveLength(1);
        return found;
      });
      await control.post(`executions/${execution?.id}/outcome`, { outcome });
      await eventually(async () => {
        const { text } = await send({ method: 'GET', url: `${kratos.adminUrl}/admin/identities/${identityId}` });
        expect(text).toContain(outcome === 'pass' ? '"approved"' : '"rejected"');
      });
      expect(await signIn(kratos, person, { as: 'api' })).toMatchObject(expected);
    }
    expect(existsSync(join(clone.folder, 'data/ledger.sqlite'))).toBe(true);
    expect(existsSync(join(clone.folder, 'webhook/data'))).toBe(false);
    // What the README says is missing.
    expect((await send({ method: 'GET', url: `${url}/jumio/verify` })).status).toBe(404);
  });
});
