/**
 * The time of a run. Doubles and driver live in one process, so one counter orders all that they saw; the clock is the
 * service's, which the run moves ahead.
 */
export interface Timeline {
  /** The place of the next thing that happens, in the order of everything that was seen. */
  next(): number;
  /** Epoch milliseconds by the clock of the service. */
  now(): number;
  /** How far that clock is ahead of the machine's, in seconds. */
  ahead(): number;
  advance(seconds: number): void;
}

/** Creates the timeline of a run. */
export function createTimeline(): Timeline {
  let seq = 0;
  let aheadSeconds = 0;
  return {
    next: () => {
      seq += 1;
      return seq;
    },
    now: () => Date.now() + aheadSeconds * 1000,
    ahead: () => aheadSeconds,
    advance: (seconds) => {
      aheadSeconds += seconds;
    },
  };
}
