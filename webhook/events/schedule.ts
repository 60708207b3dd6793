const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];

const DAY = 24 * HOUR;

/** The pauses after each failed try that Standard Webhooks 1.0.0 recommends: some 75 hours in all. */
const PAUSES_MS: readonly number[] = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];

/** After these tries an event is stuck: it is tried daily, and an operator should look. */
export const STUCK_AFTER = PAUSES_MS.length + 1;

/** Daily tries after the schedule of the specification. */
const DAILY_TRIES = 30;

/** No event is given up before this age: what an outage brought forward was tried more often. */
const GIVE_UP_AGE_MS = 33 * DAY;

/** A pause is longer by up to this part of it, so that what failed together does not come back together. */
const JITTER = 0.1;

/**
 * Returns the milliseconds until the next try of an event; undefined: it is given up.
 * @param tries failed ones so far @param age milliseconds since it was made @param random in [0, 1)
 */
export function pauseAfter(tries: number, age: number, random: number): number | undefined {
  if (tries >= STUCK_AFTER + DAILY_TRIES && age >= GIVE_UP_AGE_MS) return undefined;
  const pause = PAUSES_MS[tries - 1] ?? DAY;
  return Math.floor(pause * (1 + JITTER * random));
}

/** The longest pause of an endpoint that fails, while it has events that are due; `Retry-After` may ask for a longer one. */
export const LONGEST_PROBE_PAUSE_MS = 5 * MINUTE;

/**
 * Returns the milliseconds until the next request to an endpoint that fails, of any of its events: an endpoint that is down is
 * asked with one event at a time, and no more often than this.
 * @param failures in a row so far
 */
export function probePause(failures: number): number {
  // One event that fails alone must not delay the others.
  if (failures <= 1) return 0;
  return Math.min(LONGEST_PROBE_PAUSE_MS, 5 * SECOND * 2 ** Math.min(failures - 2, 20));
}

/** An event waits for its published copy at most so long (docs/events.md#when-it-is-sent). */
export const AFTER_COPY_MS = MINUTE;

/** How long an event is kept after its end. */
export const RETENTION_MS = 30 * DAY;

/** An event of an endpoint that is configured no more, or has stopped, is dropped after about the time in which it would have been given up, and the retention. */
export const ORPHAN_MS = 34 * DAY + RETENTION_MS;
