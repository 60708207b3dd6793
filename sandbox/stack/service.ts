import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { send } from '../kratos/client/loopback.ts';
import { programArguments } from './program.ts';

const PRELOADED = ['sandbox/stack/preload/loopback', 'sandbox/stack/preload/clock'];

/** Long, because the machine may be busy. */
const START_TIMEOUT_MS = 45_000;

export interface ServiceOptions {
  /** The whole configuration, as environment variables; `PORT` among them. */
  readonly env: Readonly<Record<string, string>>;
  /** How far its clock is ahead of the machine's. Seconds, 0 by default. */
  readonly ahead?: number;
  /** Called with each line of the log. */
  readonly onLog?: (line: string) => void;
  /** A file descriptor that gets its standard output; a pipe to `onLog` by default. */
  readonly stdout?: number;
  /** How many files and sockets the process may have open; by default as many as this process. */
  readonly descriptors?: number;
}

/** The service as a process of its own: reached by HTTP, configured by its environment, as in production. */
export interface RunningService {
  readonly url: string;
  readonly process: ChildProcess;
  /** Shifts its clock forward. Seconds. */
  advance(seconds: number): Promise<void>;
  /** Sends SIGTERM, and waits until the process has ended. */
  stop(): Promise<void>;
  /** Sends SIGKILL, and waits until the process has ended. */
  kill(): Promise<void>;
}

/** Passes on the output of a process line by line. */
function readLines(child: ChildProcess, onLog: (line: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      if (line !== '') onLog(line);
    });
  }
}

async function waitUntilReady(url: string, child: ChildProcess, lines: readonly string[]): Promise<void> {
  const end = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < end && child.exitCode === null) {
    const ready = await send({ method: 'GET', url: `${url}/health/ready` }).catch(() => undefined);
    if (ready?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill('SIGKILL');
  throw new Error(`the service did not become ready:\n${lines.slice(-20).join('\n')}`);
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

async function advance(child: ChildProcess, seconds: number): Promise<void> {
  const moved = once(child, 'message');
  child.send(seconds);
  await moved;
}

function start({ env, ahead = 0, stdout, descriptors }: ServiceOptions): ChildProcess {
  const program = [process.execPath, ...programArguments('webhook/server', PRELOADED)];
  const limit = descriptors === undefined ? '' : `ulimit -n ${descriptors} && `;
  const { PATH, HOME } = process.env;
  return spawn('sh', ['-c', `${limit}exec "$0" "$@"`, ...program], {
    // The configuration is whole: a developer's own `.env` must not get into it.
    env: { PATH, HOME, NO_ENV_FILE: '1', SANDBOX_AHEAD_SECONDS: String(ahead), ...env },
    stdio: ['ignore', stdout ?? 'pipe', 'pipe', 'ipc'],
  });
}

/** Starts `webhook/server.ts` and waits until it is ready. */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const lines: string[] = [];
  const child = start(options);
  readLines(child, (line) => {
    lines.push(line);
    options.onLog?.(line);
  });
  const url = `http://127.0.0.1:${options.env.PORT}`;
  await waitUntilReady(url, child, lines);
  return {
    url,
    process: child,
    advance: (seconds) => advance(child, seconds),
    stop: () => end(child, 'SIGTERM'),
    kill: () => end(child, 'SIGKILL'),
  };
}

/** A service that can be restarted: its clock keeps its shift when the process ends. */
export interface RestartableService {
  current(): RunningService;
  advance(seconds: number): Promise<void>;
  /** Stops the process if it runs, runs `meanwhile`, and starts it again with the same ledger. */
  restart(meanwhile?: () => Promise<unknown>): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a service that can be restarted. */
export async function startRestartableService(options: ServiceOptions): Promise<RestartableService> {
  let ahead = 0;
  let service = await startService(options);
  return {
    current: () => service,
    advance: async (seconds) => {
      ahead += seconds;
      await service.advance(seconds);
    },
    restart: async (meanwhile) => {
      await service.stop();
      await meanwhile?.();
      service = await startService({ ...options, ahead });
    },
    stop: () => service.stop(),
  };
}
