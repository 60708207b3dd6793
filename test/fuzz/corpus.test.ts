import { afterAll, describe, expect, it } from 'vitest';
import { keptInputs, keptTargets } from './corpus.ts';
import { runTarget } from './engine.ts';
import { openTargets } from './targets/index.ts';

const targets = await openTargets();

afterAll(async () => {
  for (const target of targets) await target.close?.();
});

/** A busy machine stops a process for longer than a case may take; the long run measures. */
const LIMIT_MS = 200;

describe('the doors of the service', () => {
  it.each(targets)('$name holds for every kept input and for fresh ones', async (target) => {
    const kept = keptInputs(target.name);
    const cases = 300 * target.share;
    const { findings, accepted, cases: run } = await runTarget(target, { cases, seed: 1, kept, limitMs: LIMIT_MS });
    expect(findings).toEqual([]);
    expect(run).toBeGreaterThanOrEqual(cases);
    expect(accepted, 'none of the inputs was accepted').toBeGreaterThan(0);
  });

  it('every folder of the corpus is that of a target', () => {
    const names = targets.map(({ name }) => name);
    expect(keptTargets().filter((name) => !names.includes(name))).toEqual([]);
  });
});
