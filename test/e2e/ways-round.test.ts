import { describe } from 'vitest';
import { waysClosedCases } from './cases/ways-closed-cases.ts';
import { waysOpenCases } from './cases/ways-open-cases.ts';
import { KRATOS } from './kratos-under-test.ts';
import { useWorld } from './world.ts';

describe(`ways round the gate, with ${KRATOS}`, () => {
  describe('as shipped', () => waysClosedCases(useWorld()));
  describe('by a mistake in Kratos’ configuration', () => waysOpenCases(useWorld()));
});
