import { describe } from 'vitest';
import { callbackCases } from './suites/faults/callback.ts';
import { jumioDownCases } from './suites/faults/jumio-down.ts';
import { jumioSlowCases } from './suites/faults/jumio-slow.ts';
import { kratosDownCases } from './suites/faults/kratos-down.ts';
import { describeConcurrently, KRATOS } from './support/kratos-under-test.ts';
import { useWorld } from './support/world.ts';

describe(`faults, with ${KRATOS}`, () => {
  const world = useWorld();
  describeConcurrently('callbacks', () => callbackCases(world));
  describe.concurrent('Jumio cannot be read', () => jumioSlowCases(world));
  // The next call gets the fault, of whichever test it is: one test at a time.
  describe('Jumio is down', () => jumioDownCases(world));
  describe('Kratos is down', () => kratosDownCases(world));
});
