import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UpstreamError } from '../../../webhook/errors.ts';
import { createProbing } from '../../../webhook/upstream/probing.ts';

/** Probes of two places, of which only those in `quiet` need one, with their runs and the errors that are none of an upstream. */
function world(run: () => Promise<unknown> = async () => undefined) {
  const quiet = new Set(['kratos', 'jumio/token']);
  const runs: string[] = [];
  const faults: unknown[] = [];
  const probes = ['kratos', 'jumio/token'].map((place) => ({
    place,
    run: () => {
      runs.push(place);
      return run();
    },
  }));
  const probing = createProbing(probes, { isQuiet: (place) => quiet.has(place) }, (error) => void faults.push(error));
  return { quiet, runs, faults, probing };
}

describe('probing', () => {
  beforeEach(() => void vi.useFakeTimers());

  afterEach(() => void vi.useRealTimers());

  it('only places that nobody has spoken to are probed', async () => {
    const { quiet, runs, probing } = world();
    quiet.delete('jumio/token');
    await probing.round();
    expect(runs).toEqual(['kratos']);
  });

  it('a round begins at the start, the next one 15 to 30 s later, and none after the stop', async () => {
    const { quiet, runs, probing } = world();
    quiet.delete('jumio/token');
    probing.start();
    await vi.advanceTimersByTimeAsync(14_900);
    expect(runs).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(15_200);
    expect(runs).toHaveLength(2);
    probing.stop();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(runs).toHaveLength(2);
  });

  it('an upstream that fails is probed again; another error is reported, and ends nothing', async () => {
    const down = world(() =>
      Promise.reject(new UpstreamError({ upstream: 'kratos', operation: 'read', failure: 'timeout' })),
    );
    await down.probing.round();
    expect(down.faults).toEqual([]);
    const wrong = world(() => Promise.reject(new Error('a mistake of ours')));
    await wrong.probing.round();
    expect(wrong.faults).toHaveLength(2);
  });
});
