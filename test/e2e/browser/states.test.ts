import { describe } from 'vitest';
import { KRATOS } from '../support/kratos-under-test.ts';
import { PAYMENTS, paymentCases } from './cases/payment-cases.ts';
import { stateCases } from './cases/state-cases.ts';
import { yearly } from './cases/time-cases.ts';
import { hasChromium, LONG_TIMEOUT, OR_WHY_SKIPPED } from './chromium.ts';
import { useStage } from './stage.ts';

// One world, one Chromium, one test at a time: all tests of a file share the faults and the clock of Jumio.
describe.skipIf(!hasChromium)(`the pages in Chromium, with ${KRATOS}${OR_WHY_SKIPPED}`, LONG_TIMEOUT, () => {
  const stage = useStage({ POLICY: yearly({ renews: true }), TRANSACTIONS: PAYMENTS });
  describe('states', () => stateCases(stage));
  describe('payments', () => paymentCases(stage));
});
