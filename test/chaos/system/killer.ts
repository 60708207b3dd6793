import { type Seeded, shuffled } from '../seeded.ts';
import type { Call } from '../upstreams/faults.ts';
import type { Moment } from '../upstreams/serve.ts';
import type { Cluster } from './cluster.ts';

/** Moments that the driver sees. */
type Seen = 'callback answered' | 'sign-up answered' | 'gate answered' | 'at random';

const CALLS: readonly Call[] = ['token', 'create', 'status', 'details', 'patch', 'revoke', 'read'];

const MOMENTS = CALLS.flatMap((call): Moment[] => [`${call} received`, `${call} done`, `${call} answered`]);

const SEEN: readonly Seen[] = ['callback answered', 'sign-up answered', 'gate answered', 'at random', 'at random'];

/** Every point at which a process is killed. */
const POINTS: readonly (Moment | Seen)[] = [...MOMENTS, ...SEEN];

/** A rare moment may not come: then the process is killed where it is. */
const LONGEST_WAIT_MS = 2_500;

/** Kills the processes of a cluster at named points, one after the other, in an order that the seed gives. */
export interface Killer {
  /** The next kill is due: at the next point, when it is reached. */
  arm(): void;
  /** Called at every moment. True: the process is being killed. */
  readonly reached: (point: Moment | Seen, caller: string) => boolean;
  /** No more kills. */
  stop(): void;
}

/**
 * Creates the killer.
 * @param pauseMs a process serves at least so long before the next kill, or nothing would ever be served
 * @param onToken called when a process is to be killed at a call of the token endpoint, which must happen soon then
 */
export function createKiller(
  cluster: () => Cluster | undefined,
  random: Seeded,
  pauseMs: number,
  onToken: () => void,
): Killer {
  let queue: (Moment | Seen)[] = [];
  let armed: { readonly point: Moment | Seen; readonly caller: string; readonly timer: NodeJS.Timeout } | undefined;
  let isStopped = false;
  let isDue = false;
  let restsUntil = 0;

  function disarm(): void {
    clearTimeout(armed?.timer);
    armed = undefined;
  }

  function kill(caller: string, point: Moment | Seen): void {
    disarm();
    cluster()?.kill(caller, point);
    restsUntil = Date.now() + pauseMs;
    setTimeout(arm, pauseMs).unref();
  }

  function arm(): void {
    const callers = cluster()?.callers() ?? [];
    const caller = callers[random.below(callers.length)];
    if (isStopped || !isDue || armed !== undefined || Date.now() < restsUntil) return;
    if (caller === undefined) {
      setTimeout(arm, pauseMs).unref();
      return;
    }
    isDue = false;
    if (queue.length === 0) queue = shuffled(random, POINTS);
    const point = queue.shift() ?? 'at random';
    const wait = point === 'at random' ? random.below(400) : LONGEST_WAIT_MS;
    const timer = setTimeout(() => {
      if (point !== 'at random') queue.push(point);
      kill(caller, 'at random');
    }, wait);
    armed = { point, caller, timer };
    if (point.startsWith('token')) onToken();
  }

  return {
    arm: () => {
      isDue = true;
      arm();
    },
    reached: (point, caller) => {
      if (armed?.point !== point || armed.caller !== caller) return false;
      kill(caller, point);
      return true;
    },
    stop: () => {
      isStopped = true;
      disarm();
    },
  };
}
