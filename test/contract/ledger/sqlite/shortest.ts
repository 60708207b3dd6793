/** How often `shortest` runs something. */
export const RUNS = 15;

/** The shortest of some runs, in milliseconds: another process may have the core meanwhile. */
export async function shortest(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const begun = performance.now();
    await work();
    times.push(performance.now() - begun);
  }
  return Math.min(...times);
}
