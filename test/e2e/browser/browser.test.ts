import { describe } from 'vitest';
import { KRATOS } from '../support/kratos-under-test.ts';
import { applicationCases } from './cases/application-cases.ts';
import { continueCases } from './cases/continue-cases.ts';
import { demoCases } from './cases/demo-cases.ts';
import { fallbackCases } from './cases/fallback-cases.ts';
import { faultCases } from './cases/fault-cases.ts';
import { prefetchCases } from './cases/prefetch-cases.ts';
import { returnCases } from './cases/return-cases.ts';
import { scenarioCases } from './cases/scenario-cases.ts';
import { secondFactorCases } from './cases/second-factor-cases.ts';
import { stateCases } from './cases/state-cases.ts';
import { oldApprovalCase, timeCases, yearly } from './cases/time-cases.ts';
import { hasChromium, LONG_TIMEOUT, OR_WHY_SKIPPED } from './chromium.ts';
import { useStage } from './stage.ts';

// One Chromium, one world, one window at a time: all tests share the faults and the clock of Jumio.
describe.skipIf(!hasChromium)(`the pages in Chromium, with ${KRATOS}${OR_WHY_SKIPPED}`, LONG_TIMEOUT, () => {
  const stage = useStage({ POLICY: yearly({ renews: true }) });
  describe('status pages', () => stateCases(stage));
  describe('from page to page', () => scenarioCases(stage));
  describe('the way to Jumio and back', () => continueCases(stage));
  describe('return_to', () => returnCases(stage));
  describe('a single-page application', () => applicationCases(stage));
  describe('Kratos and Jumio in the demo', () => demoCases(stage));
  describe('a second factor', () => secondFactorCases(stage));
  describe('prefetches', () => prefetchCases(stage));
  describe('error pages', () => fallbackCases(stage));
  describe('faults of the service', () => faultCases(stage));
  describe('what ends', () => {
    timeCases(stage);
    oldApprovalCase(stage, { renews: true });
  });
});
