import { describe } from 'vitest';
import { KRATOS } from '../support/kratos-under-test.ts';
import { applicationCases } from './cases/application-cases.ts';
import { demoCases } from './cases/demo-cases.ts';
import { prefetchCases } from './cases/prefetch-cases.ts';
import { secondFactorCases } from './cases/second-factor-cases.ts';
import { yearly } from './cases/time-cases.ts';
import { hasChromium, LONG_TIMEOUT, OR_WHY_SKIPPED } from './chromium.ts';
import { useStage } from './stage.ts';

// One world, one Chromium, one test at a time: all tests of a file share the faults and the clock of Jumio.
describe.skipIf(!hasChromium)(`the pages in Chromium, with ${KRATOS}${OR_WHY_SKIPPED}`, LONG_TIMEOUT, () => {
  const stage = useStage({ POLICY: yearly({ renews: true }) });
  describe('a single-page application', () => applicationCases(stage));
  describe('the demo', () => demoCases(stage));
  describe('a second factor', () => secondFactorCases(stage));
  describe('fetched ahead', () => prefetchCases(stage));
});
