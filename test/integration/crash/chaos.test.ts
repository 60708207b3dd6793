import { expect, it } from 'vitest';
import { runChaos } from '../../chaos/run.ts';

/** A few hundred callbacks; `npm run test:chaos` sends many more, and knows PostgreSQL. */
it('no verdict is lost, doubled, forged, laundered or bypassed under kill -9 and faults', async () => {
  const lines: string[] = [];
  const { verdict } = await runChaos({
    database: 'sqlite',
    seed: 20_261,
    callbacks: 300,
    killEvery: 60,
    print: (line) => lines.push(line),
  });
  expect(verdict.violations, lines.join('\n')).toEqual([]);
  // A run that did nothing would prove nothing.
  const kills = Object.values(verdict.kills).reduce((sum, count) => sum + count, 0);
  const faults = Object.values(verdict.faults).reduce((sum, count) => sum + count, 0);
  expect(kills).toBeGreaterThan(1);
  expect(faults).toBeGreaterThan(5);
  expect(verdict.gates).toMatchObject({ 204: expect.any(Number), 403: expect.any(Number) });
  expect(verdict.identities).toBeGreaterThan(20);
});
