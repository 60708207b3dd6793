import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { programArguments } from '../../../sandbox/stack/program.ts';

const started: ChildProcess[] = [];

afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

function run(env: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, programArguments('sandbox/jumio/main'), {
    env: { PATH: process.env.PATH, ...env },
  });
  started.push(child);
  return child;
}

/** Its output until it prints the control channel, or exits. */
async function printed(child: ChildProcess): Promise<string> {
  let text = '';
  return new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.includes('Control channel')) resolve(text);
      });
    }
    child.on('exit', () => resolve(text));
  });
}

test('the sandbox program prints usable variables, and SIGTERM ends it', async () => {
  const child = run({ SANDBOX_PORT: '0', SANDBOX_CLIENT_ID: 'mine', SANDBOX_CLIENT_SECRET: 'hidden' });
  const text = await printed(child);
  const variables = Object.fromEntries(
    [...text.matchAll(/^(JUMIO_\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  );
  expect(Object.keys(variables).join(' ')).toBe(
    'JUMIO_AUTH_URL JUMIO_API_BASE_URL JUMIO_CLIENT_ID JUMIO_CLIENT_SECRET',
  );
  const response = await fetch(variables.JUMIO_AUTH_URL ?? '', {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${variables.JUMIO_CLIENT_ID}:${variables.JUMIO_CLIENT_SECRET}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  expect(response.status).toBe(200);
  const page = /Control page: (\S+)/.exec(text)?.[1] ?? '';
  expect((await fetch(page)).headers.get('content-type')).toContain('text/html');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('links of the sandbox program begin with SANDBOX_PUBLIC_URL', async () => {
  const child = run({ SANDBOX_PORT: '0', SANDBOX_PUBLIC_URL: 'https://jumio.staging.example/' });
  expect(await printed(child)).toContain('JUMIO_API_BASE_URL=https://jumio.staging.example\n');
});

test('the sandbox program names every invalid variable and exits', async () => {
  const child = run({ SANDBOX_PORT: 'x', SANDBOX_LINK_LIFETIME: '2m' });
  const text = await printed(child);
  expect(text).toMatch(/SANDBOX_PORT[\s\S]*SANDBOX_LINK_LIFETIME/);
  expect(child.exitCode).toBe(1);
});
