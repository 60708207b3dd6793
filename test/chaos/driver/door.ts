import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, send } from '../../../sandbox/kratos/client/loopback.ts';
import type { Seeded } from '../seeded.ts';
import type { Cluster } from '../system/cluster.ts';
import type { Killer } from '../system/killer.ts';

/** A request of the driver. */
export interface Request {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What a request is for, where a process may be killed after its answer. */
export type Purpose = 'callback answered' | 'sign-up answered' | 'gate answered';

/** The way to the service. */
export interface Door {
  /** Waits until a replica runs, and sends it a request; undefined: no answer came. */
  ask(request: Request, random: Seeded, purpose?: Purpose): Promise<Answer | undefined>;
}

/** A gate answers in a second and a sign-up in two; a replica that was killed answers never. */
const TIMEOUT_MS = 15_000;

/** Creates the way to the service. */
export function createDoor(cluster: Cluster, killer: Killer): Door {
  return {
    ask: async ({ method, path, headers = {}, body }, random, purpose) => {
      const address = await until(() => cluster.address(random), TIMEOUT_MS, 50 + random.below(100));
      if (address === undefined) return undefined;
      const caller = cluster.callerAt(address) ?? '';
      const message = { method, url: `${address}${path}`, headers, timeoutMs: TIMEOUT_MS };
      try {
        const answer = await send(body === undefined ? message : { ...message, body });
        if (purpose !== undefined && answer.status < 300) killer.reached(purpose, caller);
        return answer;
      } catch {
        return undefined;
      }
    },
  };
}

/** A caller that has got no answer waits a little longer each time. */
const LONGER = 1.4;

const LONGEST_PAUSE_MS = 4_000;

/** Repeats `work` until it returns something, at most so long; undefined: it never did. @param grows whether the pauses become longer */
export async function until<T>(
  work: () => Promise<T | undefined> | T | undefined,
  mostMs: number,
  pauseMs: number,
  grows = false,
): Promise<T | undefined> {
  const end = Date.now() + mostMs;
  for (let pause = pauseMs; ; pause = grows ? Math.min(LONGEST_PAUSE_MS, pause * LONGER) : pause) {
    const result = await work();
    if (result !== undefined || Date.now() > end) return result;
    await sleep(pause);
  }
}
