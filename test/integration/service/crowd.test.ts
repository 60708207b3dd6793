import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../../sandbox/kratos/real/ports.ts';
import { startService } from '../../../sandbox/stack/service.ts';
import { startCrashUpstreams } from '../../support/crash/upstreams.ts';
import { CANARIES } from '../../support/logs/canaries.ts';
import { ENVIRONMENT } from '../../support/service/service.ts';

const CROWD = 5_000;

/** A person waits for the answer of the gate. */
const GATE_MS = 1_000;

interface Answered {
  /** 0: the connection ended without an answer. */
  readonly status: number;
  readonly ms: number;
}

/** Calls a hook on a connection of its own, with as little work as possible: this process must not be what is slow. */
function callHook(port: number, path: string): Promise<Answered> {
  const body = JSON.stringify({ kratos_identity_id: randomUUID() });
  const head = [
    `POST ${path} HTTP/1.1`,
    'host: service',
    'connection: close',
    'content-type: application/json',
    `x-webhook-secret: ${CANARIES.webhookSecret}`,
    `content-length: ${body.length}`,
  ];
  const start = performance.now();
  return new Promise((resolve) => {
    let status = 0;
    const socket = connect(port, '127.0.0.1', () => socket.write(`${head.join('\r\n')}\r\n\r\n${body}`));
    socket.on('data', (part) => {
      status ||= Number(/^HTTP\/1\.1 (\d+)/.exec(part.toString('latin1'))?.[1] ?? 0);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve({ status, ms: performance.now() - start }));
  });
}

/** The service as a process, with hooks on a port of their own and upstreams that answer; returns the port of the hooks. */
async function startHooks(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'crowd-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { jumioUrl, kratosUrl } = await startCrashUpstreams();
  const HOOKS_PORT = await freePort();
  const given = Object.entries(ENVIRONMENT).filter((entry): entry is [string, string] => !!entry[1]);
  const service = await startService({
    env: {
      ...Object.fromEntries(given),
      KRATOS_ADMIN_URL: kratosUrl,
      JUMIO_AUTH_URL: `${jumioUrl}/oauth2/token`,
      JUMIO_API_BASE_URL: jumioUrl,
      JUMIO_ACCOUNT_RATE: '1',
      JUMIO_ACCOUNT_BURST: '5',
      LOG_LEVEL: 'info',
      DATABASE_URL: `file:${join(folder, 'ledger.sqlite')}`,
      HOST: '127.0.0.1',
      PORT: String(await freePort()),
      HOOKS_PORT: String(HOOKS_PORT),
    },
  });
  onTestFinished(() => service.kill());
  return HOOKS_PORT;
}

it('5,000 sign-ups at the same moment are all answered 204, no connection is reset, and each sign-in meanwhile takes less than a second', async () => {
  const port = await startHooks();
  await callHook(port, '/jumio/validate');
  let isOver = false;
  const signIns: Promise<Answered>[] = [];
  const crowd = Promise.all(Array.from({ length: CROWD }, () => callHook(port, '/jumio/initiate')));
  void crowd.then(() => {
    isOver = true;
  });
  while (!isOver) {
    signIns.push(callHook(port, '/jumio/validate'));
    await sleep(50);
  }
  const signUps = await crowd;
  const answers = await Promise.all(signIns);
  const slowest = Math.max(...answers.map(({ ms }) => ms));
  console.info(
    `crowd: ${Math.max(...signUps.map(({ ms }) => ms))} ms; gate: ${answers.length} answers, slowest ${slowest} ms`,
  );
  expect(signUps.filter(({ status }) => status !== 204)).toEqual([]);
  expect(answers.filter(({ status }) => status !== 204)).toEqual([]);
  expect(slowest).toBeLessThan(GATE_MS);
});
