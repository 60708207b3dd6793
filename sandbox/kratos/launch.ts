import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { kratosEnvironment } from './binary.ts';
import { send } from './loopback.ts';
import { onProcessEnd } from './process-end.ts';

const READY_WITHIN = 30_000;
const STOPPED_WITHIN = 3_000;
const LOOK_EVERY = 50;

/** Starts `kratos serve` and waits until it is ready. Returns how to stop it; throws when it ends or takes too long. */
export async function launch(
  binary: string,
  configFiles: readonly string[],
  adminUrl: string,
  logFile: string,
): Promise<() => Promise<void>> {
  const log = openSync(logFile, 'a');
  const stdio = ['ignore', log, log] as const;
  const child = spawn(binary, ['serve', '--dev', ...configFiles], { env: kratosEnvironment, stdio: [...stdio] });
  closeSync(log);
  const letGo = onProcessEnd(() => child.kill('SIGKILL'));
  const stop = async () => {
    await terminate(child);
    letGo();
  };
  try {
    await ready(child, adminUrl);
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}

async function ready(child: ChildProcess, adminUrl: string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN;
  for (let answered = false; !answered; ) {
    answered = await answers(`${adminUrl}/admin/health/ready`);
    await pause(LOOK_EVERY);
    // Asked last: whoever took the port first would answer too, but then this one has ended.
    if (child.exitCode !== null) throw new Error(`kratos serve ended with ${child.exitCode}`);
    if (Date.now() > deadline) throw new Error(`not ready within ${READY_WITHIN} ms`);
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await send({ method: 'GET', url, patience: 1_000 })).status === 200;
  } catch {
    return false;
  }
}

async function terminate(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  const kill = setTimeout(() => child.kill('SIGKILL'), STOPPED_WITHIN);
  child.kill('SIGTERM');
  await gone;
  clearTimeout(kill);
}
