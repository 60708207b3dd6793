/** The sandbox's clock: the machine's clock plus a shift. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Moves the clock forward. Seconds. */
  advance(seconds: number): void;
  /** How far ahead of the machine's clock this one is. Seconds. */
  ahead(): number;
  reset(): void;
}

/** A clock that runs with the machine's and can be moved forward. */
export function createClock(): Clock {
  let offset = 0;
  return {
    now: () => Date.now() + offset,
    advance: (seconds) => {
      offset += seconds * 1000;
    },
    ahead: () => offset / 1000,
    reset: () => {
      offset = 0;
    },
  };
}

/** A time in Jumio's format: UTC with milliseconds and `Z`. */
export function timestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
