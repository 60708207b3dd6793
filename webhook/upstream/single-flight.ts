/** A failure is returned to every caller for this time, so that they do not wait for the same timeout one after the other. */
const FAILED_FOR_MS = 5_000;

interface Flight<T> {
  readonly answer: Promise<T>;
  /** The end of the answer's validity; epoch milliseconds. */
  readonly until: number;
}

/**
 * Returns a function by which concurrent callers with the same key share one call and its answer.
 * @param cachedForMs how long a successful answer is valid afterwards
 */
export function createSingleFlight<T>(now: () => number, cachedForMs: number) {
  const flights = new Map<string, Flight<T>>();
  return (key: string, call: () => Promise<T>): Promise<T> => {
    const flight = flights.get(key);
    if (flight !== undefined && now() < flight.until) return flight.answer;
    const answer = call();
    const cache = (until: number): void => void flights.set(key, { answer, until });
    cache(Number.POSITIVE_INFINITY);
    void answer.then(
      () => cache(now() + cachedForMs),
      () => cache(now() + FAILED_FOR_MS),
    );
    return answer;
  };
}
