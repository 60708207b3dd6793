import { LedgerUnavailable } from '../errors.ts';
import type { EventContext, EventEndpoint } from './context.ts';
import { deliver } from './deliver.ts';
import { createEventRetention } from './retention.ts';

/** Requests at once to an endpoint that takes its events, of all replicas together. To one that fails: one. */
const CONCURRENCY = 16;

/** Longer than one request and its result: ends by itself where its process died. */
const LEASE_MS = 30_000;

/** So often it is looked for what is due while answers are awaited. */
const LOOK_EVERY_MS = 1_000;

/** A pause that may be ended before it is over, and then keeps no timer. */
function pauseFor(ms: number): { over: Promise<void>; isOver: () => boolean; end: () => void } {
  let isOver = false;
  let end = (): void => undefined;
  const over = new Promise<void>((resolve) => {
    const timer = setTimeout(() => {
      isOver = true;
      resolve();
    }, ms);
    end = () => clearTimeout(timer);
  });
  return { over, isOver: () => isOver, end };
}

/** The work of signed events. The worker of the service runs it (docs/events.md#delivery). */
export interface EventWork {
  /** Begins what is due, and does not wait for it: an endpoint that is slow delays nobody. Returns the milliseconds until the next look. */
  claim(now: number): Promise<number>;
  /** Begins nothing more, and resolves when what it began has ended. */
  ended(): Promise<void>;
}

/** Creates the work of one process. */
export function createEventWork(ctx: EventContext): EventWork {
  const { deliveries } = ctx.ledger;
  const endpoints = new Map(ctx.endpoints.map((endpoint) => [endpoint.name, endpoint]));
  const pumps = new Map<string, Promise<void>>();
  let isEnding = false;
  const retention = createEventRetention(ctx);

  function report(error: unknown): void {
    const isLedger = error instanceof LedgerUnavailable;
    ctx.log.error({ err: error }, isLedger ? 'ledger unavailable to the worker' : 'step of a signed event failed');
  }

  /** Sends what an endpoint has due, until nothing is. */
  async function pump(endpoint: EventEndpoint): Promise<void> {
    const running = new Set<Promise<void>>();
    const begin = async (): Promise<number> => {
      if (isEnding) return 0;
      const options = { now: ctx.clock.now(), leaseMs: LEASE_MS, most: CONCURRENCY };
      const claimed = await deliveries.claim(endpoint.name, options);
      for (const delivery of claimed) {
        const run: Promise<void> = deliver(ctx, endpoint, delivery)
          .catch(report)
          .finally(() => running.delete(run));
        running.add(run);
      }
      return claimed.length;
    };
    try {
      for (;;) {
        const begun = await begin();
        if (begun === 0 && running.size === 0) return;
        // Until half of them have ended, so that a claim is worth its transaction; but those that hang hold nobody up.
        const pause = pauseFor(LOOK_EVERY_MS);
        do await Promise.race([...running, pause.over]);
        while (!pause.isOver() && running.size > CONCURRENCY / 2);
        pause.end();
      }
    } finally {
      await Promise.all(running);
    }
  }

  function start(endpoint: EventEndpoint): void {
    const run = pump(endpoint)
      .catch(report)
      .finally(() => pumps.delete(endpoint.name));
    pumps.set(endpoint.name, run);
  }

  return {
    claim: async (now) => {
      let idle = await retention.claim(now);
      for (const { name, at } of await deliveries.nextDue(now)) {
        const endpoint = endpoints.get(name);
        if (endpoint === undefined || pumps.has(name)) continue;
        if (at <= now) start(endpoint);
        else idle = Math.min(idle, at - now);
      }
      return idle;
    },
    ended: async () => {
      isEnding = true;
      await Promise.all(pumps.values());
    },
  };
}
