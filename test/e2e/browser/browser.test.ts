import { describe } from 'vitest';
import { KRATOS } from '../kratos-under-test.ts';
import { deadEndCases } from './cases/dead-end-cases.ts';
import { faultCases } from './cases/fault-cases.ts';
import { journeyCases } from './cases/journey-cases.ts';
import { neighbourCases } from './cases/neighbour-cases.ts';
import { stateCases } from './cases/state-cases.ts';
import { timeCases } from './cases/time-cases.ts';
import { hasChromium, OR_WHY_SKIPPED, PATIENT } from './chromium.ts';
import { useStage } from './stage.ts';

// One Chromium, one world, one window at a time: the faults and the clock of Jumio are everybody's.
describe.skipIf(!hasChromium)(`the pages in Chromium, with ${KRATOS}${OR_WHY_SKIPPED}`, PATIENT, () => {
  const stage = useStage();
  describe('where somebody stands', () => stateCases(stage));
  describe('from page to page', () => journeyCases(stage));
  describe('the neighbours of the demo', () => neighbourCases(stage));
  describe('dead ends', () => deadEndCases(stage));
  describe('what is wrong with us', () => faultCases(stage));
  describe('what ends', () => timeCases(stage));
});
