import { describe } from 'vitest';
import { expiryCases } from './cases/expiry-cases.ts';
import { lateCases } from './cases/late-cases.ts';
import { launderingCases } from './cases/laundering-cases.ts';
import { KRATOS } from './kratos-under-test.ts';
import { useWorld } from './world.ts';

// The clocks of the service and of Jumio are everybody's: one person after the other.
describe(`the passing of time, with ${KRATOS}`, () => {
  const world = useWorld();
  describe('what ends', () => expiryCases(world));
  describe('no laundering', () => launderingCases(world));
  describe('what comes late', () => lateCases(world));
});
