import { LedgerUnavailable } from '../errors.ts';
import { advance } from './advance.ts';
import type { Desk } from './desk.ts';
import { lease } from './lease.ts';

/** Steps under way at once. */
const CONCURRENCY = 16;
/** Another replica may make something due without a word to us; a moved clock too. */
const LOOK_AGAIN_MS = 1_000;
/** Due, but held back by a budget or a lease. */
const HELD_BACK_MS = 50;

export interface Worker {
  start(): void;
  /** Something was made due: look at once. */
  wake(): void;
  /** Claims nothing more, and waits for the steps under way. */
  stop(): Promise<void>;
}

/** Runs `advance` for whatever is due. A failing step is logged and its identity is due again when its lease ends. */
export function createWorker(desk: Desk): Worker {
  const running = new Set<Promise<void>>();
  let stopping = false;
  let woken = false;
  let wakeUp = (): void => undefined;
  let loop: Promise<void> = Promise.resolve();

  const wake = (): void => {
    woken = true;
    wakeUp();
  };

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
      if (woken || stopping) wakeUp();
    });

  function report(error: unknown): void {
    const problem = error instanceof Error ? error.message : 'unknown';
    if (error instanceof LedgerUnavailable) desk.log.error({ problem }, 'the ledger cannot be written');
    else desk.log.error({ problem, stack: error instanceof Error ? error.stack : undefined }, 'a step failed');
  }

  function launch(claim: Parameters<typeof advance>[1]): void {
    const step: Promise<void> = advance(desk, claim)
      .catch(report)
      .finally(() => {
        running.delete(step);
        wake();
      });
    running.add(step);
  }

  async function claimDue(): Promise<number> {
    const now = desk.clock.now();
    const due = await desk.ledger.nextDue();
    const capacity = CONCURRENCY - running.size;
    if (due === undefined || due > now || capacity <= 0) return wait(due, now);
    const claims = await desk.ledger.claim({
      now,
      capacity,
      rates: desk.rates,
      lease: (snapshot, debts) => lease(snapshot, debts, now),
    });
    for (const claim of claims) launch(claim);
    return claims.length > 0 ? 0 : HELD_BACK_MS;
  }

  async function run(): Promise<void> {
    while (!stopping) {
      woken = false;
      const idle = await claimDue().catch((error: unknown) => {
        report(error);
        return LOOK_AGAIN_MS;
      });
      if (idle > 0) await pause(idle);
    }
  }

  return {
    start: () => {
      loop = run();
    },
    wake,
    stop: async () => {
      stopping = true;
      wakeUp();
      await loop;
      await Promise.all(running);
    },
  };
}

function wait(due: number | undefined, now: number): number {
  const until = due === undefined || due <= now ? LOOK_AGAIN_MS : due - now;
  return Math.max(1, Math.min(LOOK_AGAIN_MS, until));
}
