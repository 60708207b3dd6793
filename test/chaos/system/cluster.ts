import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../../sandbox/kratos/real/ports.ts';
import { type RunningService, startService } from '../../../sandbox/stack/service.ts';
import type { Kill } from '../history/history.ts';
import type { Timeline } from '../history/timeline.ts';
import type { Seeded } from '../seeded.ts';

/** A start of a replica. */
interface Incarnation {
  /** Its User-Agent. */
  readonly caller: string;
  readonly service: RunningService;
}

/** The replicas of the service. One that is killed is started again at once. */
export interface Cluster {
  readonly kills: readonly Kill[];
  /** Lines of the log of level error, the newest last. */
  readonly errors: readonly string[];
  /** The address of a replica that runs; undefined: none does at this moment. */
  address(random: Seeded): string | undefined;
  /** The User-Agent of the process at this address. */
  callerAt(address: string): string | undefined;
  /** The User-Agents of the processes that run. */
  callers(): readonly string[];
  /** Sends SIGKILL to a process, and starts its replica again. Does nothing if it does not run. */
  kill(caller: string, point: string): void;
  /** Waits until every replica runs. */
  settled(): Promise<void>;
  /** Moves the clock of all replicas. No step may be under way. */
  advance(seconds: number): Promise<void>;
  stop(): Promise<void>;
}

const MOST_ERRORS = 200;

/** Starts so many replicas. @param leap how many seconds the clock moves while the only replica is away */
export async function startCluster(
  env: Readonly<Record<string, string>>,
  replicas: number,
  timeline: Timeline,
  leap: () => number,
): Promise<Cluster> {
  const running: (Incarnation | undefined)[] = [];
  const kills: Kill[] = [];
  const errors: string[] = [];
  const restarts = new Set<Promise<void>>();
  let starts = 0;
  let failure: unknown;
  let isStopping = false;

  function onLog(line: string): void {
    errors.push(line);
    if (errors.length > MOST_ERRORS) errors.shift();
  }

  async function start(index: number): Promise<void> {
    starts += 1;
    const caller = `chaos/${index}.${starts}`;
    const ahead = timeline.ahead();
    const service = await startService({
      env: { ...env, USER_AGENT: caller, PORT: String(await freePort()) },
      ahead,
      onLog,
    });
    // The clock may have moved meanwhile.
    if (timeline.ahead() > ahead) await service.advance(timeline.ahead() - ahead);
    running[index] = { caller, service };
  }

  async function restart(index: number, { service }: Incarnation): Promise<void> {
    await service.kill();
    // Beside another replica the clock may not move: running steps would lose their leases.
    if (replicas === 1) timeline.advance(leap());
    if (!isStopping) await start(index);
  }

  function up(): Incarnation[] {
    return running.filter((one) => one !== undefined);
  }

  function kill(caller: string, point: string): void {
    const index = running.findIndex((one) => one?.caller === caller);
    const found = running[index];
    if (found === undefined || isStopping) return;
    running[index] = undefined;
    kills.push({ seq: timeline.next(), wall: Date.now(), caller, point });
    const restarted: Promise<void> = restart(index, found)
      .catch((error: unknown) => {
        failure = error;
      })
      .finally(() => restarts.delete(restarted));
    restarts.add(restarted);
  }

  await Promise.all(Array.from({ length: replicas }, (_, index) => start(index)));

  return {
    kills,
    errors,
    kill,
    address: (chooser) => {
      if (failure !== undefined) throw failure;
      const list = up();
      return list[chooser.below(list.length)]?.service.url;
    },
    callerAt: (address) => up().find(({ service }) => service.url === address)?.caller,
    callers: () => up().map(({ caller }) => caller),
    settled: async () => {
      while (restarts.size > 0) await Promise.all(restarts);
      if (failure !== undefined) throw failure;
    },
    advance: async (seconds) => {
      timeline.advance(seconds);
      await Promise.all(up().map(({ service }) => service.advance(seconds)));
      await sleep(20);
    },
    stop: async () => {
      isStopping = true;
      await Promise.all(restarts);
      await Promise.all(up().map(({ service }) => service.kill()));
    },
  };
}
