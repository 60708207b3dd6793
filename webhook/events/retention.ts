import type { EventContext } from './context.ts';
import { ORPHAN_MS, RETENTION_MS } from './schedule.ts';

/** How often events are looked for whose retention is over; at once where one step was not enough. */
const FORGET_EVERY_MS = 3_600_000;

/** The work that forgets events. It is done whether an endpoint is configured or not: what was kept must not stay. */
export interface EventRetention {
  /** Forgets some, if it is time. Returns that it can wait: the worker looks often enough. */
  claim(now: number): Promise<number>;
  ended(): Promise<void>;
}

/** Creates the work of one process. */
export function createEventRetention({ ledger: { deliveries } }: Pick<EventContext, 'ledger'>): EventRetention {
  let forgetAt = Number.NEGATIVE_INFINITY;
  return {
    claim: async (now) => {
      // A clock that was set back is not waited for.
      if (now < forgetAt && forgetAt - now <= FORGET_EVERY_MS) return Number.POSITIVE_INFINITY;
      const hasMore = await deliveries.forget({ now, endedBefore: now - RETENTION_MS, madeBefore: now - ORPHAN_MS });
      forgetAt = hasMore ? now : now + FORGET_EVERY_MS;
      return Number.POSITIVE_INFINITY;
    },
    ended: async () => undefined,
  };
}
