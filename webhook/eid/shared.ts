/** A failure is everybody's answer for so long: a crowd must not wait for the same deadline one after the other. */
const FAILED_FOR_MS = 5_000;

interface Asked<T> {
  readonly answer: Promise<T>;
  /** From then on the next one asks anew. */
  readonly until: number;
}

/**
 * Whoever asks for the same thing while it is asked for shares the call and its answer.
 * @param keptFor how long a good answer counts afterwards, in milliseconds
 */
export function createShared<T>(now: () => number, keptFor: number) {
  const known = new Map<string, Asked<T>>();
  return (key: string, ask: () => Promise<T>): Promise<T> => {
    const found = known.get(key);
    if (found !== undefined && now() < found.until) return found.answer;
    const answer = ask();
    const keep = (until: number): void => void known.set(key, { answer, until });
    keep(Number.POSITIVE_INFINITY);
    void answer.then(
      () => keep(now() + keptFor),
      () => keep(now() + FAILED_FOR_MS),
    );
    return answer;
  };
}
