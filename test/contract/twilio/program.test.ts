import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { programArguments } from '../../../sandbox/stack/program.ts';
import { basic } from './driver.ts';

const started: ChildProcess[] = [];

afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

function run(env: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, programArguments('sandbox/twilio/main'), {
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
  const child = run({ SANDBOX_PORT: '0', SANDBOX_CODE_LENGTH: '8' });
  const text = await printed(child);
  const variables = Object.fromEntries(
    [...text.matchAll(/^(TWILIO_\w+)=(.*)$/gm)].map(([, name, value = '']) => [name, value]),
  );
  const { TWILIO_API_KEY: key = '', TWILIO_API_SECRET: secret = '', TWILIO_VERIFY_SERVICE: service } = variables;
  const response = await fetch(`${variables.TWILIO_VERIFY_URL}/v2/Services/${service}`, {
    headers: { authorization: basic(key, secret) },
  });
  expect([response.status, await response.json()]).toEqual([200, expect.objectContaining({ code_length: 8 })]);
  const page = /The phones, with their messages: (\S+)/.exec(text)?.[1] ?? '';
  expect((await fetch(page)).headers.get('content-type')).toContain('text/html');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('the sandbox program names every invalid variable and exits', async () => {
  const child = run({ SANDBOX_PORT: 'x', SANDBOX_CODE_LENGTH: '3' });
  const text = await printed(child);
  expect(text).toMatch(/SANDBOX_PORT[\s\S]*SANDBOX_CODE_LENGTH/);
  expect(child.exitCode).toBe(1);
});
