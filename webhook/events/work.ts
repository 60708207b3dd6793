import { LedgerUnavailable } from '../errors.ts';
import type { EventContext, EventEndpoint } from './context.ts';
import { deliver } from './deliver.ts';
import { ORPHAN_MS, RETENTION_MS } from './schedule.ts';

/** Requests at once to an endpoint that takes its events, of all replicas together. To one that fails: one. */
const CONCURRENCY = 16;

/** Longer than one request and its result: ends by itself where its process died. */
const LEASE_MS = 30_000;

/** How often events are looked for whose retention is over; at once where one step was not enough. */
const FORGET_EVERY_MS = 3_600_000;

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
  let forgetAt = Number.NEGATIVE_INFINITY;

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
        // Half of them, so that a claim is worth its transaction.
        while (running.size > CONCURRENCY / 2) await Promise.race(running);
        if (running.size > 0) await Promise.race(running);
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

  async function forget(now: number): Promise<void> {
    // A clock that was set back is not waited for.
    if (now < forgetAt && forgetAt - now <= FORGET_EVERY_MS) return;
    const hasMore = await deliveries.forget({ endedBefore: now - RETENTION_MS, madeBefore: now - ORPHAN_MS });
    forgetAt = hasMore ? now : now + FORGET_EVERY_MS;
  }

  return {
    claim: async (now) => {
      await forget(now);
      let idle = Number.POSITIVE_INFINITY;
      for (const { name, at } of await deliveries.nextDue()) {
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
