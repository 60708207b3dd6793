import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { send } from '../client/loopback.ts';
import { writeConfigFiles } from '../config/config-files.ts';
import { addresses, type KratosOptions, type Ports, type RunningKratos } from '../options.ts';
import { kratosEnvironment, versionOf } from './binary.ts';
import { freePorts } from './ports.ts';

const run = promisify(execFile);

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** Starts the real Kratos: SQLite in a folder, `--dev`, loopback only, no telemetry, no mail. */
export async function startReal(binary: string, options: KratosOptions): Promise<RunningKratos> {
  const version = await versionOf(binary);
  const folder = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'kratos-')));
  const logFile = join(folder, 'kratos.log');
  const installation = { binary, options, version, folder, logFile };
  const serving = await serve(installation, 3);
  const { ports } = serving;
  let { configFiles, stop } = serving;
  return {
    kind: 'real',
    version,
    ...addresses(options, ports),
    logFile,
    get configFiles() {
      return configFiles;
    },
    async reconfigure(actions) {
      await stop();
      const changed = { ...installation, options: { ...options, ports, actions } };
      ({ configFiles, stop } = await serve(changed, 1, false));
    },
    async stop() {
      await stop();
      if (options.dataDir === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Installation {
  readonly binary: string;
  readonly options: KratosOptions;
  readonly version: string;
  readonly folder: string;
  readonly logFile: string;
}

interface Serving {
  readonly ports: Ports;
  readonly configFiles: readonly string[];
  readonly stop: () => Promise<void>;
}

/** Retries with other ports where another program took a port before Kratos opened it. */
async function serve(installation: Installation, attempts: number, isNew = true): Promise<Serving> {
  const { binary, options, version, folder, logFile } = installation;
  const ports = options.ports ?? (await freePorts());
  const configFiles = await writeConfigFiles(options, ports, folder, version);
  const flags = configFiles.flatMap((file) => ['-c', file]);
  if (isNew)
    await run(binary, ['migrate', 'sql', '-e', '--yes', ...flags], {
      env: kratosEnvironment,
      maxBuffer: MAX_OUTPUT_BYTES,
    });
  try {
    const stop = await launch(binary, flags, addresses(options, ports).adminUrl, logFile);
    return { ports, configFiles, stop };
  } catch (cause) {
    const log = await readFile(logFile, 'utf8');
    const taken = log.slice(-3000).includes('address already in use');
    if (taken && attempts > 1 && options.ports === undefined) return serve(installation, attempts - 1);
    throw new Error(`Kratos ${version} did not start. The end of its log:\n${log.slice(-3000)}`, { cause });
  }
}

const READY_TIMEOUT_MS = 30_000;

const STOP_TIMEOUT_MS = 3_000;

const POLL_MS = 50;

/** Starts `kratos serve` and waits until it is ready. Returns a function that stops it. Throws where it ends or takes longer than 30 s. */
async function launch(
  binary: string,
  flags: readonly string[],
  adminUrl: string,
  logFile: string,
): Promise<() => Promise<void>> {
  const log = openSync(logFile, 'a');
  const stdio = ['ignore', log, log] as const;
  const child = spawn(binary, ['serve', '--dev', ...flags], { env: kratosEnvironment, stdio: [...stdio] });
  closeSync(log);
  const unregister = onProcessEnd(() => child.kill('SIGKILL'));
  const stop = async () => {
    await terminate(child);
    unregister();
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
  const deadline = Date.now() + READY_TIMEOUT_MS;
  for (let answered = false; !answered; ) {
    answered = await answers(`${adminUrl}/admin/health/ready`);
    await pause(POLL_MS);
    // Checked last: a program that took the port first would answer too, but then this process has ended.
    if (child.exitCode !== null) throw new Error(`kratos serve ended with ${child.exitCode}`);
    if (Date.now() > deadline) throw new Error(`not ready within ${READY_TIMEOUT_MS} ms`);
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await send({ method: 'GET', url, timeoutMs: 1_000 })).status === 200;
  } catch {
    return false;
  }
}

async function terminate(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  const kill = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  child.kill('SIGTERM');
  await exited;
  clearTimeout(kill);
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs an action when this process ends, by itself or by a signal, so that no child process is left.
 * A signal without another handler still ends the process. Returns a function that unregisters the action.
 */
function onProcessEnd(action: () => void): () => void {
  const onSignal = (signal: NodeJS.Signals) => {
    action();
    unregister();
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  const unregister = () => {
    process.off('exit', action);
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
  process.on('exit', action);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return unregister;
}
