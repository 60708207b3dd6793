import { describe } from 'vitest';
import { waysClosedCases } from './cases/ways-closed-cases.ts';
import { SESSIONS_END, waysEndedCases } from './cases/ways-ended-cases.ts';
import { waysOpenCases } from './cases/ways-open-cases.ts';
import { KRATOS } from './kratos-under-test.ts';
import { useWorld } from './world.ts';

describe(`ways round the gate, with ${KRATOS}`, () => {
  describe('as shipped', () => waysClosedCases(useWorld()));
  describe('after the verdict', () => waysEndedCases(useWorld({ env: { POLICY: SESSIONS_END } })));
  describe('by a mistake in Kratos’ configuration', () => waysOpenCases(useWorld()));
});
