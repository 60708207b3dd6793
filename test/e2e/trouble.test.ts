import { describe } from 'vitest';
import { callbackCases } from './cases/callback-cases.ts';
import { jumioDownCases } from './cases/jumio-down-cases.ts';
import { jumioSlowCases } from './cases/jumio-slow-cases.ts';
import { kratosDownCases } from './cases/kratos-down-cases.ts';
import { describeTogether, KRATOS } from './kratos-under-test.ts';
import { useWorld } from './world.ts';

describe(`trouble, with ${KRATOS}`, () => {
  const world = useWorld();
  describeTogether('callbacks', () => callbackCases(world));
  describe.concurrent('Jumio cannot be read', () => jumioSlowCases(world));
  // These faults befall whoever comes first: one after the other.
  describe('Jumio is down', () => jumioDownCases(world));
  describe('Kratos is down', () => kratosDownCases(world));
});
