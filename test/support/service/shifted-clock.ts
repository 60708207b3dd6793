import type { Clock } from '../../../webhook/verification/context.ts';

/** The real time plus an offset. */
export interface ShiftedClock extends Clock {
  advance(milliseconds: number): void;
  /** Stops real time: only `advance` moves the clock, so that a busy machine makes nothing due. */
  stop(): void;
}

export const SECOND = 1_000;

export const MINUTE = 60 * SECOND;

export const HOUR = 60 * MINUTE;

export const DAY = 24 * HOUR;

/** A clock that shows the real time until it is advanced or stopped. */
export function createShiftedClock(): ShiftedClock {
  let ahead = 0;
  let stopped: number | undefined;
  return {
    now: () => (stopped ?? Date.now()) + ahead,
    advance: (milliseconds) => {
      ahead += milliseconds;
    },
    stop: () => {
      stopped = Date.now();
    },
  };
}
