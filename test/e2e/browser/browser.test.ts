import { describe } from 'vitest';
import { KRATOS } from '../support/kratos-under-test.ts';
import { applicationCases } from './cases/application-cases.ts';
import { deadEndCases } from './cases/dead-end-cases.ts';
import { faultCases } from './cases/fault-cases.ts';
import { handOverCases } from './cases/hand-over-cases.ts';
import { journeyCases } from './cases/journey-cases.ts';
import { neighbourCases } from './cases/neighbour-cases.ts';
import { prefetchCases } from './cases/prefetch-cases.ts';
import { returnCases } from './cases/return-cases.ts';
import { secondFactorCases } from './cases/second-factor-cases.ts';
import { stateCases } from './cases/state-cases.ts';
import { oldApprovalCase, timeCases, yearly } from './cases/time-cases.ts';
import { hasChromium, OR_WHY_SKIPPED, PATIENT } from './chromium.ts';
import { useStage } from './stage.ts';

// One Chromium, one world, one window at a time: the faults and the clock of Jumio are everybody's.
describe.skipIf(!hasChromium)(`the pages in Chromium, with ${KRATOS}${OR_WHY_SKIPPED}`, PATIENT, () => {
  const stage = useStage({ POLICY: yearly({ renews: true }) });
  describe('where somebody stands', () => stateCases(stage));
  describe('from page to page', () => journeyCases(stage));
  describe('the way to Jumio and back', () => handOverCases(stage));
  describe('return_to', () => returnCases(stage));
  describe('a single-page application', () => applicationCases(stage));
  describe('the neighbours of the demo', () => neighbourCases(stage));
  describe('a second factor', () => secondFactorCases(stage));
  describe('fetched ahead', () => prefetchCases(stage));
  describe('dead ends', () => deadEndCases(stage));
  describe('what is wrong with us', () => faultCases(stage));
  describe('what ends', () => {
    timeCases(stage);
    oldApprovalCase(stage, { renews: true });
  });
});
