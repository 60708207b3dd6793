import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../../sandbox/kratos/real/ports.ts';
import { decide, newSecret, telling, untilTold, webhooks } from '../../support/events/shop.ts';
import { eventually, signUp } from '../../support/service/eventually.ts';

const TOP = new URL('../../../', import.meta.url);

const page = readFileSync(new URL('docs/events.md', TOP), 'utf8');

const PROGRAM = /```js\n([\s\S]*?)```/.exec(page)?.[1] ?? '';

/** The one line that the test adds: it says what the program has stored. */
const TELLS = "process.on('message', () => process.send(Object.fromEntries(people)));\n";

/** The program of docs/events.md, as a process. */
async function startReceiver(secret: string) {
  const folder = mkdtempSync(join(tmpdir(), 'receiver-'));
  symlinkSync(new URL('node_modules', TOP), join(folder, 'node_modules'));
  const path = join(folder, 'receiver.mjs');
  writeFileSync(path, PROGRAM + TELLS);
  const port = await freePort();
  const env = { PATH: process.env.PATH, PORT: String(port), WEBHOOK_SECRET: secret };
  const child: ChildProcess = fork(path, { env, execArgv: [] });
  onTestFinished(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });
  const stored = () =>
    new Promise<Record<string, { status: string; sequence: number }>>((resolve) => {
      child.once('message', (message) => resolve(Object(message)));
      child.send('?');
    });
  const url = `http://127.0.0.1:${port}`;
  await eventually(() => fetch(url));
  return { url, stored };
}

it('the receiver of docs/events.md has about twenty lines', () => {
  const lines = PROGRAM.split('\n').filter((line) => line.trim() !== '');
  expect(lines.length).toBeGreaterThan(10);
  expect(lines.length).toBeLessThanOrEqual(22);
});

it('the receiver of docs/events.md verifies, and ends with what the ledger has, whatever comes twice, late or forged', async () => {
  const secret = newSecret();
  const { url, stored } = await startReceiver(secret);
  const service = await telling([], { env: { WEBHOOKS: webhooks([{ name: 'shop', url, secret }]) } });
  const [one, other] = [randomUUID(), randomUUID()];
  for (const id of [one, other]) await signUp(service, id);
  await decide(service, one);
  await decide(service, other, 'FAILED');
  await untilTold(service);
  const { identity } = (await service.ctx.ledger.record(one)) ?? {};
  expect(await stored()).toMatchObject({
    [one]: { status: 'approved', sequence: identity?.version },
    [other]: { status: 'rejected' },
  });
  const post = (body: string, key: string): Promise<number> => {
    const [id, at] = ['msg_1', new Date()];
    const signature = new Webhook(key).sign(id, at, body);
    const headers = { 'webhook-id': id, 'webhook-timestamp': String(Math.floor(at.getTime() / 1000)) };
    return fetch(url, { method: 'POST', body, headers: { ...headers, 'webhook-signature': signature } }).then(
      ({ status }) => status,
    );
  };
  const late = JSON.stringify({
    type: 'verification.pending',
    data: { identity_id: one, status: 'pending', sequence: 1 },
  });
  expect(await post(late, secret)).toBe(204);
  const forged = JSON.stringify({
    type: 'verification.approved',
    data: { identity_id: other, status: 'approved', sequence: 99 },
  });
  expect(await post(forged, newSecret())).toBe(401);
  expect(await stored()).toMatchObject({ [one]: { status: 'approved' }, [other]: { status: 'rejected' } });
});
