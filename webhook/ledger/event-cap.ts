import type { LedgerEvent } from '../model.ts';

const HOUR_MS = 3_600_000;

/** Events with the same `cap` in an hour, at most. An honest person or verification causes fewer. */
const MOST_IN_AN_HOUR = 20;

/** At most so many caps and hours are remembered; the oldest is forgotten first. */
const MOST_REMEMBERED = 5_000;

/** Keeps events with a `cap` from filling the ledger. */
export interface EventCap {
  /** Runs `write`, or skips it: the cap of the event was reached in the hour of `at`. Rejects as `write` does. */
  limited(at: number, event: LedgerEvent, write: () => Promise<void>): Promise<void>;
}

/**
 * Returns the cap of one process: each replica counts its own, in memory, because a flood must cost no query. An event
 * that was counted may be written again, so that a caller that repeats it waits until it is durable.
 */
export function createEventCap(): EventCap {
  const written = new Map<string, Set<string>>();

  function eventsOf(key: string): Set<string> {
    const events = written.get(key) ?? new Set();
    written.set(key, events);
    const [oldest] = written.keys();
    if (written.size > MOST_REMEMBERED && oldest !== undefined) written.delete(oldest);
    return events;
  }

  return {
    limited: async (at, { cap, once }, write) => {
      if (cap === undefined || once === undefined) return write();
      const events = eventsOf(`${cap}:${Math.floor(at / HOUR_MS)}`);
      if (events.size >= MOST_IN_AN_HOUR && !events.has(once)) return;
      events.add(once);
      try {
        await write();
      } catch (error) {
        events.delete(once);
        throw error;
      }
    },
  };
}
