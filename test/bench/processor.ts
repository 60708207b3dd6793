import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';
import { closedLoop, type Target } from './load.ts';

const usage = z.object({ user: z.number(), system: z.number() });

/** Microseconds of processor time that a process has used so far. */
async function cpuOf(child: ChildProcess): Promise<number> {
  child.send('cpu');
  const [message] = await once(child, 'message');
  const { user, system } = usage.parse(message);
  return user + system;
}

/** One run of a target. */
export interface Run {
  readonly perSecond: number;
  /** Microseconds of processor time of the server for each request, which other processes of a busy machine do not change. */
  readonly cpu: number;
}

/** Loads a target with so many connections for some milliseconds. */
export async function measure(child: ChildProcess, target: Target, connections: number, ms: number): Promise<Run> {
  let count = 0;
  const request: Target['request'] = (n) => {
    count += 1;
    return target.request(n);
  };
  const before = await cpuOf(child);
  const perSecond = await closedLoop({ ...target, request }, connections, ms);
  return { perSecond, cpu: ((await cpuOf(child)) - before) / count };
}
