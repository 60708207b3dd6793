import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { send } from '../../../sandbox/kratos/client/loopback.ts';
import { freePort } from '../../../sandbox/kratos/real/ports.ts';
import { type RunningService, startService } from '../../../sandbox/stack/service.ts';
import { createLogDestination } from '../../../webhook/log-destination.ts';
import { CANARIES } from '../../support/logs/canaries.ts';
import { eventually } from '../../support/service/eventually.ts';
import { PROCESS_ENVIRONMENT } from '../../support/service/service.ts';

/** At level debug, this many requests write more than a pipe and the waiting lines can hold. */
const MANY = 20_000;

const SHUTDOWN_MS = 5_000;

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'log-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** The service with its log at a file descriptor, or at a pipe. */
async function serviceLoggingTo(stdout?: number): Promise<RunningService> {
  const DATABASE_URL = `file:${join(await folder(), 'ledger.sqlite')}`;
  const service = await startService({
    env: { ...PROCESS_ENVIRONMENT, DATABASE_URL, PORT: String(await freePort()), HOST: '127.0.0.1' },
    ...(stdout === undefined ? {} : { stdout }),
  });
  onTestFinished(() => service.kill());
  return service;
}

async function openForLog(path: string): Promise<number> {
  const file = await open(path, 'a');
  onTestFinished(() => file.close());
  return file.fd;
}

async function degraded({ url }: RunningService): Promise<string> {
  const answer = await send({ method: 'GET', url: `${url}/health/ready`, timeoutMs: 5_000 });
  return answer.text;
}

/** A sign-in at the gate, and whether the process lives. */
async function expectAnswers({ url }: RunningService): Promise<void> {
  const signIn = await send({
    method: 'POST',
    url: `${url}/jumio/validate`,
    headers: { 'content-type': 'application/json', 'x-webhook-secret': CANARIES.webhookSecret },
    body: JSON.stringify({ identity_id: '0b0e8a36-4d6c-4f3c-9d3e-1f2a3b4c5d6e' }),
    timeoutMs: 5_000,
  });
  expect(signIn.status).toBeLessThan(500);
  const live = await send({ method: 'GET', url: `${url}/health/live`, timeoutMs: 5_000 });
  expect(live.status).toBe(200);
}

async function expectStops(service: RunningService): Promise<void> {
  const start = Date.now();
  await service.stop();
  expect(Date.now() - start).toBeLessThan(SHUTDOWN_MS);
}

const noFull = existsSync('/dev/full') ? '' : ' (skipped: no /dev/full here)';

/** Mounts a file system of 64 KiB; undefined where this user may not. */
async function smallFileSystem(): Promise<string | undefined> {
  const path = join(await folder(), 'small');
  await mkdir(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', path], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  onTestFinished(() => void execFileSync('umount', ['-l', path]));
  return path;
}

describe('the log', () => {
  it.skipIf(noFull !== '')(
    `a log on a full disk stops neither the gate nor SIGTERM, and is degraded${noFull}`,
    async () => {
      const service = await serviceLoggingTo(await openForLog('/dev/full'));
      await expectAnswers(service);
      await eventually(async () =>
        expect(await degraded(service)).toMatch(/log lines dropped since the start: [0-9]+ \(ENOSPC\)/),
      );
      await expectStops(service);
    },
  );

  it('a log on a file system that fills up and is freed is written again, with the number of lines dropped', async (test) => {
    const mounted = await smallFileSystem();
    if (mounted === undefined) return test.skip('no tmpfs may be mounted here');
    const ballast = join(mounted, 'ballast');
    await writeFile(ballast, Buffer.alloc(48 * 1024));
    const log = join(mounted, 'log');
    const service = await serviceLoggingTo(await openForLog(log));
    await eventually(async () => {
      await expectAnswers(service);
      expect(await degraded(service)).toContain('(ENOSPC)');
    });
    await rm(ballast);
    await eventually(async () => {
      await expectAnswers(service);
      expect(await readFile(log, 'utf8')).toMatch(/"msg":"log lines dropped since the start: [0-9]+ \(ENOSPC\)"/);
    });
    await eventually(async () => expect(await degraded(service)).not.toContain('dropped'));
    await expectStops(service);
  });

  it('a log whose reader does not read stops neither the gate nor SIGTERM, and takes a bounded memory', async () => {
    const service = await serviceLoggingTo();
    service.process.stdout?.pause();
    for (let sent = 0; sent < MANY && !(await degraded(service)).includes('dropped'); sent += 200)
      await Promise.all(Array.from({ length: 200 }, () => send({ method: 'GET', url: `${service.url}/health/live` })));
    expect(await degraded(service)).toMatch(/log lines dropped since the start: [0-9]+ \(not read\)/);
    await expectAnswers(service);
    await expectStops(service);
  });
});

describe('the destination of the log', () => {
  it('a destination whose stream waits keeps at most a mebibyte of lines, and counts the others', () => {
    const stream = new Writable({ write: () => {} });
    const log = createLogDestination(stream);
    for (let line = 0; line < 2_000; line += 1) log.write(`${'x'.repeat(1_023)}\n`);
    expect(stream.writableLength).toBeLessThanOrEqual(1024 * 1024);
    expect(log.problem()).toBe('log lines dropped since the start: 976 (not read)');
  });
});
