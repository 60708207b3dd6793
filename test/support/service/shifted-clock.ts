import type { Clock } from '../../../webhook/verification/context.ts';

/** The real time, and as much more as the test says. */
export interface MovedClock extends Clock {
  advance(milliseconds: number): void;
  /** From now on only the test moves it: what is not due yet cannot become so because the machine is busy. */
  stop(): void;
}

export const SECOND = 1_000;

export const MINUTE = 60 * SECOND;

export const HOUR = 60 * MINUTE;

export const DAY = 24 * HOUR;

export function createMovedClock(): MovedClock {
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
